"""Robust statistics of the room: median, a scale that outliers do not move, k-medians."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MAD_TO_SD = 1.4826022185056018
"""Median absolute deviation to standard deviation, for a normal distribution: 1 / Φ⁻¹(¾)."""
MOST_ROUNDS = 100


def scales(values: Floats, medians: Floats) -> Floats:
    """Robust standard deviations (k,) of the columns of `values` (n, k); 0 where a column is constant.

    MAD; where more than half the cells share one value, so that the MAD is 0, the mean absolute deviation.
    """
    deviations = np.abs(values - medians)
    mad = MAD_TO_SD * np.median(deviations, axis=0)
    return np.where(mad > 0, mad, np.sqrt(np.pi / 2) * deviations.mean(axis=0))


def k_medians(points: Floats, count: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Centres (count, k) and each point's centre (n,), by Lloyd's rounds in the 1-norm (Bradley 1997).

    Starts are drawn far from each other, with a probability proportional to the distance to the nearest one so far.
    """
    centres = _starts(points, count, rng)
    nearest = _nearest(points, centres)
    for _ in range(MOST_ROUNDS):
        centres = _medians(points, nearest, centres)
        before, nearest = nearest, _nearest(points, centres)
        if np.array_equal(before, nearest):
            break
    return centres, nearest


def _starts(points: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(points)))]
    distance = _distance(points, points[chosen[0]])
    while len(chosen) < count:
        total = distance.sum()
        share = distance / total if total > 0 else None  # fewer different points than centres: any will do
        chosen.append(int(rng.choice(len(points), p=share)))
        distance = np.minimum(distance, _distance(points, points[chosen[-1]]))
    return points[chosen].copy()


def _distance(points: Floats, centre: Floats) -> Floats:
    return np.asarray(np.abs(points - centre).sum(axis=1), dtype=np.float64)


def _nearest(points: Floats, centres: Floats) -> Ints:
    distances = np.stack([_distance(points, each) for each in centres], axis=1)
    return np.asarray(np.argmin(distances, axis=1), dtype=np.intp)


def _medians(points: Floats, nearest: Ints, centres: Floats) -> Floats:
    moved = centres.copy()
    for each in np.unique(nearest):  # a centre that lost all its points stays where it is
        moved[each] = np.median(points[nearest == each], axis=0)
    return moved
