"""Which cells of a new field were counted before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from edge.again.album import Overlap, Point

NEAR = 0.5
"""Distance of two centres over the cell's diameter up to which they are one cell, besides the offset's accuracy."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: its id, centre and diameter in pixels of its frame."""

    id: int
    centre_px: Point
    diameter_px: float


@dataclass(frozen=True, slots=True)
class CountedBefore:
    """A cell of the new field, and the field and id under which it was counted."""

    id: int
    field: int
    earlier_id: int


def counted_before(
    new: Iterable[Place], overlaps: Iterable[Overlap], counted: Mapping[int, Iterable[Place]]
) -> tuple[CountedBefore, ...]:
    """The new cells that earlier fields hold already, each once, in the order of their ids.

    A cell that the earlier field did not count, because its border cut it or it was missed, is not among them: lying
    in a common part is not enough.

    Args:
        counted: by field, the cells that count there.
    """
    places = {each.id: each for each in new}
    found: dict[int, CountedBefore] = {}
    for overlap in overlaps:
        left = [each for each in places.values() if each.id not in found]
        for ours, theirs in _pairs(left, list(counted.get(overlap.field, ())), overlap):
            found[ours] = CountedBefore(ours, overlap.field, theirs)
    return tuple(found[k] for k in sorted(found))


def _pairs(new: list[Place], earlier: list[Place], overlap: Overlap) -> Iterable[tuple[int, int]]:
    """Ids of the nearest pairs within reach, each cell in one of them, the nearest first."""
    if not new or not earlier:
        return
    moved = overlap.here(each.centre_px for each in earlier)
    away = np.hypot(*np.moveaxis(np.array([each.centre_px for each in new])[:, None] - moved, 2, 0))
    reach = np.array([NEAR * each.diameter_px + overlap.accuracy_px for each in new])
    away[away > reach[:, None]] = np.inf
    while np.isfinite(away).any():
        ours, theirs = np.unravel_index(int(np.argmin(away)), away.shape)
        yield new[int(ours)].id, earlier[int(theirs)].id
        away[ours], away[:, theirs] = np.inf, np.inf
