"""The settings of a simulated camera, and what they do to the light."""

from __future__ import annotations

from firmware_bridge.controls import Control
from firmware_bridge.errors import SettingRefused
from firmware_bridge.sim.view import Tint

RIGHT_K = 5000.0
_RANGES: dict[str, tuple[float, float, float]] = {"exposure": (0.01, 10.0, 0.01), "white_balance_k": (2000, 10_000, 10)}
_POWER_UP = {"exposure": 1.4, "white_balance_k": 6500.0}
"""What a camera comes back with after it was unplugged: not what it had."""


class SimControls:
    """`exposure` (1 is right) and `white_balance_k` (5000 is right)."""

    def __init__(self, exposure: float) -> None:
        self._values = {"exposure": exposure, "white_balance_k": RIGHT_K}

    def listed(self) -> tuple[Control, ...]:
        """Both, with their ranges."""
        return tuple(Control(name, *_RANGES[name], value) for name, value in self._values.items())

    def set(self, name: str, value: float) -> None:
        """Give one a value."""
        low, high, _ = _RANGES.get(name, (0.0, 0.0, 0.0))
        if name not in self._values or not low <= value <= high:
            raise SettingRefused(f"The simulated camera does not take {name}={value:g}.", f"Give {low:g} to {high:g}.")
        self._values[name] = value

    def power_up(self) -> None:
        """Forget everything, as a camera that was unplugged does."""
        self._values.update(_POWER_UP)

    def tint(self, asked_exposure: float) -> Tint:
        """Factors on the light, against what the address asked for."""
        share = self._values["exposure"] / asked_exposure
        warmth = (self._values["white_balance_k"] / RIGHT_K) ** 0.5
        return (share * warmth, share, share / warmth)
