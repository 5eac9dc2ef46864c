"""Whether the picture stands still, and whether this place was captured: when automatic capture may act.

Pictures are compared on a coarse grid after brightness is divided out, by how far they differ over how much there is to
see. Times are those of the pictures, so that the same pictures give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from edge.optics.planes import Plane
from edge.types import Frame, Pixels

GRID_PX = 96, 72
LEAST_CONTRAST = 0.01
"""Mean distance from the mean brightness, over it, that counts at least: bare glass differs by noise alone."""

Motion = Literal["moving", "settling", "steady"]


@dataclass(frozen=True, slots=True)
class StillLimits:
    """Differences between pictures are over their contrast. Measured on a simulated field and six of `blast_fields`, of
    1300 pixels: noise and a lamp 10 % dimmer leave 0.02, a move of 5 pixels 0.13–0.19, of 60 (one red cell) about 1.

    settles      two pictures that follow each other differ by less: it may be still
    moves        they differ by more, or the picture by so much from the one when it came to rest: it moves. Between
                 the two it stays what it was
    still_s      so long must it be still to be steady
    elsewhere    differing by more from the captured picture it is another place, for so long …
    elsewhere_s  … as this: a hand before the lamp is none
    gap_s        pictures further apart than this tell nothing of motion between them
    """

    settles: float = 0.06
    moves: float = 0.15
    still_s: float = 0.8
    elsewhere: float = 0.9
    elsewhere_s: float = 0.3
    gap_s: float = 3.0


STANDARD = StillLimits()
"""The limits as shipped."""


@dataclass(frozen=True, slots=True)
class Stillness:
    """What is known now.

    motion    moving, settling or steady
    captured  this place was captured; it stays so until the picture is of another place
    change    difference from the picture before
    new_place with this picture the stage has come to another place
    """

    motion: Motion
    captured: bool
    change: float
    new_place: bool = False

    @property
    def due(self) -> bool:
        """A picture may be taken by itself, if it is also good."""
        return self.motion == "steady" and not self.captured


class StillWatch:
    """Follows the pictures of one source, in their order. For one thread."""

    def __init__(self, limits: StillLimits = STANDARD) -> None:
        self._limits = limits
        self._before: tuple[Plane, float] | None = None
        self._rested: Plane | None = None
        self._still_since_s: float | None = None
        self._taken: Plane | None = None
        self._elsewhere_since_s: float | None = None
        self._now = Stillness("moving", False, 0.0)

    @property
    def now(self) -> Stillness:
        """As of the last picture."""
        return self._now

    def see(self, frame: Frame) -> Stillness:
        """One more picture; the same one again changes nothing."""
        seen, now_s = glance(frame.pixels), frame.taken_ms / 1000
        before, self._before = self._before, (seen, now_s)
        if before is not None and now_s <= before[1]:
            return self._now
        self._leave(seen, now_s)
        apart_s = self._limits.gap_s + 1 if before is None else now_s - before[1]
        change = 1.0 if before is None else difference(seen, before[0])
        self._follow(seen, change, now_s, apart_s)
        new_place = change > self._limits.elsewhere
        self._now = Stillness(self._motion(now_s), self._taken is not None, change, new_place)
        return self._now

    def captured(self, frame: Frame) -> None:
        """This picture was captured, by itself or by hand."""
        self._taken, self._elsewhere_since_s = glance(frame.pixels), None
        self._now = Stillness(self._now.motion, True, self._now.change)

    def _follow(self, seen: Plane, change: float, now_s: float, apart_s: float) -> None:
        crept = 0.0 if self._rested is None else difference(seen, self._rested)
        if apart_s > self._limits.gap_s or max(change, crept) > self._limits.moves:
            self._still_since_s = self._rested = None
        elif self._still_since_s is None and change < self._limits.settles:
            self._still_since_s, self._rested = now_s, seen

    def _motion(self, now_s: float) -> Motion:
        if self._still_since_s is None:
            return "moving"
        return "steady" if now_s - self._still_since_s >= self._limits.still_s else "settling"

    def _leave(self, seen: Plane, now_s: float) -> None:
        """Forget the captured place once another has been seen for long enough."""
        if self._taken is None or difference(seen, self._taken) <= self._limits.elsewhere:
            self._elsewhere_since_s = None
            return
        if self._elsewhere_since_s is None:
            self._elsewhere_since_s = now_s
        if now_s - self._elsewhere_since_s >= self._limits.elsewhere_s:
            self._taken = self._elsewhere_since_s = None


def glance(pixels: Pixels) -> Plane:
    """A picture (RGB uint8) coarsely: green over its mean, float32 (72, 96)."""
    small = cv2.resize(pixels, GRID_PX, interpolation=cv2.INTER_AREA)[..., 1].astype(np.float32)
    return np.asarray(small / max(float(small.mean()), 1.0), np.float32)


def difference(one: Plane, other: Plane) -> float:
    """How far two glances differ over how much there is to see in them."""
    contrast = max(float(np.abs(one - 1).mean()), float(np.abs(other - 1).mean()), LEAST_CONTRAST)
    return float(np.abs(one - other).mean()) / contrast
