"""A recording as a source: the same pictures, with the times, settings and places of the stage that they had."""

from __future__ import annotations

import zlib
from pathlib import Path

from firmware_bridge.errors import BadPicture, SourceUnavailable
from firmware_bridge.imagefile import decode_image
from firmware_bridge.options import ReplayOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.recording.index import Entry, read_index
from firmware_bridge.uri import SourceUri

_COPY_AGAIN = "Copy the recording again."


class ReplaySource:
    """Every picture of a recording, in its own time; `loop` begins again and goes on in number and time.

    Raises:
        SourceUnavailable: there is no recording, or nothing in it.
        BadPicture: its index is damaged.
    """

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        self._folder = Path(uri.target)
        self._loops = uri.options_as(ReplayOptions).loop
        self._entries = read_index(self._folder)
        if not self._entries:
            raise SourceUnavailable(f"The recording in {self._folder} holds no picture.", "Name another recording.")
        self._next = 0
        self._closed = False

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture; None after the last.

        Raises:
            BadPicture: its file is absent or is not what was recorded; the next call goes on.
        """
        round_, number = divmod(self._next, len(self._entries))
        if self._closed or (round_ and not self._loops):
            return None
        self._next += 1
        entry = self._entries[number]
        return Picture(
            self._pixels(entry),
            entry.sequence + round_ * self._numbers(),
            entry.taken_ms + round_ * self._lasts_ms(),
            self._uri,
            entry.um_per_px,
            entry.settings,
            entry.stage,
            recorded=True,
        )

    def close(self) -> None:
        """The next `read` gives None."""
        self._closed = True

    def _pixels(self, entry: Entry) -> Pixels:
        path = self._folder / entry.file
        try:
            data = path.read_bytes()
        except OSError as cause:
            raise BadPicture(f"{path} cannot be read ({cause.strerror}).", _COPY_AGAIN) from cause
        if zlib.crc32(data) != entry.crc32:
            raise BadPicture(f"{path} is not what was recorded.", _COPY_AGAIN)
        return decode_image(data, str(path))

    def _numbers(self) -> int:
        return self._entries[-1].sequence + 1 - self._entries[0].sequence

    def _lasts_ms(self) -> float:
        """How long a round is: the last picture stays as long as they did on average."""
        first, last, steps = self._entries[0].taken_ms, self._entries[-1].taken_ms, len(self._entries) - 1
        return last - first + ((last - first) / steps if steps else 1000.0)
