"""A video file as a source, in its own time."""

from __future__ import annotations

from pathlib import Path

import cv2

from firmware_bridge.capture import Capture, open_device
from firmware_bridge.errors import BadPicture
from firmware_bridge.options import FileOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.uri import SourceUri

LEAST_STEP_MS = 1.0
"""Between two pictures whose recorded times are equal or run backwards."""


class VideoSource:
    """Every picture of a video, with the times it was recorded at or those of `fps`; `loop` goes on in time.

    Raises:
        BadPicture: no picture can be decoded.
    """

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        self._path = Path(uri.target)
        self._options = uri.options_as(FileOptions)
        device = open_device(uri.target, cv2.CAP_FFMPEG)
        self._capture = Capture(device)
        if not device.isOpened():
            raise self._unreadable()
        self._sequence = -1
        self._taken_ms = 0.0
        self._round_started_ms = 0.0

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture; None after the last.

        Raises:
            BadPicture: the video holds no picture at all.
        """
        taken = self._capture.read() or self._from_the_start()
        if taken is None:
            if self._sequence < 0 and not self._capture.closed:
                raise self._unreadable()
            return None
        return self._picture(*taken)

    def close(self) -> None:
        """Release the file."""
        self._capture.close()

    def _unreadable(self) -> BadPicture:
        return BadPicture(f"{self._path} holds no video that can be played.", "Copy it again or save it as MP4 or AVI.")

    def _from_the_start(self) -> tuple[Pixels, float] | None:
        if not self._options.loop or self._sequence < 0 or not self._capture.rewind():
            return None
        self._round_started_ms = self._taken_ms + LEAST_STEP_MS
        return self._capture.read()

    def _picture(self, pixels: Pixels, position_ms: float) -> Picture:
        self._sequence += 1
        if self._options.fps:
            self._taken_ms = 1000.0 * self._sequence / self._options.fps
        elif self._sequence:
            self._taken_ms = max(self._round_started_ms + position_ms, self._taken_ms + LEAST_STEP_MS)
        return Picture(pixels, self._sequence, self._taken_ms, self._uri, recorded=True)
