"""The focus aid, one for all who look: there is one microscope. It remembers how sharp it has been."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from edge.types import Frame
from firmware_bridge.scope.aid import Aid, FocusAid
from firmware_bridge.scope.sharpness import sharpness

LEAST_SIDE_PX = 32
"""Smaller pictures have no sharpness."""


@dataclass(frozen=True, slots=True)
class FocusNow:
    """On the newest frame.

    sharpness  of no unit, the larger the sharper; comparable only within one place
    best       the largest since it was forgotten
    aid        what a person at the knob is shown
    """

    sharpness: float
    best: float
    aid: Aid


class FocusMemory:
    """Follows the newest frames; safe to ask from any thread."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._aid, self._best = FocusAid(), 0.0

    def see(self, frame: Frame) -> FocusNow:
        """One more frame."""
        measured = sharpness(frame.pixels).fine if min(frame.pixels.shape[:2]) >= LEAST_SIDE_PX else 0.0
        with self._alone:
            self._best = max(self._best, measured)
            return FocusNow(measured, self._best, self._aid.see(measured))

    def forget(self) -> None:
        """Forget the best: another place, objective or lamp; what was captured is done with."""
        with self._alone:
            self._aid.reset()
            self._best = 0.0


def focus_shape(focus: FocusNow | None) -> dict[str, Any]:
    """As an event: `level` is the share of the best, 0–1; `hint` what to do with the knob."""
    if focus is None:
        return {"sharpness": None, "best": None, "level": None, "hint": None}
    return {
        "sharpness": float(f"{focus.sharpness:.3g}"),
        "best": float(f"{focus.best:.3g}"),
        "level": round(focus.aid.level, 2),
        "hint": focus.aid.hint,
    }
