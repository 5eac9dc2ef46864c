"""The record's pictures: several files that come into being together, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from edge.durable import sync_folder, write_synced

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
            write_synced(folder / (name + UNFINISHED), files[name])
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
