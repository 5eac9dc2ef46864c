"""Exports that are under way, noted on the kit's own disk: so that what a power cut leaves on a stick is known as ours.

A folder that is being written has a name that nobody else gives (it ends in eight random figures). Only a folder whose
name was noted here before it was made is ever swept away, whatever else lies on the stick.
"""

from __future__ import annotations

import errno
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from edge.durable import sync_folder, write_synced
from edge.errors import StoreFull, StoreUnreachable

ENDING = ".part"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class UnderWay:
    """The notes, empty files in a folder of the kit's; several exports may be under way at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._door = threading.Lock()
        self._now: set[str] = set()

    @contextmanager
    def begun(self, place: Path, folder_name: str) -> Iterator[Path]:
        """The folder to make and write meanwhile, which has another name when the block ends; removed where it fails.

        Raises:
            StoreFull, StoreUnreachable: the kit's own disk takes no note; nothing was begun.
        """
        name = f".{folder_name}.{secrets.token_hex(4)}{ENDING}"
        with self._door:
            self._now.add(name)
        try:
            self._note(name)
            yield place / name
            self._forget(name)
        except BaseException:
            self._remove(place / name)
            raise
        finally:
            with self._door:
                self._now.discard(name)

    def sweep(self, place: Path) -> None:
        """Remove what a power cut left at a place where exports go; what cannot be removed now, next time."""
        for name in self._left():
            self._remove(place / name)

    def _left(self) -> list[str]:
        with self._door:
            noted = self._folder.glob(f".*{ENDING}") if self._folder.is_dir() else ()
            return sorted(each.name for each in noted if each.name not in self._now)

    def _remove(self, folder: Path) -> None:
        """A folder that is not here may be on a stick that was pulled: its note stays."""
        if folder.is_symlink() or not folder.is_dir():
            return
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            self._forget(folder.name)

    def _note(self, name: str) -> None:
        try:
            self._folder.mkdir(exist_ok=True)
            write_synced(self._folder / name, b"")
            sync_folder(self._folder)
        except OSError as error:
            _refuse(error)

    def _forget(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)


def _refuse(error: OSError) -> NoReturn:
    if error.errno in FULL:
        raise StoreFull("The kit's own disk is full; nothing was exported.", "Free some room on it.") from error
    raise StoreUnreachable(
        f"The kit's own disk takes no note of the export ({error.strerror}); nothing was exported.", "Check the disk."
    ) from error
