"""Files that survive a power cut: written beside, synced, renamed, and the folder synced after them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

UNFINISHED = ".part"


def write_all(folder: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write those of the files that are not there yet; all of them, or none.

    Returns the names that were written. A file that exists is complete, for only complete files get their name.

    Raises:
        OSError: as the system says it (a full disk is ENOSPC); nothing of this call is left behind.
    """
    fresh = tuple(name for name in files if not (folder / name).exists())
    try:
        for name in fresh:
            _write_unfinished(folder / (name + UNFINISHED), files[name])
        for name in fresh:
            (folder / (name + UNFINISHED)).replace(folder / name)
        sync_folder(folder)
    except OSError:
        remove(folder, [*fresh, *(name + UNFINISHED for name in fresh)])
        raise
    return fresh


def remove(folder: Path, names: Iterable[str]) -> None:
    """Remove files, whether or not they are there."""
    for name in names:
        (folder / name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what a crash left unfinished."""
    remove(folder, [path.name for path in folder.glob("*" + UNFINISHED)])


def make_folder(folder: Path) -> None:
    """Make a folder that will still be there after a power cut."""
    folder.mkdir(parents=True, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Force the folder's own entries to the disk: a rename is not durable without it (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_unfinished(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
