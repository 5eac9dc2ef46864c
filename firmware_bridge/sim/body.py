"""The body of the simulated microscope: where stage and focus are and how bright the lamp is.

A board moves it, a camera looks through it; neither knows of the other.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the microscope is.

    x_um, y_um  of the stage: the point of the slide that the picture's centre shows
    z_um        of the focus drive
    lamp        share of full brightness, 0–1
    """

    x_um: float = 0.0
    y_um: float = 0.0
    z_um: float = 0.0
    lamp: float = 1.0


@dataclass(frozen=True, slots=True)
class _Travel:
    start: Pose
    goal: Pose
    began_s: float
    lasts_s: float

    def at(self, now_s: float) -> Pose:
        share = 1.0 if self.lasts_s <= 0 else min(1.0, max(0.0, (now_s - self.began_s) / self.lasts_s))
        return _between(self.start, self.goal, share)


class Body:
    """Moves in straight lines at a given speed, in its own time; safe to use from any number of threads."""

    def __init__(self, pose: Pose | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        here = pose or Pose()
        self._clock = clock
        self._lock = threading.Lock()
        self._travel = _Travel(here, here, clock(), 0.0)

    @property
    def pose(self) -> Pose:
        """Where it is now, in the middle of a move too."""
        with self._lock:
            return self._travel.at(self._clock())

    @property
    def moving(self) -> bool:
        """It has not arrived yet."""
        with self._lock:
            return self._clock() < self._travel.began_s + self._travel.lasts_s

    def go(self, goal: Pose, speed_um_s: float) -> float:
        """Set out in a straight line for `goal`; how many seconds that takes. The lamp follows at once."""
        if not (speed_um_s > 0 and all(map(math.isfinite, (goal.x_um, goal.y_um, goal.z_um, goal.lamp)))):
            raise ValueError(f"no way to {goal} at {speed_um_s} µm/s")
        with self._lock:
            now_s = self._clock()
            start = replace(self._travel.at(now_s), lamp=goal.lamp)
            lasts_s = _distance_um(start, goal) / speed_um_s
            self._travel = _Travel(start, goal, now_s, lasts_s)
            return lasts_s

    def halt(self) -> Pose:
        """Stop where it is."""
        with self._lock:
            now_s = self._clock()
            here = self._travel.at(now_s)
            self._travel = _Travel(here, here, now_s, 0.0)
            return here


def _distance_um(start: Pose, goal: Pose) -> float:
    return math.dist((start.x_um, start.y_um, start.z_um), (goal.x_um, goal.y_um, goal.z_um))


def _between(start: Pose, goal: Pose, share: float) -> Pose:
    def mixed(a: float, b: float) -> float:
        return b if share >= 1.0 else a + share * (b - a)

    return Pose(
        mixed(start.x_um, goal.x_um),
        mixed(start.y_um, goal.y_um),
        mixed(start.z_um, goal.z_um),
        mixed(start.lamp, goal.lamp),
    )
