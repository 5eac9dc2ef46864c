"""The pictures of a folder, in the order a person would put them."""

from __future__ import annotations

import re
from pathlib import Path

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp", ".heic", ".heif", ".avif", ".jp2"}
)
"""Names that claim to be a picture. Those that are not read here are listed too, so that nothing is passed over."""

_DIGITS = re.compile(r"([0-9]+)")


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Sorts field_2 before field_10: digits by value, letters without case, the name itself as the last word."""
    parts = _DIGITS.split(name)
    return (*((int(p), "") if k % 2 else (0, p.casefold()) for k, p in enumerate(parts)), (0, name))


def pictures_in(folder: Path) -> list[Path]:
    """Files of this folder, not of those inside it, that claim to be pictures; hidden ones are left out.

    Raises:
        OSError: the folder cannot be listed.
    """
    names = [path for path in folder.iterdir() if _claims_to_be_a_picture(path)]
    return sorted(names, key=lambda path: natural_key(path.name))


def _claims_to_be_a_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and not path.is_dir()
