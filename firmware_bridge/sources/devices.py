"""Which cameras are plugged in, and which of them is the one that was here before.

Linux numbers cameras in the order in which they come, so a number tells nothing after a cable was out. What tells is
the USB model and serial number; where cameras have none, or all the same, the socket that it is plugged into.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from firmware_bridge.errors import SourceUnavailable

PLUG_IN = "Plug it in and switch it on, or name another (marrowkit-bridge cameras lists them)."


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that is plugged in.

    path    its device file now
    name    what it calls itself
    model   USB vendor and product, `046d:0825`; empty for what is not on USB
    serial  empty where it has none
    port    the socket: its USB device's place in /sys/devices
    """

    path: Path
    name: str
    model: str
    serial: str
    port: str


@dataclass(frozen=True, slots=True)
class Machine:
    """Where Linux tells of its devices; a test has its own."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")

    def cameras(self) -> list[Camera]:
        """What is plugged in, by number. Of a camera with several device files, the one that gives pictures."""
        nodes = (self.sys / "class" / "video4linux").glob("video*")
        known = [self._camera(node) for node in nodes if _text(node / "index") in ("0", "")]
        return sorted(known, key=lambda each: (len(each.path.name), each.path.name))

    def at(self, path: Path) -> Camera:
        """The camera with this device file, known as far as Linux knows it."""
        real = path.resolve()
        same = (each for each in self.cameras() if each.path.name == real.name and real.parent == self.dev.resolve())
        return next(same, Camera(path, "", "", "", ""))

    def with_serial(self, serial: str) -> Camera:
        """The camera with this serial number.

        Raises:
            SourceUnavailable: there is none, or there are several.
        """
        found = [each for each in self.cameras() if each.serial == serial]
        if not found:
            raise SourceUnavailable(f"No camera with the serial number {serial} is plugged in.", PLUG_IN)
        if len(found) > 1:
            what = f"{len(found)} cameras have the serial number {serial}."
            raise SourceUnavailable(what, "Name the one you mean by its socket: v4l2:///dev/v4l/by-path/….")
        return found[0]

    def _camera(self, node: Path) -> Camera:
        device = (node / "device").resolve().parent
        vendor, product = _text(device / "idVendor"), _text(device / "idProduct")
        model = f"{vendor}:{product}" if vendor and product else ""
        port = str(device.relative_to(self.sys.resolve())) if model else ""
        return Camera(self.dev / node.name, _text(node / "name"), model, _text(device / "serial"), port)


@dataclass(frozen=True, slots=True)
class Identity:
    """A camera where it was seen last, and the sockets where its equals were seen beside it.

    A camera without a serial number may come back in another socket only if none of its equals was there.
    """

    camera: Camera
    others: frozenset[str]

    def seen(self, camera: Camera, present: Sequence[Camera]) -> Identity:
        """It is this one now; whatever is its equal elsewhere is another one, now and later."""
        elsewhere = identity(camera, present).others if camera.model else frozenset[str]()
        return Identity(camera, (self.others | elsewhere) - {camera.port})

    def found_in(self, present: Sequence[Camera]) -> Camera:
        """The same camera among those that are plugged in now.

        Raises:
            SourceUnavailable: it is not there, or cannot be told from others.
        """
        if not self.camera.model:
            return self.camera
        equals = [each for each in present if is_equal(each, self.camera)]
        here = [each for each in equals if each.port == self.camera.port]
        moved = [each for each in equals if each.port not in self.others]
        if here or len(moved) == 1:
            return (here or moved)[0]
        name = self.camera.name or self.camera.model
        if moved:
            what = f"{len(moved)} cameras {name} are plugged in, and none where it was."
            raise SourceUnavailable(what, "Plug the camera into the socket where it was.")
        raise SourceUnavailable(f"The camera {name} is not plugged in.", "Plug it in again.")


def identity(camera: Camera, present: Sequence[Camera]) -> Identity:
    """Who this camera is among those that are plugged in now."""
    return Identity(camera, frozenset(each.port for each in present if is_equal(each, camera)) - {camera.port})


def is_equal(one: Camera, other: Camera) -> bool:
    """Nothing but the socket tells them apart."""
    return (one.model, one.serial) == (other.model, other.serial)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
