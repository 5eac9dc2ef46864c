"""Autofocus: a coarse sweep to find the hill, a fine one to find its top.

Far from focus blur grows in proportion to the distance, and the gradient energy of an edge falls with the blur. So one
over the squared coarse measure is a parabola in z, whose bottom the coarse sweep finds; near focus the logarithm of the
fine measure is one, whose top the fine sweep finds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from firmware_bridge.errors import BeyondLimits, SourceLost
from firmware_bridge.picture import Pixels
from firmware_bridge.scope.parabola import vertex
from firmware_bridge.scope.place import Position
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.scope.sharpness import Sharpness, sharpness

Look = Callable[[], Pixels]
"""Takes a picture: exposed after the call, so after the stage came to rest. RGB (height, width, 3) uint8."""


@runtime_checkable
class Waiting(Protocol):
    """A look that waits for a camera in trouble."""

    @property
    def waited_s(self) -> float:
        """How long it has so far, in all."""


Reason = Literal["found", "flat", "edge", "time"]


class Focusable(Protocol):
    """What autofocus needs of a scope."""

    settings: ScopeSettings

    @property
    def position(self) -> Position:
        """Where it is."""

    def move_to(self, x_um: float | None = None, y_um: float | None = None, z_um: float | None = None) -> Position:
        """Go there."""


@dataclass(frozen=True, slots=True)
class FocusPlan:
    """How focus is searched.

    travel_um     how far the stage goes from the start, to either side; the soft limits hold besides. Downward the way
                  below each goal is part of it, so that it looks by the axis's backlash less far there
    coarse_um     steps of the coarse sweep
    fine_um       steps of the fine sweep
    fine_images   pictures of the fine sweep
    most_images   pictures at most
    time_s        seconds at most, but for those in which a camera in trouble was waited for …
    away_s        … and of these at most: then it is the camera's fault, and not that there is no focus
    contrast      best over worst of the coarse sweep that is no flat curve
    """

    travel_um: float = 30.0
    coarse_um: float = 5.0
    fine_um: float = 0.6
    fine_images: int = 7
    most_images: int = 40
    time_s: float = 60.0
    away_s: float = 120.0
    contrast: float = 1.25


@dataclass(frozen=True, slots=True)
class FocusResult:
    """What came of it. Not found is no error: the field may be empty, or the slide out of reach.

    found    it stands in focus; else where it began
    z_um     where it stands
    images   pictures taken
    reason   found; flat: nothing to see changes with focus; edge: the best is at the end of the travel; time: too slow
    """

    found: bool
    z_um: float
    images: int
    reason: Reason


def autofocus(
    scope: Focusable, look: Look, plan: FocusPlan | None = None, clock: Callable[[], float] = time.monotonic
) -> FocusResult:
    """Find the best focus near here and go there; where there is none, go back, or to the limit where it began beyond.

    Raises:
        BeyondLimits: the travel is no longer than the backlash; nothing moved.
        ScopeFault: the stage fails; it is locked then.
        SourceFault: the camera does not come back in time.
    """
    search = _Search(scope, look, plan or FocusPlan(), clock)
    z = scope.settings.z
    start_um = min(max(scope.position.z_um, z.lowest_um), z.high_um)
    try:
        best_um, reason = search.found(start_um)
    except _OutOfTime:
        best_um, reason = start_um, "time"
    scope.move_to(z_um=best_um)
    return FocusResult(reason == "found", scope.position.z_um, search.images, reason)


class _OutOfTime(Exception):
    """No more pictures."""


class _Search:
    def __init__(self, scope: Focusable, look: Look, plan: FocusPlan, clock: Callable[[], float]) -> None:
        self._scope, self._look, self._plan, self._clock = scope, look, plan, clock
        self._began_s, self._waited_before_s = clock(), _waited_s(look)
        self._seen: dict[float, Sharpness] = {}
        self._low_um, self._high_um = scope.settings.z.lowest_um, scope.settings.z.high_um
        self.images = 0

    def found(self, start_um: float) -> tuple[float, Reason]:
        reach_um = self._plan.travel_um - self._scope.settings.z.backlash_um
        if reach_um <= 0:
            what = f"Within {self._plan.travel_um:g} µm of travel the focus cannot come up from below its goal."
            raise BeyondLimits(what, f"Allow more than the backlash, {self._scope.settings.z.backlash_um:g} µm.")
        self._low_um = max(self._low_um, start_um - reach_um)
        self._high_um = min(self._high_um, start_um + self._plan.travel_um)
        coarse = self._coarse(_steps(self._low_um, self._high_um, self._plan.coarse_um))
        best_um = max(coarse, key=lambda z: coarse[z])
        if coarse[best_um] <= self._plan.contrast * min(coarse.values()):
            return start_um, "flat"
        return self._fine(self._hill(coarse, best_um), start_um)

    def _coarse(self, places: Iterable[float]) -> dict[float, float]:
        """Upward, until the hill is well behind."""
        curve: dict[float, float] = {}
        for z_um in places:
            curve[z_um] = self._at(z_um).coarse
            if self._passed(list(curve.values())):
                break
        return curve

    def _passed(self, values: list[float]) -> bool:
        top = max(values)
        return top > 2 * min(values) and len(values) - values.index(top) > 2 and max(values[-2:]) < 0.7 * top

    def _hill(self, curve: dict[float, float], best_um: float) -> float:
        """The bottom of one over the square, through the best sample and its neighbours."""
        near = [z for z in curve if abs(z - best_um) <= 1.01 * self._plan.coarse_um]
        if len(near) < 3:
            return best_um
        top = vertex(near, [1.0 / max(curve[z], 1e-12) ** 2 for z in near])
        reach_um = self._plan.coarse_um
        low_um, high_um = max(self._low_um, best_um - reach_um), min(self._high_um, best_um + reach_um)
        return best_um if top is None else min(max(top, low_um), high_um)

    def _fine(self, centre_um: float, start_um: float) -> tuple[float, Reason]:
        half_um = self._plan.fine_um * (self._plan.fine_images - 1) / 2
        steps = _steps(centre_um - half_um, centre_um + half_um, self._plan.fine_um)
        # the centre lies within, its own place among the steps may miss a limit by a rounding
        places = [z for z in steps if self._within(z)] or [centre_um]
        curve = {z: self._at(z).fine for z in places}
        while True:
            best_um = max(curve, key=lambda z: curve[z])
            beyond = self._beyond(curve, best_um)
            if not beyond:
                return self._top(curve, best_um), "found"
            if not self._within(beyond[0]):
                return start_um, "edge"
            curve.update({z: self._at(z).fine for z in beyond if self._within(z)})

    def _beyond(self, curve: dict[float, float], best_um: float) -> list[float]:
        """Further places where the best sample is the first or the last one."""
        step_um = self._plan.fine_um
        if best_um == max(curve):
            return [best_um + step_um, best_um + 2 * step_um]
        if best_um == min(curve):
            return [best_um - step_um, best_um - 2 * step_um]
        return []

    def _top(self, curve: dict[float, float], best_um: float) -> float:
        near = [z for z in curve if abs(z - best_um) <= 2.01 * self._plan.fine_um]
        top = vertex(near, [math.log(max(curve[z], 1e-12)) for z in near])
        return best_um if top is None or abs(top - best_um) > self._plan.fine_um else top

    def _within(self, z_um: float) -> bool:
        return self._low_um <= z_um <= self._high_um

    def _at(self, z_um: float) -> Sharpness:
        self._check_time()
        self._scope.move_to(z_um=z_um)
        self.images += 1
        return sharpness(self._look())

    def _check_time(self) -> None:
        away_s = _waited_s(self._look) - self._waited_before_s
        if away_s > self._plan.away_s:
            what = f"The camera was away for {away_s:.0f} s while focus was looked for."
            raise SourceLost(what, "Check the camera and its cable, then focus again.")
        took_s = self._clock() - self._began_s - away_s
        if self.images >= self._plan.most_images or took_s > self._plan.time_s:
            raise _OutOfTime


def _waited_s(look: object) -> float:
    return look.waited_s if isinstance(look, Waiting) else 0.0


def _steps(low_um: float, high_um: float, step_um: float) -> list[float]:
    """Evenly from the low to the high end, at most `step_um` apart."""
    count = max(1, math.ceil((high_um - low_um) / step_um - 1e-9))
    return [low_um + (high_um - low_um) * k / count for k in range(count + 1)]
