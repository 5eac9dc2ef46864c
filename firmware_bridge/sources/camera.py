"""A camera of this computer (UVC through Video4Linux), by number or by device file."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2

from firmware_bridge.capture import Capture, Device, open_device
from firmware_bridge.errors import PartMissing, SettingRefused, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.options import CameraOptions
from firmware_bridge.picture import Picture
from firmware_bridge.reader import Reader
from firmware_bridge.sources.devices import PLUG_IN, Camera, Identity, Machine, identity
from firmware_bridge.sources.uvc import KNOWN, UvcDevice
from firmware_bridge.steady import Steady
from firmware_bridge.uri import SERIAL_MARK, SourceUri

OPEN_TIMEOUT_S = 10.0
"""A camera that hangs while it is opened is given up; a read gives up by itself (25 s, see `capture`)."""

LOOK_AROUND_S = 2.0

_REPORTED = {
    "width": cv2.CAP_PROP_FRAME_WIDTH,
    "height": cv2.CAP_PROP_FRAME_HEIGHT,
    "fps": cv2.CAP_PROP_FPS,
}
MACHINE = Machine()


@dataclass(frozen=True, slots=True)
class Before:
    """What outlives an unplugged camera: who it is, and what its settings were."""

    identity: Identity
    steady: Steady


class CameraSource:
    """Pictures as the camera makes them. Unanswered requests for size or rate show in each picture's settings.

    Args:
        uri: of `camera:` or `v4l2:`.
        before: what is known of the camera where it is opened again.
        machine: where devices are found.

    Raises:
        SourceUnavailable: there is no such camera, it belongs to someone else, or it does not answer.
        PartMissing: a setting is asked for, and linuxpy is not installed.
    """

    def __init__(self, uri: SourceUri, before: Before | None = None, machine: Machine = MACHINE) -> None:
        self._address, self._machine = uri, machine
        self._options = uri.options_as(CameraOptions)
        self._before = before or Before(_identity(uri, machine), Steady(_wishes(self._options), self._options.lock))
        self._found = self._before.identity.found_in(machine.cameras())
        self._identity, self._looked_s = self._before.identity, float("-inf")
        path = self._found.path
        _refuse_other_than_a_usable_camera(path)
        device = _opened_in_time(path, self._options)
        self._capture = Capture(device)
        self._settings = {**_settings(device), "device": str(path)}
        self._another_size = _another_size(self._options, device)
        self._uvc = self._opened_settings(path)
        self._before.steady.opened(self._uvc.controls if self._uvc is not None else None)
        self._sequence = -1

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return str(self._address)

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Size or settings that are not kept, and light that has drifted since it was locked."""
        return (*self._another_size, *self._before.steady.complaints)

    def read(self) -> Picture | None:
        """The next picture; None after `close`.

        Raises:
            SourceLost: the camera gives no picture any more.
        """
        taken = self._capture.read()
        if taken is None:
            if self._capture.closed:
                return None
            raise SourceLost(f"The camera {self.uri} gives no picture any more.", "Check its cable and its power.")
        self._sequence += 1
        now_s = time.monotonic()
        self._before.steady.look(taken[0], now_s)
        self._look_around(now_s)
        settings = {**self._settings, **self._before.steady.settings}
        return Picture(taken[0], self._sequence, 1000.0 * now_s, self.uri, settings=settings)

    def _look_around(self, now_s: float) -> None:
        """An equal that is plugged in meanwhile must not be taken for this one when this one is gone."""
        if now_s - self._looked_s >= LOOK_AROUND_S:
            self._looked_s = now_s
            self._identity = self._identity.seen(self._found, self._machine.cameras())

    def _opened_settings(self, path: Path) -> UvcDevice | None:
        try:
            return _uvc(path, self._options)
        except SourceFault:
            self._capture.close()
            raise

    def again(self) -> CameraSource:
        """The same camera, wherever it is plugged in now, with the settings it had."""
        return CameraSource(self._address, Before(self._identity, self._before.steady), self._machine)

    def close(self) -> None:
        """Release the camera."""
        self._capture.close()
        if self._uvc is not None:
            self._uvc.close()


def device_path(uri: SourceUri, machine: Machine = MACHINE) -> Path:
    """The device file of a camera now.

    Raises:
        SourceUnavailable: it is not plugged in.
    """
    return _identity(uri, machine).found_in(machine.cameras()).path


def _identity(uri: SourceUri, machine: Machine) -> Identity:
    """Who is meant: by serial number, by number, or by device file. A link of udev is itself the best name."""
    if uri.scheme == "camera" and uri.target.startswith(SERIAL_MARK):
        camera = machine.with_serial(uri.target.removeprefix(SERIAL_MARK))
    elif uri.scheme == "v4l2" and Path(uri.target).is_symlink():
        camera = Camera(Path(uri.target), "", "", "", "")
    else:
        camera = machine.at(Path(uri.target) if uri.scheme == "v4l2" else machine.dev / f"video{uri.target}")
    return identity(camera, machine.cameras())


def _wishes(options: CameraOptions) -> dict[str, float]:
    asked = {name: getattr(options, name) for name in KNOWN}
    return {name: float(value) for name, value in asked.items() if value is not None}


def _uvc(path: Path, options: CameraOptions) -> UvcDevice | None:
    """The camera's settings; None where nobody asks for them and they cannot be had."""
    try:
        return UvcDevice(path)
    except (PartMissing, SettingRefused):
        if _wishes(options) or options.lock:
            raise
        return None


def _refuse_other_than_a_usable_camera(path: Path) -> None:
    try:
        is_device = stat.S_ISCHR(path.stat().st_mode)
    except OSError as cause:
        raise SourceUnavailable(f"There is no camera at {path}.", PLUG_IN) from cause
    if not is_device:
        raise SourceUnavailable(f"{path} is not a camera.", PLUG_IN)
    if not os.access(path, os.R_OK | os.W_OK):
        what = f"The camera {path} may not be used by this user."
        raise SourceUnavailable(what, "Add the user to the group “video” and log in again.")


def _opened_in_time(path: Path, options: CameraOptions) -> Device:
    opened: list[Device] = []
    opening = Reader(lambda: opened.append(_open(path, options)), f"opening {path}")
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


def _another_size(options: CameraOptions, device: Device) -> tuple[SettingRefused, ...]:
    """A complaint where the camera gives another size than it was asked for."""
    asked = (options.width, options.height)
    given = (int(device.get(cv2.CAP_PROP_FRAME_WIDTH)), int(device.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    if all(want in (0, has) for want, has in zip(asked, given, strict=True)):
        return ()
    what = f"The camera gives {given[0]} × {given[1]} pixels, not the size that was asked for."
    return (SettingRefused(what, "Ask for a size that it has (v4l2-ctl --list-formats-ext lists them)."),)


def _settings(device: Device) -> Mapping[str, str | float]:
    return {name: device.get(prop) for name, prop in _REPORTED.items()}
