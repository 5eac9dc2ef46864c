"""What can be set at a camera, and who sees to it that it stays set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware_bridge.errors import SettingRefused

AUTOMATIC = ("exposure_ms", "exposure", "gain", "white_balance_k")
"""What cameras choose for themselves unless they are told not to, and what `lock` holds."""


@dataclass(frozen=True, slots=True)
class Control:
    """One setting of a camera.

    name       ours, with its unit
    low, high  range that the camera tells
    step       between two values that it can take
    value      now
    automatic  the camera chooses it by itself now
    choices    all that it can be, where that is a list; then there are no steps
    """

    name: str
    low: float
    high: float
    step: float
    value: float
    automatic: bool = False
    choices: tuple[float, ...] = ()

    @property
    def span(self) -> str:
        """What it can be, in words."""
        if self.choices:
            return " or ".join(", ".join(f"{each:g}" for each in self.choices).rsplit(", ", 1))
        return f"{self.low:g} to {self.high:g}"


class Controls(Protocol):
    """The settings of an open camera."""

    def listed(self) -> tuple[Control, ...]:
        """All of them, with their ranges and present values.

        Raises:
            SettingRefused: the camera does not tell them now.
        """

    def set(self, name: str, value: float) -> None:
        """Give one a value, ending its automatic where it has one.

        Raises:
            SettingRefused: the camera has no such setting or does not take the value.
        """


class Keeper:
    """Knows what settings a camera is to have, and gives them to it each time it is opened.

    Args:
        wishes: settings by name.
    """

    def __init__(self, wishes: Mapping[str, float]) -> None:
        self._wishes = dict(wishes)
        self._refused: tuple[SettingRefused, ...] = ()
        self.complaints: tuple[SettingRefused, ...] = ()

    @property
    def wishes(self) -> Mapping[str, float]:
        """The settings to be kept."""
        return self._wishes

    def hold(self, controls: Controls) -> None:
        """From now on, keep what the camera has chosen by itself. Raises SettingRefused where it does not tell that."""
        chosen = {each.name: each.value for each in controls.listed() if each.name in AUTOMATIC}
        self._wishes = {**chosen, **self._wishes}
        self.apply(controls)

    def apply(self, controls: Controls) -> None:
        """Set everything; what is refused is in `complaints`. Whether it stayed, `check` tells."""
        tried = (_refused(controls, name, value) for name, value in self._wishes.items())
        self.complaints = self._refused = tuple(fault for fault in tried if fault is not None)

    def check(self, listed: Sequence[Control]) -> None:
        """Look whether what was set is still in force; what is not, is in `complaints` too."""
        self.complaints = self._refused or self._differing(listed)

    def _differing(self, listed: Sequence[Control]) -> tuple[SettingRefused, ...]:
        known = {each.name: each for each in listed}
        return tuple(
            _kept_not(name, value, known[name].value)
            for name, value in self._wishes.items()
            if name in known and abs(known[name].value - value) > max(known[name].step, 1e-6)
        )


def settings_in_force(listed: Sequence[Control]) -> dict[str, float]:
    """Every setting with its present value."""
    return {each.name: each.value for each in listed}


def _refused(controls: Controls, name: str, value: float) -> SettingRefused | None:
    try:
        controls.set(name, value)
    except SettingRefused as fault:
        return fault
    return None


def _kept_not(name: str, wanted: float, found: float) -> SettingRefused:
    what = f"The camera has {name}={found:g} where {wanted:g} was set."
    return SettingRefused(
        what, "See what it takes with marrowkit-bridge controls, and whether another program sets it."
    )
