"""What a camera keeps across its reconnections: its settings, and the light that they were locked at."""

from __future__ import annotations

from collections.abc import Mapping

from firmware_bridge.controls import Controls, Keeper, settings_in_force
from firmware_bridge.errors import SettingRefused, SourceFault
from firmware_bridge.light import LightWatch, light_of
from firmware_bridge.picture import Pixels

SETTLE_S = 2.0
"""Automatic exposure and white balance have settled by then."""
READ_EVERY_S = 2.0
"""How old the settings in force, as pictures carry them, may be: what is automatic goes on changing."""


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
        self._read_at_s = float("-inf")
        self._unread: tuple[SourceFault, ...] = ()
        self.settings: Mapping[str, float] = {}

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Settings that are not kept, and light that has drifted."""
        drifted = self._light.complaint if self._light is not None else None
        return (*self._keeper.complaints, *self._unread, *((drifted,) if drifted is not None else ()))

    def opened(self, controls: Controls | None) -> None:
        """The camera has been opened, or opened again: give it its settings. None: its settings are out of reach."""
        self._controls, self._since_s, self._read_at_s = controls, None, float("-inf")
        if controls is not None:
            self._keeper.apply(controls)
            self._read(controls)

    def look(self, pixels: Pixels, now_s: float) -> None:
        """See to the settings and the light of a picture that has just come."""
        if self._controls is not None and now_s - self._read_at_s >= READ_EVERY_S:
            self._read_at_s = now_s
            self._read(self._controls)
        if self._lock:
            self._watch(pixels, now_s)

    def _watch(self, pixels: Pixels, now_s: float) -> None:
        self._since_s = now_s if self._since_s is None else self._since_s
        if self._light is not None:
            self._light.look(pixels, now_s)
        elif now_s - self._since_s >= SETTLE_S:
            self._hold(pixels)

    def _hold(self, pixels: Pixels) -> None:
        if self._controls is None or self._held(self._controls):
            self._light = LightWatch(light_of(pixels))

    def _held(self, controls: Controls) -> bool:
        """Whether it could be held; else the next picture brings another try."""
        try:
            self._keeper.hold(controls)
        except SettingRefused as fault:
            self._unread = (fault,)
            return False
        self._read(controls)
        return True

    def _read(self, controls: Controls) -> None:
        try:
            listed = controls.listed()
        except SettingRefused as fault:
            self._unread = (fault,)
            return
        self._unread, self.settings = (), settings_in_force(listed)
        self._keeper.check(listed)
