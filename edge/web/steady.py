"""Whether the view stands still, and whether it is still the same place: for capturing by itself."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.types import Frame, Verdict

SIDE_PX = (128, 96)
STILL_SHARE = 0.007
"""A view that moves by more than this share of its width from one look to the next is moving; the simulated stage,
drifting, moves by 0.0005 to 0.0018 in 0.4 s."""
MOVES_SHARE = 0.014
"""One that has come to rest is moving only from here on, and from so far from where it came to rest: between the two
it stays what it was, so that a capture does not wait for a table that trembles."""
ALIKE = 0.4
"""Two pictures of one place correlate at least this well: 0.82 to 1 on drifting, breathing simulated fields, 0.47 to
0.73 when moved by a fifth of the width, and up to 0.4 (as a rule 0.14) from place to place."""
RESTS_MS = 1000.0
"""A view rests when it has not moved for so long: four looks as a rule, fewer on a busy kit, which looks less often."""
OTHER_PLACE_SHARE = 0.25
"""Moved by this share of the width, the view holds enough new cells to be a place of its own."""

Small = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """How the newest picture relates to those before.

    rests     nothing has moved for RESTS_MS
    place     counts up whenever another place comes into view
    captured  this place was captured, by itself or by hand, whoever asked for it
    """

    rests: bool
    place: int
    captured: bool = False

    @property
    def is_due(self) -> bool:
        """A picture may be taken by itself, if it is also good."""
        return self.rests and not self.captured


@dataclass(frozen=True)
class _Step:
    """From one picture to another: how far as a share of the width, and how alike they are, 0 to 1."""

    x: float
    y: float
    alike: float

    @property
    def share(self) -> float:
        return math.hypot(self.x, self.y)


@dataclass(frozen=True)
class Looked:
    """What is seen of one live picture."""

    verdict: Verdict
    view: View


class Looking:
    """Looks at one picture after another of one source, with the gate and for steadiness; safe from any thread."""

    def __init__(self, gate: Callable[[Frame], Verdict]) -> None:
        self._gate = gate
        self._steadiness = Steadiness()
        self._alone = threading.Lock()

    def look(self, frame: Frame) -> Looked:
        """At the newest picture."""
        verdict = self._gate(frame)
        with self._alone:
            return Looked(verdict, self._steadiness.look(frame))

    def captured(self, frame: Frame) -> None:
        """This picture was captured."""
        with self._alone:
            self._steadiness.captured(frame)

    def is_captured(self, frame: Frame) -> bool:
        """Whether it shows the place that was captured last."""
        with self._alone:
            return self._steadiness.is_captured(frame)


def view_shape(looked: Looked) -> dict[str, Any]:
    """The view as an event; `capture`: it rests, is good, and its place was not captured yet."""
    return {**asdict(looked.view), "capture": looked.verdict.ok and looked.view.is_due}


@dataclass(frozen=True, eq=False)
class _Seen:
    """A picture and when it was taken."""

    small: Small
    taken_ms: float


@dataclass(frozen=True, eq=False)
class _Stay:
    """The first and the newest of the pictures between which nothing moved."""

    since: _Seen
    newest: _Seen

    @property
    def is_rest(self) -> bool:
        return self.newest.taken_ms - self.since.taken_ms >= RESTS_MS


class Steadiness:
    """Follows the pictures of one source. Not for two threads at once."""

    def __init__(self) -> None:
        self._stay: _Stay | None = None
        self._known: Small | None = None
        self._place = 0
        self._taken: Small | None = None

    def look(self, frame: Frame) -> View:
        """The next picture, (H, W, 3) RGB."""
        small = _small(frame)
        self._stay = stay = self._after(self._stay, _Seen(small, frame.taken_ms))
        if self._known is None or self._is_elsewhere(self._known, small):
            self._place += 1
            self._known = small
        return View(stay.is_rest, self._place, self._is_taken(small))

    def captured(self, frame: Frame) -> None:
        """This picture was captured. A hand before the lamp does not make its place a new one."""
        self._taken = _small(frame)

    def is_captured(self, frame: Frame) -> bool:
        """Whether it shows the place that was captured last."""
        return self._is_taken(_small(frame))

    def _is_taken(self, small: Small) -> bool:
        return self._taken is not None and not self._is_elsewhere(self._taken, small)

    def _after(self, stay: _Stay | None, seen: _Seen) -> _Stay:
        if stay is not None and self._goes_on(stay, seen):
            return _Stay(stay.since, seen)
        return _Stay(seen, seen)

    def _goes_on(self, stay: _Stay, seen: _Seen) -> bool:
        if not stay.is_rest:
            return self._within(stay.newest.small, seen.small, STILL_SHARE)
        return all(self._within(each.small, seen.small, MOVES_SHARE) for each in (stay.newest, stay.since))

    def _within(self, one: Small, other: Small, share: float) -> bool:
        step = self._step(one, other)
        return step.alike >= ALIKE and step.share <= share

    def _is_elsewhere(self, known: Small, small: Small) -> bool:
        step = self._step(known, small)
        return step.alike < ALIKE or step.share > OTHER_PLACE_SHARE

    def _step(self, one: Small, other: Small) -> _Step:
        (x, y), alike = cv2.phaseCorrelate(one, other)
        return _Step(x / SIDE_PX[0], y / SIDE_PX[0], alike)


def _small(frame: Frame) -> Small:
    grey = cv2.cvtColor(cv2.resize(frame.pixels, SIDE_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32) * _window()


@cache
def _window() -> Small:
    """Fades towards the borders. Handed to `phaseCorrelate`, it would multiply what is handed in with it each time."""
    return np.asarray(cv2.createHanningWindow(SIDE_PX, cv2.CV_32F), np.float32)
