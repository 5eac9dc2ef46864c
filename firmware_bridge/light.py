"""How bright the clear parts of a picture are and of what colour, and whether that stays so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from firmware_bridge.errors import LightDrifted
from firmware_bridge.picture import Pixels

EVERY_PX = 16
BRIGHTEST_SHARE = 0.2
"""Between cells a smear lets nearly all light pass; this share of it there is in any field that can be examined."""
MOST_LEVEL, MOST_COLOUR = 0.10, 0.06
"""Drift of the background's grey level, and of red or blue against green, that is told."""
PATIENCE_S = 5.0
LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Light:
    """Of the clear parts: green level 0–255, red over green, blue over green."""

    level: float
    red: float
    blue: float


def light_of(pixels: Pixels) -> Light:
    """The light of a picture, from one pixel in 256."""
    few = pixels[::EVERY_PX, ::EVERY_PX].reshape(-1, 3).astype(np.float32)
    green = few[:, 1]
    clear = few[green >= np.quantile(green, 1.0 - BRIGHTEST_SHARE)]
    red, middle, blue = (max(float(each), 1.0) for each in np.median(clear, axis=0))
    return Light(middle, red / middle, blue / middle)


class LightWatch:
    """Compares the light with what it was; a drift that lasts is told, and taken back when it is over."""

    def __init__(self, reference: Light) -> None:
        self.reference = reference
        self.complaint: LightDrifted | None = None
        self._next_s = float("-inf")
        self._good_s: float | None = None

    def look(self, pixels: Pixels, now_s: float) -> None:
        """Look at a picture, now and then."""
        if now_s < self._next_s:
            return
        self._next_s = now_s + LOOK_EVERY_S
        drift = self._drift(light_of(pixels))
        if drift is None or self._good_s is None:
            self._good_s = now_s
        self.complaint = drift if now_s - self._good_s >= PATIENCE_S else None

    def _drift(self, light: Light) -> LightDrifted | None:
        level = light.level / self.reference.level - 1.0
        if abs(level) > MOST_LEVEL:
            word = "brighter" if level > 0 else "darker"
            what = f"The light is {100 * abs(level):.0f} % {word} than when it was locked."
            return LightDrifted(what, "Turn the lamp back, or start again to lock anew.")
        red, blue = light.red / self.reference.red - 1.0, light.blue / self.reference.blue - 1.0
        if max(abs(red), abs(blue)) > MOST_COLOUR:
            what = f"The colour has drifted since it was locked: red {100 * red:+.0f} %, blue {100 * blue:+.0f} %."
            return LightDrifted(what, "Check the lamp and its filter, or start again to lock anew.")
        return None
