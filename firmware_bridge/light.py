"""How bright the clear parts of a picture are and of what colour, and whether that stays so and does not flicker."""

from __future__ import annotations

from collections import deque
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
PAIRS = 10
"""Looks, each at two pictures that follow each other; a lamp flickers where more than half of them differ."""


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
    """Compares the light with what it was, and pictures with the next one. A drift or a flicker that lasts is told, and
    taken back when it is over.
    """

    def __init__(self, reference: Light) -> None:
        self.reference = reference
        self.complaint: LightDrifted | None = None
        self._next_s = float("-inf")
        self._good_s: float | None = None
        self._first: Light | None = None
        self._differ: deque[bool] = deque(maxlen=PAIRS)

    def look(self, pixels: Pixels, now_s: float) -> None:
        """Look at a picture and the next one, now and then."""
        if now_s >= self._next_s:
            self._next_s = now_s + LOOK_EVERY_S
            self._first = light_of(pixels)
            self.complaint = self._flicker() or self._lasting(self._drift(self._first), now_s)
        elif self._first is not None:
            self._differ.append(_differ(self._first, light_of(pixels)))
            self._first = None

    def _lasting(self, drift: LightDrifted | None, now_s: float) -> LightDrifted | None:
        if drift is None or self._good_s is None:
            self._good_s = now_s
        return drift if now_s - self._good_s >= PATIENCE_S else None

    def _flicker(self) -> LightDrifted | None:
        if 2 * sum(self._differ) <= PAIRS:
            return None
        what = f"The lamp flickers: pictures that follow each other differ by more than {100 * MOST_LEVEL:.0f} %."
        return LightDrifted(what, "Check the lamp and its plug, or set power_line_hz to 50 or 60.")

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


def _differ(one: Light, other: Light) -> bool:
    return min(one.level, other.level) < (1.0 - MOST_LEVEL) * max(one.level, other.level)
