"""How far two counted shares lie apart, and how far that may be from the truth: Newcombe's hybrid score interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from edge.decide.wilson import wilson

TELLING_POINTS = 20.0
"""From the lowest limit that decides (5 % blasts) to the highest (25 %): who cannot exclude that much has seen no
agreement, only too few cells.
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """First share less the second, in percentage points, with its 95 % interval."""

    points: float
    interval: tuple[float, float]

    @property
    def agree(self) -> bool | None:
        """Whether chance alone explains it: the interval holds 0. None where it also holds a difference of
        `TELLING_POINTS`: then too few cells were counted to tell.
        """
        low, high = self.interval
        if not low <= 0.0 <= high:
            return False
        return True if max(-low, high) <= TELLING_POINTS else None


def difference(first: tuple[int, int], second: tuple[int, int]) -> Difference:
    """Of two independent counts, each (hits, total): R. G. Newcombe, Stat. Med. 17 (1998) 873–890, method 10.

    Built from the two Wilson intervals, so that it stays within ±100 and holds for small counts. The two counts must
    be of different cells: for two opinions on the same cells it is too wide.

    Raises:
        ValueError: hits are not within 0 … total.
    """
    (low_1, high_1), (low_2, high_2) = wilson(*first), wilson(*second)
    if not (first[1] and second[1]):
        return Difference(0.0, (-100.0, 100.0))
    share_1, share_2 = first[0] / first[1], second[0] / second[1]
    apart = share_1 - share_2
    below = hypot(share_1 - low_1, high_2 - share_2)
    above = hypot(high_1 - share_1, share_2 - low_2)
    return Difference(100 * apart, (max(-100.0, 100 * (apart - below)), min(100.0, 100 * (apart + above))))
