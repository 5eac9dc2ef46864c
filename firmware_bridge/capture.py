"""OpenCV's video capture, made safe to close from another thread and silent on stderr."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from firmware_bridge.picture import Pixels

# OpenCV reads this once, at its first use of FFmpeg in the process, and offers no call for it.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# The same of a read from a camera: 10 s unless told otherwise, which is less than the longest exposure and a picture.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "25")


class Device(Protocol):
    """The part of `cv2.VideoCapture` that is used."""

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        """Whether something answers."""

    def read(self) -> tuple[bool, Any]:
        """Whether there is a picture, and the picture, BGR."""

    def get(self, prop: int, /) -> float:
        """A property, 0 or -1 where the device has none."""

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a property; the device may refuse or round."""

    def release(self) -> None:
        """Give the device back."""


def open_device(target: str | int, backend: int, settings: Sequence[int] = ()) -> Device:
    """A capture of OpenCV, opened or not; what fails is said by our own faults, not by FFmpeg's and OpenCV's stderr.

    Args:
        target: file, address, or device file.
        backend: `cv2.CAP_V4L2`, `cv2.CAP_FFMPEG`, …
        settings: property and value, alternating, in force while opening.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    device: Device = cv2.VideoCapture(target, backend, list(settings))
    return device


class Capture:
    """A device that may be closed while another thread reads: the reader itself then gives it back.

    OpenCV crashes when a capture is released during a read, and a read may block for seconds.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._closed = threading.Event()
        self._in_use = threading.Lock()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed.is_set()

    def read(self) -> tuple[Pixels, float] | None:
        """The next picture as RGB with its position in milliseconds (0 for a camera); None if none came."""
        taken = self._with_device(self._read)
        if taken is None:
            return None
        bgr, position_ms = taken
        return np.ascontiguousarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)), position_ms

    def rewind(self) -> bool:
        """Go back to the first picture, and whether that worked."""
        return bool(self._with_device(lambda: self._device.set(cv2.CAP_PROP_POS_FRAMES, 0)))

    def close(self) -> None:
        """Give the device back now, or as soon as the reader is done. Safe to call twice and from any thread."""
        self._closed.set()
        self._release_if_closed()

    def _with_device(self, action: Callable[[], Any]) -> Any:
        try:
            with self._in_use:
                return None if self.closed else action()
        finally:
            self._release_if_closed()

    def _read(self) -> tuple[Any, float] | None:
        came, bgr = self._device.read()
        return (bgr, self._device.get(cv2.CAP_PROP_POS_MSEC)) if came and not self.closed else None

    def _release_if_closed(self) -> None:
        if self.closed and self._in_use.acquire(blocking=False):
            try:
                self._device.release()
            finally:
                self._in_use.release()
