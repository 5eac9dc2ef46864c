"""What a camera keeps across its reconnections: its settings, and the light that they were locked at."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.controls import Controls, Keeper, settings_in_force
from firmware_bridge.errors import SourceFault
from firmware_bridge.light import LightWatch, light_of
from firmware_bridge.picture import Pixels

SETTLE_S = 2.0
"""Automatic exposure and white balance have settled by then."""


class Steady:
    """Lives as long as the supervision of a camera, however often that is opened.

    Args:
        wishes: settings by name, from the address.
        lock: hold what the camera chooses by itself once it has settled, and watch the light from then on.
    """

    def __init__(self, wishes: Mapping[str, float], lock: bool) -> None:
        self._keeper = Keeper(wishes)
        self._lock = lock
        self._light: LightWatch | None = None
        self._controls: Controls | None = None
        self._since_s: float | None = None
        self.settings: Mapping[str, float] = {}

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Settings that are not kept, and light that has drifted."""
        drifted = self._light.complaint if self._light is not None else None
        return (*self._keeper.complaints, *((drifted,) if drifted is not None else ()))

    def opened(self, controls: Controls | None) -> None:
        """The camera has been opened, or opened again: give it its settings. None: its settings are out of reach."""
        self._controls, self._since_s = controls, None
        if controls is not None:
            self._keeper.apply(controls)
            self.settings = settings_in_force(controls)

    def look(self, pixels: Pixels, now_s: float) -> None:
        """See to the light of a picture that has just come."""
        if not self._lock:
            return
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._light is not None:
            self._light.look(pixels, now_s)
        elif now_s - self._since_s >= SETTLE_S:
            self._hold(pixels)

    def _hold(self, pixels: Pixels) -> None:
        if self._controls is not None:
            self._keeper.hold(self._controls)
            self.settings = settings_in_force(self._controls)
        self._light = LightWatch(light_of(pixels))
