"""A camera of this computer (UVC through Video4Linux), by number or by device file."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import cv2

from firmware_bridge.capture import Capture, Device, open_device
from firmware_bridge.errors import SourceLost, SourceUnavailable
from firmware_bridge.options import CameraOptions
from firmware_bridge.picture import Picture
from firmware_bridge.uri import SourceUri

OPEN_TIMEOUT_S = 10.0
"""A camera that hangs while it is opened is given up; a read gives up by itself (10 s in OpenCV's V4L2)."""

_REPORTED = {
    "width": cv2.CAP_PROP_FRAME_WIDTH,
    "height": cv2.CAP_PROP_FRAME_HEIGHT,
    "fps": cv2.CAP_PROP_FPS,
    "exposure": cv2.CAP_PROP_EXPOSURE,
    "gain": cv2.CAP_PROP_GAIN,
    "white_balance": cv2.CAP_PROP_WB_TEMPERATURE,
}
_PLUG_IN = "Plug it in and switch it on, or name another (ls /dev/v4l/by-id)."


class CameraSource:
    """Pictures as the camera makes them. Unanswered requests for size or rate show in each picture's settings.

    Raises:
        SourceUnavailable: there is no such camera, it belongs to someone else, or it does not answer.
    """

    def __init__(self, uri: SourceUri) -> None:
        self._uri = str(uri)
        path = Path(uri.target if uri.scheme == "v4l2" else f"/dev/video{uri.target}")
        _refuse_other_than_a_usable_camera(path)
        device = _opened_in_time(path, uri.options_as(CameraOptions))
        self._capture = Capture(device)
        self._settings = _settings(device)
        self._sequence = -1

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    def read(self) -> Picture | None:
        """The next picture; None after `close`.

        Raises:
            SourceLost: the camera gives no picture any more.
        """
        taken = self._capture.read()
        if taken is None:
            if self._capture.closed:
                return None
            raise SourceLost(f"The camera {self._uri} gives no picture any more.", "Check its cable and its power.")
        self._sequence += 1
        return Picture(taken[0], self._sequence, 1000.0 * time.monotonic(), self._uri, settings=self._settings)

    def close(self) -> None:
        """Release the camera."""
        self._capture.close()


def _refuse_other_than_a_usable_camera(path: Path) -> None:
    try:
        is_device = stat.S_ISCHR(path.stat().st_mode)
    except OSError as cause:
        raise SourceUnavailable(f"There is no camera at {path}.", _PLUG_IN) from cause
    if not is_device:
        raise SourceUnavailable(f"{path} is not a camera.", _PLUG_IN)
    if not os.access(path, os.R_OK | os.W_OK):
        what = f"The camera {path} may not be used by this user."
        raise SourceUnavailable(what, "Add the user to the group “video” and log in again.")


def _opened_in_time(path: Path, options: CameraOptions) -> Device:
    opened: list[Device] = []
    opening = threading.Thread(target=lambda: opened.append(_open(path, options)), daemon=True)
    opening.start()
    opening.join(OPEN_TIMEOUT_S)
    if not opened:
        raise SourceUnavailable(f"The camera {path} does not answer.", "Unplug it, wait, and plug it in again.")
    if not opened[0].isOpened():
        what = f"The camera {path} cannot be opened."
        raise SourceUnavailable(what, "Close other programs that use it, or name another device (ls /dev/v4l/by-id).")
    return opened[0]


def _open(path: Path, options: CameraOptions) -> Device:
    device = open_device(str(path), cv2.CAP_V4L2)
    # UVC cameras give full size at full rate only as MJPEG; where a camera has no MJPEG its own format stays.
    device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    for prop, wanted in (
        (cv2.CAP_PROP_FRAME_WIDTH, options.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, options.height),
        (cv2.CAP_PROP_FPS, options.fps),
    ):
        if wanted:
            device.set(prop, wanted)
    return device


def _settings(device: Device) -> Mapping[str, str | float]:
    return {name: device.get(prop) for name, prop in _REPORTED.items()}
