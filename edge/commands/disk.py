"""What this environment's packages occupy on the disk."""

from __future__ import annotations

import sysconfig
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 512
"""The unit of `st_blocks`, whatever the file system's own is (stat(2))."""


@dataclass(frozen=True, slots=True)
class Packages:
    """Size of site-packages in 10⁶ bytes, and of the largest folders in it: one sees whether it is a kit's."""

    mb: float
    largest: Mapping[str, float]


def site_packages(folders: Collection[Path] | None = None, count: int = 5) -> Packages:
    """Sizes as `du` tells them; those of this environment, if no folders are given."""
    paths = sysconfig.get_paths()
    sizes: Counter[str] = Counter()
    for folder in folders or {Path(paths["purelib"]), Path(paths["platlib"])}:
        sizes += _sizes(folder)
    return Packages(sizes.total() / 1e6, {name: size / 1e6 for name, size in sizes.most_common(count)})


def _sizes(folder: Path) -> Counter[str]:
    """Bytes on disk by the entry of `folder` that they lie in."""
    sizes: Counter[str] = Counter()
    for path in folder.rglob("*"):
        sizes[path.relative_to(folder).parts[0]] += path.lstat().st_blocks * BLOCK_BYTES
    return sizes
