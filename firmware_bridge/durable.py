"""Files that survive a power cut: written beside, synced, and renamed over the old one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_durably(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; whoever reads it, at any time, sees all of the old or all of the new.

    The folder must exist. The new file gets the permissions that the process's umask gives.

    Raises:
        OSError: the disk is full, read-only or gone; the old file is untouched. `filename` is `path`.
    """
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        write_synced(beside, content)
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # a full disk names no file, and nobody knows `beside`
        raise
    sync_folder(path.parent)


def told(error: OSError) -> str:
    """What the disk refused, and what to do."""
    return f"{error.filename}: {error.strerror}. Make room on the disk, or see that it is there and may be written to."


def sync_folder(folder: Path) -> None:
    """Make the names in a folder (created, renamed, removed) as lasting as the files' contents."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, content: bytes) -> None:
    """Write a file, over what is there, and wait until the disk has it."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
