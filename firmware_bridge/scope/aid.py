"""A focus aid for hands: how sharp it is against the best so far, and which way to turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Hint = Literal["turn", "keep turning", "turn back", "there"]

THERE = 0.95
"""Share of the best that counts as in focus."""

FELT = 0.03
"""Smallest change, as a share of the best, that is more than noise."""


@dataclass(frozen=True, slots=True)
class Aid:
    """What a person at the knob is shown.

    level  sharpness as a share of the best so far, 0–1
    hint   turn: either way, to begin; keep turning: it gets sharper; turn back: it got worse; there: leave it
    """

    level: float
    hint: Hint


class FocusAid:
    """Remembers the best sharpness since it was reset, and whether its top was seen from both sides."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the best: another field, objective or lamp."""
        self._best = 0.0
        self._last: float | None = None
        self._rose = self._passed = False
        self._hint: Hint = "turn"

    def see(self, sharpness: float) -> Aid:
        """One more measure, of `sharpness(pixels).fine` or any other that is highest in focus."""
        if sharpness > self._best * (1 + FELT):
            self._rose, self._passed = self._last is not None, False
        self._best = max(self._best, sharpness, 1e-12)
        level = sharpness / self._best
        self._rose |= level >= THERE and self._last is not None and sharpness - self._last >= FELT * self._best
        self._passed |= self._rose and level < THERE
        self._hint = self._judged(sharpness, level)
        return Aid(level, self._hint)

    def _judged(self, sharpness: float, level: float) -> Hint:
        if self._passed and level >= THERE:
            self._last = sharpness
            return "there"
        if self._last is None:
            self._last = sharpness
            return "turn"
        change = (sharpness - self._last) / self._best
        if abs(change) < FELT:
            return self._hint if self._hint != "there" else "turn"
        self._last = sharpness
        return "keep turning" if change > 0 else "turn back"
