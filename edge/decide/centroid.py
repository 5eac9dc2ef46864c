"""Centre of gravity of clipped, max-joined membership functions, for many cells at once.

scikit-fuzzy samples the output's memberships, clips each at its rule strength, adds the points where a clip meets its
membership, joins them by max and integrates the polygon through those points. The same polygon is integrated here in
closed form: first through the samples (two dot products), then each added point contributes the triangle between it
and its two neighbours, whose moment is its area times the mean of its three corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Centroid:
    """A sampled output variable.

    universe     (m,) ascending
    memberships  (terms, m), each rising to its peak and then falling, as trapezoids do
    """

    universe: Floats
    memberships: Floats

    def __call__(self, cuts: Floats) -> Floats:
        """Centres of gravity (n,) for the terms' strengths `cuts` (n, terms); meaningless where all are 0."""
        samples = _joined(cuts[:, :, None], self.memberships[None])
        polygon = samples @ self._weights
        corrections = self._added_points(cuts, samples)
        area, moment = polygon[:, 0] + corrections[0], polygon[:, 1] + corrections[1]
        return np.asarray(moment / np.fmax(area, np.finfo(float).eps), dtype=np.float64)

    @cached_property
    def _weights(self) -> Floats:
        """(m, 2): what each sample adds to the polygon's area and to its moment."""
        left, right = self.universe[:-1], self.universe[1:]
        half, sixth = (right - left) / 2, (right - left) / 6
        weights = np.zeros((self.universe.size, 2))
        weights[:-1] += np.stack([half, sixth * (2 * left + right)], axis=1)
        weights[1:] += np.stack([half, sixth * (left + 2 * right)], axis=1)
        return weights

    def _added_points(self, cuts: Floats, samples: Floats) -> tuple[Floats, Floats]:
        """Area and moment (n,) that the points between samples add to the polygon through the samples."""
        segment, fraction = self._crossings(cuts)
        rows = np.arange(len(cuts))[:, None]
        left_x, right_x = self.universe[segment], self.universe[segment + 1]
        x = left_x + fraction * (right_x - left_x)
        y = self._heights(cuts, segment, fraction)
        follows = np.zeros(segment.shape, dtype=bool)  # the point before lies between the same two samples
        follows[:, 1:] = segment[:, 1:] == segment[:, :-1]
        before_x = np.where(follows, np.roll(x, 1, axis=1), left_x)
        before_y = np.where(follows, np.roll(y, 1, axis=1), samples[rows, segment])
        after_y = samples[rows, segment + 1]
        area = ((y - before_y) * (right_x - before_x) - (after_y - before_y) * (x - before_x)) / 2
        return area.sum(axis=1), (area * (before_x + x + right_x)).sum(axis=1) / 3

    def _crossings(self, cuts: Floats) -> tuple[Ints, Floats]:
        """Where each term meets its cut, ordered along the universe: segment and fraction of it, (n, 2·terms).

        A cut that a term never reaches meets it at a sample, where a point adds nothing.
        """
        met = [np.interp(cuts[:, term], heights, samples) for term, heights, samples in self._slopes]
        places = np.sort(np.stack(met, axis=1), axis=1)
        segment = np.minimum(places.astype(np.intp), self.universe.size - 2)
        return segment, places - segment

    @cached_property
    def _slopes(self) -> list[tuple[int, Floats, Floats]]:
        """Of every term the rising side, then the falling one: term, ascending heights, their sample numbers."""
        numbers = np.arange(self.universe.size, dtype=np.float64)
        peaks = np.argmax(self.memberships, axis=1)
        sides = []
        for term, (row, peak) in enumerate(zip(self.memberships, peaks, strict=True)):
            sides.append((term, row[: peak + 1], numbers[: peak + 1]))
            sides.append((term, np.flip(row[peak:]), np.flip(numbers[peak:])))
        return sides

    def _heights(self, cuts: Floats, segment: Ints, fraction: Floats) -> Floats:
        """The joined membership at the given places, (n, points)."""
        low, high = self.memberships[:, segment], self.memberships[:, segment + 1]
        between = np.moveaxis(low + fraction * (high - low), 0, 1)
        return _joined(cuts[:, :, None], between)


def _joined(cuts: Floats, memberships: Floats) -> Floats:
    """Clip at the cuts and join the terms (axis 1) by max."""
    return np.asarray(np.minimum(cuts, memberships).max(axis=1), dtype=np.float64)
