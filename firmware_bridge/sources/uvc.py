"""The settings of a camera that speaks Video4Linux, through linuxpy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware_bridge.controls import Control
from firmware_bridge.errors import PartMissing, SettingRefused

Raw = Mapping[int, Any]
"""linuxpy's controls of an open device, by Video4Linux id."""

REPLUG = "Unplug it and plug it in."
_CLASS, _CAMERA = 0x00980900, 0x009A0900


@dataclass(frozen=True, slots=True)
class Known:
    """How one of our settings is spoken of in Video4Linux (videodev2.h, v4l2-controls.h).

    id            of its value
    unit          of ours in one of theirs
    automatic_id  of what chooses it automatically; 0 if nothing does
    manual        that one's value for “by hand”; every other is automatic
    values        ours to theirs, where theirs is a menu
    """

    id: int
    unit: float = 1.0
    automatic_id: int = 0
    manual: int = 0
    values: Mapping[float, int] | None = None


KNOWN: Mapping[str, Known] = {
    "exposure_ms": Known(_CAMERA + 2, unit=0.1, automatic_id=_CAMERA + 1, manual=1),
    "gain": Known(_CLASS + 19, automatic_id=_CLASS + 18),
    "white_balance_k": Known(_CLASS + 26, automatic_id=_CLASS + 12),
    "focus": Known(_CAMERA + 10, automatic_id=_CAMERA + 12),
    "power_line_hz": Known(_CLASS + 24, values={0: 0, 50: 1, 60: 2}),
}


class UvcControls:
    """Settings in our names and units; what a camera does not have is not listed.

    Args:
        raw: `linuxpy.video.device.Device.controls` of an open device.
    """

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def listed(self) -> tuple[Control, ...]:
        """All that this camera has, with their ranges and present values.

        Raises:
            SettingRefused: it does not tell them now.
        """
        try:
            return tuple(self._all())
        except OSError as cause:
            raise SettingRefused(f"The camera does not tell its settings ({cause}).", REPLUG) from cause

    def set(self, name: str, value: float) -> None:
        """Give one a value, ending its automatic."""
        known = KNOWN.get(name)
        if known is None or known.id not in self._raw:
            raise SettingRefused(f"The camera has no setting {name}.", "Leave it out of the address.")
        theirs = self._theirs(name, known, value)
        try:
            if known.automatic_id in self._raw:
                self._raw[known.automatic_id].value = known.manual
            self._raw[known.id].value = theirs
        except (OSError, AttributeError, ValueError) as cause:
            raise SettingRefused(
                f"The camera does not take {name}={value:g} ({cause}).", "Try another value."
            ) from cause

    def _theirs(self, name: str, known: Known, value: float) -> int:
        control = self._raw[known.id]
        theirs = round(value / known.unit) if known.values is None else known.values.get(value)
        if theirs is None or not control.minimum <= theirs <= control.maximum:
            listed = self._control(name, known, control)
            what = f"The camera does not take {name}={value:g}."
            raise SettingRefused(what, f"Give {listed.span}.")
        return theirs

    def _all(self) -> Iterator[Control]:
        for name, known in KNOWN.items():
            if known.id in self._raw:
                yield self._control(name, known, self._raw[known.id])

    def _control(self, name: str, known: Known, control: Any) -> Control:
        by_hand = known.automatic_id not in self._raw or self._raw[known.automatic_id].value == known.manual
        if known.values is not None:
            return _menu(name, known.values, control)
        low, high, step = (each * known.unit for each in (control.minimum, control.maximum, control.step))
        return Control(name, low, high, step, control.value * known.unit, not by_hand)


def _menu(name: str, values: Mapping[float, int], control: Any) -> Control:
    """A list of choices; one that we have no name for is the camera's own, automatic choice."""
    ours = {theirs: value for value, theirs in values.items() if control.minimum <= theirs <= control.maximum}
    value = ours.get(control.value)
    choices = tuple(sorted(ours.values() or values))
    return Control(name, choices[0], choices[-1], 0.0, value or 0.0, value is None, choices)


class UvcDevice:
    """A second opening of the camera's device file, for its settings alone: Video4Linux allows that.

    Raises:
        PartMissing: linuxpy is not installed.
        SettingRefused: the device does not tell its settings.
    """

    def __init__(self, path: Path) -> None:
        self._device = _linuxpy().Device(str(path))
        try:
            self._device.open()
            self.controls = UvcControls(dict(self._device.controls.items()))  # asks the device for all of them
        except OSError as cause:
            self._device.close()
            raise SettingRefused(f"The settings of {path} cannot be read ({cause}).", REPLUG) from cause

    def close(self) -> None:
        """Close it."""
        self._device.close()


def _linuxpy() -> Any:
    try:
        from linuxpy.video import device
    except ImportError as cause:
        what = "The settings of USB cameras need linuxpy, which is not installed."
        raise PartMissing(
            what, "Install it: pip install 'marrowkit[uvc]'; or leave settings out of the address."
        ) from cause
    return device
