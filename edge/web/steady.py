"""Whether the view stands still, and whether it is still the same place: for capturing by itself."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
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
"""Two pictures of one place correlate at least this well: 0.54 to 0.79 on drifting, breathing simulated fields, and
0.03 to 0.24 from field to field."""
ENOUGH_LOOKS = 3
OTHER_PLACE_SHARE = 0.25
"""Moved by this share of the width, the view holds enough new cells to be a place of its own."""

Small = NDArray[np.float32]


@dataclass(frozen=True)
class View:
    """How the newest picture relates to those before.

    still     for how many looks in a row the view has rested, at most ENOUGH_LOOKS
    place     counts up whenever another place comes into view
    captured  this place was captured, by itself or by hand, whoever asked for it
    """

    still: int
    place: int
    captured: bool = False

    @property
    def is_due(self) -> bool:
        """A picture may be taken by itself, if it is also good."""
        return self.still == ENOUGH_LOOKS and not self.captured


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


def view_shape(looked: Looked) -> dict[str, Any]:
    """The view as an event; `capture`: it rests, is good, and its place was not captured yet."""
    return {**asdict(looked.view), "capture": looked.verdict.ok and looked.view.is_due}


class Steadiness:
    """Follows the pictures of one source. Not for two threads at once."""

    def __init__(self) -> None:
        self._last: Small | None = None
        self._known: Small | None = None
        self._rested: Small | None = None
        self._place = 0
        self._still = 0
        self._taken: Small | None = None
        self._window = cv2.createHanningWindow(SIDE_PX, cv2.CV_32F)

    def look(self, frame: Frame) -> View:
        """The next picture, (H, W, 3) RGB."""
        small, before = _small(frame), self._last
        self._last = small
        self._follow(small, before)
        if self._known is None or self._is_elsewhere(self._known, small):
            self._place += 1
            self._known = small
        captured = self._taken is not None and not self._is_elsewhere(self._taken, small)
        return View(self._still, self._place, captured)

    def captured(self, frame: Frame) -> None:
        """This picture was captured. A hand before the lamp does not make its place a new one."""
        self._taken = _small(frame)

    def _follow(self, small: Small, before: Small | None) -> None:
        if before is None or not self._rests(small, before):
            self._still, self._rested = 0, None
            return
        self._still = min(self._still + 1, ENOUGH_LOOKS)
        if self._rested is None:
            self._rested = before

    def _rests(self, small: Small, before: Small) -> bool:
        if self._still < ENOUGH_LOOKS or self._rested is None:
            return self._within(before, small, STILL_SHARE)
        return self._within(before, small, MOVES_SHARE) and self._within(self._rested, small, MOVES_SHARE)

    def _within(self, one: Small, other: Small, share: float) -> bool:
        step = self._step(one, other)
        return step.alike >= ALIKE and step.share <= share

    def _is_elsewhere(self, known: Small, small: Small) -> bool:
        step = self._step(known, small)
        return step.alike < ALIKE or step.share > OTHER_PLACE_SHARE

    def _step(self, one: Small, other: Small) -> _Step:
        (x, y), alike = cv2.phaseCorrelate(one, other, self._window)
        return _Step(x / SIDE_PX[0], y / SIDE_PX[0], alike)


def _small(frame: Frame) -> Small:
    grey = cv2.cvtColor(cv2.resize(frame.pixels, SIDE_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32)
