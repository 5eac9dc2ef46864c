"""A single picture as a source."""

from __future__ import annotations

from pathlib import Path

from firmware_bridge.imagefile import read_image
from firmware_bridge.options import FileOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.uri import SourceUri

LOOP_FPS = 1.0
"""A picture shown over and over has no rate of its own."""


class ImageSource:
    """One picture, once, or the same one over and over (`loop`)."""

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        self._path = Path(uri.target)
        self._options = uri.options_as(FileOptions)
        self._sequence = -1
        self._pixels: Pixels | None = None
        self._closed = False

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The picture; None when it was given and is not to be repeated.

        Raises:
            BadPicture: the file is no whole picture.
        """
        if self._closed or (self._sequence >= 0 and not self._options.loop):
            return None
        self._sequence += 1
        if self._pixels is None:
            self._pixels = read_image(self._path)
        taken_ms = 1000.0 * self._sequence / (self._options.fps or LOOP_FPS)
        return Picture(self._pixels, self._sequence, taken_ms, str(self._path), recorded=True)

    def close(self) -> None:
        """The next `read` gives None."""
        self._closed = True
