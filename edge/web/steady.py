"""Whether the view stands still, and whether it is still the same place: for capturing by itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.types import Frame, Verdict

SIDE_PX = (128, 96)
STILL_SHARE = 0.007
"""A view that moves by more than this share of its width from one look to the next is moving; the simulated stage,
drifting, moves by 0.0005 to 0.0018 in 0.4 s."""
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

    still  for how many looks in a row the view has rested, at most ENOUGH_LOOKS
    place  counts up whenever another place comes into view
    """

    still: int
    place: int


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


def looking(gate: Callable[[Frame], Verdict]) -> Callable[[Frame], Looked]:
    """Looks at one picture after another of one source, with the gate and for steadiness."""
    steadiness = Steadiness()
    return lambda frame: Looked(gate(frame), steadiness.look(frame))


class Steadiness:
    """Follows the pictures of one source. Not for two threads at once."""

    def __init__(self) -> None:
        self._last: Small | None = None
        self._known: Small | None = None
        self._place = 0
        self._still = 0
        self._window = cv2.createHanningWindow(SIDE_PX, cv2.CV_32F)

    def look(self, frame: Frame) -> View:
        """The next picture, (H, W, 3) RGB."""
        small, before = _small(frame), self._last
        self._last = small
        rests = before is not None and self._rests(self._step(before, small))
        self._still = min(self._still + 1, ENOUGH_LOOKS) if rests else 0
        if self._known is None or self._is_elsewhere(self._known, small):
            self._place += 1
            self._known = small
        return View(self._still, self._place)

    def _rests(self, step: _Step) -> bool:
        return step.alike >= ALIKE and step.share <= STILL_SHARE

    def _is_elsewhere(self, known: Small, small: Small) -> bool:
        step = self._step(known, small)
        return step.alike < ALIKE or step.share > OTHER_PLACE_SHARE

    def _step(self, one: Small, other: Small) -> _Step:
        (x, y), alike = cv2.phaseCorrelate(one, other, self._window)
        return _Step(x / SIDE_PX[0], y / SIDE_PX[0], alike)


def _small(frame: Frame) -> Small:
    grey = cv2.cvtColor(cv2.resize(frame.pixels, SIDE_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return np.asarray(grey, np.float32)
