"""Writes pictures into a folder so that a power cut costs at most the one under way."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Mapping
from pathlib import Path

import cv2

from firmware_bridge.durable import sync_folder, write_durably
from firmware_bridge.errors import BadPicture, RecordingStopped
from firmware_bridge.numbering import Numbers
from firmware_bridge.picture import Picture
from firmware_bridge.recording.index import INDEX_NAME, Entry, entry_of, read_index

LEAST_FREE_BYTES = 500_000_000
"""Room that is left to the record of cases: a recording never fills a disk."""
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1)


class Writer:
    """A folder that grows by a picture at a time. An earlier recording in it is gone on with, in number and time. For
    one thread.

    Pictures are PNG, exact to the last bit: what is played again is what came.

    Args:
        folder: made if it is not there.
        least_free_bytes: on its disk, before it stops.

    Raises:
        RecordingStopped: the folder cannot be written, or the earlier recording in it is damaged.
    """

    def __init__(self, folder: Path, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
        self._folder = folder
        self._least_free_bytes = least_free_bytes
        try:
            folder.mkdir(parents=True, exist_ok=True)
            before = _mended(folder)
            sync_folder(folder)
        except OSError as cause:
            raise _stopped(folder, cause.strerror or str(cause)) from cause
        except BadPicture as damage:
            raise RecordingStopped(f"{damage.what} The picture goes on.", damage.remedy) from damage
        self._count = len(before)
        self._next_file = _first_free(folder)
        self._numbers = Numbers(before[-1].sequence, before[-1].taken_ms) if before else Numbers()

    @property
    def count(self) -> int:
        """Pictures in the folder."""
        return self._count

    def add(self, picture: Picture, stage: Mapping[str, float] | None = None) -> Entry:
        """Write a picture; it is on the disk, and in the index, when this returns.

        Raises:
            RecordingStopped: the disk is full or gone. What was acknowledged before is safe.
        """
        file = f"{self._next_file:06d}.png"
        data = cv2.imencode(".png", cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2BGR), _PNG)[1].tobytes()
        entry = entry_of(self._numbers.on(picture), file, zlib.crc32(data), stage)
        try:
            self._require_room(len(data))
            write_durably(self._folder / file, data)
            _append(self._folder / INDEX_NAME, entry.line())
        except OSError as cause:
            raise _stopped(self._folder, cause.strerror or str(cause)) from cause
        self._count += 1
        self._next_file += 1
        return entry

    def _require_room(self, size_bytes: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if free - size_bytes < self._least_free_bytes:
            raise _stopped(self._folder, f"only {free // 10**6} MB are free on its disk")


def _first_free(folder: Path) -> int:
    """A number above those of all pictures there: those that no line names any more are not written over either."""
    return max((int(path.stem) for path in folder.glob("*.png") if path.stem.isdecimal()), default=-1) + 1


def _mended(folder: Path) -> list[Entry]:
    """What is there already; half a line at the end of the index is cut off."""
    index = folder / INDEX_NAME
    if not index.exists():
        return []
    content = index.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        write_durably(index, whole)
    return read_index(folder)


def _append(path: Path, line: bytes) -> None:
    """Add a line and wait until the disk has it; on failure the file is as long as before."""
    with path.open("ab") as file:
        before = file.tell()
        try:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            os.ftruncate(file.fileno(), before)
            raise


def _stopped(folder: Path, why: str) -> RecordingStopped:
    what = f"The recording in {folder} has stopped: {why}. The picture goes on."
    return RecordingStopped(what, "Make room on the disk, or record to another one, and start again.")
