"""Where a bundle's files lie: a folder, or one `.mkb` file. Both are read without being unpacked or trusted.

    Store
    ├── FolderStore    a folder; links, pipes and devices in it are refused
    └── ArchiveStore   a plain, uncompressed zip (see `edge.bundle.archive`)

Neither checks digests: `edge.bundle.opened` does.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from edge.bundle.rules import MAX_DEPTH, MAX_FILES
from edge.errors import BundleDamaged

COPY_AGAIN = "Copy the bundle again from where it came from."


class Store(Protocol):
    """Named files of known size."""

    @property
    def path(self) -> Path:
        """The folder or file this store reads."""

    def sizes(self) -> dict[str, int]:
        """Every file in the store and its size in bytes.

        Raises:
            BundleDamaged: something in the store is not a plain file inside it.
        """

    def open(self, name: str) -> IO[bytes]:
        """Read one of the files that `sizes` named; the caller closes it.

        Raises:
            BundleDamaged: it is gone or unreadable.
        """


class FolderStore:
    """A bundle as a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def sizes(self) -> dict[str, int]:
        """Every file below the folder, by its path with `/`."""
        found: dict[str, int] = {}
        for entry in _entries(self.path):
            if len(found) > MAX_FILES + 2:
                raise BundleDamaged("The bundle's folder holds far too many files.", COPY_AGAIN)
            found[Path(entry.path).relative_to(self.path).as_posix()] = entry.stat(follow_symlinks=False).st_size
        return found

    def open(self, name: str) -> IO[bytes]:
        """Read one file; a link that has taken its place since is not followed."""
        try:
            return os.fdopen(os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW), "rb")
        except OSError as error:
            raise BundleDamaged(f"{name!r} cannot be read: {error.strerror}.", COPY_AGAIN) from error


def _entries(folder: Path, depth: int = 0) -> Iterator[os.DirEntry[str]]:
    if depth > MAX_DEPTH:
        raise BundleDamaged(f"The bundle has folders more than {MAX_DEPTH} deep.", COPY_AGAIN)
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                yield from _entries(Path(entry.path), depth + 1)
            elif stat.S_ISREG(mode):
                yield entry
            else:
                raise BundleDamaged(f"{entry.name!r} in the bundle is a link or a device, not a file.", COPY_AGAIN)
