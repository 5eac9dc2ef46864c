"""The focus aid and the watch for stillness, one for all who look: there is one microscope."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from edge.intake.still import Stillness, StillWatch
from edge.types import Frame, Verdict
from firmware_bridge.scope.aid import Aid, FocusAid
from firmware_bridge.scope.sharpness import sharpness

LEAST_SIDE_PX = 32
"""Smaller pictures have no sharpness."""


@dataclass(frozen=True, slots=True)
class FocusNow:
    """On the newest frame.

    sharpness  of any unit, the larger the sharper; comparable only within one place
    best       the largest since the best was forgotten or the stage moved on
    aid        what a person at the knob is shown
    still      whether the picture stands still, and whether this place was captured
    """

    sharpness: float
    best: float
    aid: Aid
    still: Stillness


class Watch:
    """Follows the newest frames; safe to ask from any thread."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._aid, self._still = FocusAid(), StillWatch()
        self._best = 0.0

    def see(self, frame: Frame) -> FocusNow:
        """One more frame."""
        with self._alone:
            still = self._still.see(frame)
            if still.new_place:
                self._forget()
            height, width = frame.pixels.shape[:2]
            measured = sharpness(frame.pixels).fine if min(height, width) >= LEAST_SIDE_PX else 0.0
            self._best = max(self._best, measured)
            return FocusNow(measured, self._best, self._aid.see(measured), still)

    def captured(self, frame: Frame) -> None:
        """This frame was captured."""
        with self._alone:
            self._still.captured(frame)

    def forget(self) -> None:
        """Forget the best sharpness."""
        with self._alone:
            self._forget()

    def _forget(self) -> None:
        self._aid.reset()
        self._best = 0.0


def focus_shape(focus: FocusNow | None, verdict: Verdict | None) -> dict[str, Any]:
    """As an event: `level` is the share of the best, 0–1; `capture`: it is steady, good, and not captured yet."""
    if focus is None:
        return {
            "sharpness": None,
            "best": None,
            "level": None,
            "hint": None,
            "motion": None,
            "captured": None,
            "capture": False,
        }
    good = verdict is not None and verdict.ok
    return {
        "sharpness": _short(focus.sharpness),
        "best": _short(focus.best),
        "level": round(focus.aid.level, 2),
        "hint": focus.aid.hint,
        "motion": focus.still.motion,
        "captured": focus.still.captured,
        "capture": good and focus.still.due,
    }


def _short(value: float) -> float:
    return float(f"{value:.3g}")
