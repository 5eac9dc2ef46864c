"""How large and how often one viewer gets pictures: what its connection takes, found by what it makes us wait.

An answer's next part is asked for only once the part before has left for the viewer's socket, whose buffer is kept
small (`edge.commands.serve.listen`). So the time between handing a picture over and being asked for the next is the
viewer's own: the network's, or that of a phone that cannot draw so fast.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

PICTURES_PER_S = 6.0
SLOW_SHARE, FREE_SHARE = 0.7, 0.2
"""Share of a picture's time spent waiting from which on a viewer is slow, and up to which it is free."""
SLOW_PICTURES = 2
"""So many slow pictures in a row make the next ones smaller: one alone is a hiccup."""
FREE_S, MOST_FREE_S = 4.0, 64.0
"""Seconds without waiting before larger pictures are tried; doubled, up to the second figure, each time that fails."""
FAILED_S = 3.0
"""A step up that is taken back within so many seconds has failed."""


@dataclass(frozen=True, slots=True)
class Level:
    """One size of live pictures: longest side, JPEG quality, and how many a second."""

    side_px: int
    quality: int
    per_s: float


LEVELS = (
    Level(960, 80, PICTURES_PER_S),
    Level(720, 72, 5.0),
    Level(480, 68, 4.0),
    Level(320, 60, 2.0),
    Level(240, 50, 1.0),
)
"""The largest first; each is about half of the one before in bytes a second."""


class Pace:
    """The pace of one viewer. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self._level = 0
        self._slow = 0
        self._free_since_s: float | None = None
        self._patience_s = FREE_S
        self._raised_s: float | None = None

    @property
    def level(self) -> Level:
        """What this viewer gets now."""
        return LEVELS[self._level]

    def rest_s(self, waited_s: float) -> float:
        """How long until the next picture, after one that took so long to leave."""
        return max(0.0, 1 / self.level.per_s - waited_s)

    def sent(self, waited_s: float, now_s: float) -> None:
        """A picture has left; it took `waited_s` seconds until the next could be handed over."""
        share = waited_s * self.level.per_s
        self._slow = self._slow + 1 if share > SLOW_SHARE else 0
        if share > FREE_SHARE:
            self._free_since_s = None
        elif self._free_since_s is None:
            self._free_since_s = now_s
        if self._slow >= SLOW_PICTURES or share > 2:
            self._lower(now_s, 1 if share <= 2 else int(math.log2(share)))
        elif self._free_since_s is not None and now_s - self._free_since_s >= self._patience_s:
            self._raise(now_s)

    def _lower(self, now_s: float, levels: int) -> None:
        """By as many levels as halve what was too much; each halves it once."""
        if self._raised_s is not None and now_s - self._raised_s < FAILED_S:
            self._patience_s = min(2 * self._patience_s, MOST_FREE_S)
        self._level = min(self._level + levels, len(LEVELS) - 1)
        self._slow, self._free_since_s, self._raised_s = 0, None, None

    def _raise(self, now_s: float) -> None:
        if self._level > 0:
            self._level, self._raised_s = self._level - 1, now_s
        self._free_since_s = now_s
