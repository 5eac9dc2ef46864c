"""A network camera that speaks RTSP, through OpenCV's FFmpeg."""

from __future__ import annotations

import time

import cv2

from firmware_bridge.capture import Capture, open_device
from firmware_bridge.errors import SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.options import StreamOptions
from firmware_bridge.picture import Picture
from firmware_bridge.steady import Steady
from firmware_bridge.uri import SourceUri


class RtspSource:
    """Pictures as the camera sends them.

    Raises:
        SourceUnavailable: nothing answers at the address within the time limit.
    """

    def __init__(self, uri: SourceUri, steady: Steady | None = None) -> None:
        self._address = uri
        self._uri = uri.shown
        self._steady = steady or Steady({}, uri.options_as(StreamOptions).lock)
        self._steady.opened(None)
        limit_ms = int(1000 * uri.options_as(StreamOptions).timeout)
        limits = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit_ms)
        device = open_device(uri.target, cv2.CAP_FFMPEG, limits)
        self._capture = Capture(device)
        self._sequence = -1
        if not device.isOpened():
            what = f"No camera answers at {self._uri}."
            raise SourceUnavailable(what, "Check the address, the network and that the camera is on.")

    @property
    def uri(self) -> str:
        """The address this source was opened with, without the password."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture; None after `close`.

        Raises:
            SourceLost: no picture came within the time limit.
        """
        taken = self._capture.read()
        if taken is None:
            if self._capture.closed:
                return None
            raise SourceLost(f"The camera at {self._uri} stopped sending.", "Check the network and its power.")
        self._sequence += 1
        now_s = time.monotonic()
        self._steady.look(taken[0], now_s)
        return Picture(taken[0], self._sequence, 1000.0 * now_s, self._uri)

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Light that has drifted since it was first measured."""
        return self._steady.complaints

    def again(self) -> RtspSource:
        """The same camera, its light measured against what it was."""
        return RtspSource(self._address, self._steady)

    def close(self) -> None:
        """Hang up."""
        self._capture.close()
