"""Otsu's thresholds: the cuts of a histogram between two or three classes that differ the most.

Source: Otsu, IEEE Trans SMC 9 (1979) 62. Where every cut within a gap between classes is as good, the middle is taken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Floats = NDArray[np.float64]

EQUALLY_GOOD = 1.0 - 1e-9
NARROWEST = 1e-3
"""Least width of the histogram: of values that are all but equal, rounding would make the classes."""


def threshold(values: Values, bins: int = 64) -> float:
    """The threshold between two classes of at least one value."""
    weight, moment, edges = _cumulated(values, bins)
    spread = _share(moment[1:-1], weight[1:-1]) + _share(moment[-1] - moment[1:-1], 1.0 - weight[1:-1])
    return float(edges[1:-1][spread >= EQUALLY_GOOD * spread.max()].mean())


def two_thresholds(values: Values, bins: int = 128) -> tuple[float, float]:
    """The lower and the upper threshold between three classes of at least one value."""
    weight, moment, edges = _cumulated(values, bins)
    low, high = np.triu_indices(bins - 1, 1)
    low, high = low + 1, high + 1
    spread = (
        _share(moment[low], weight[low])
        + _share(moment[high] - moment[low], weight[high] - weight[low])
        + _share(moment[-1] - moment[high], 1.0 - weight[high])
    )
    best = spread >= EQUALLY_GOOD * spread.max()
    return float(edges[low[best]].mean()), float(edges[high[best]].mean())


def separability(values: Values, level: float) -> float:
    """Otsu's η: the share of the variance, 0 to 1, that lies between what is above `level` and what is not."""
    above = values > level
    share, variance = float(above.mean()), float(values.var())
    if not 0 < share < 1 or variance == 0:
        return 0.0
    apart = float(values[above].mean()) - float(values[~above].mean())
    return share * (1 - share) * apart**2 / variance


def _cumulated(values: Values, bins: int) -> tuple[Floats, Floats, Floats]:
    """Share of the values below each edge, their moment about the values' mean, and the edges, each (bins + 1,)."""
    low, high = float(values.min()), float(values.max())
    edges = np.linspace(low, max(high, low + NARROWEST), bins + 1)
    counts = _counts(values, edges)
    centres = (edges[1:] + edges[:-1]) / 2
    shares = counts / counts.sum()
    moments = shares * (centres - np.dot(shares, centres))
    return _running(shares), _running(moments), edges


def _running(each: Floats) -> Floats:
    """The sum of all before each edge, from 0 to the whole."""
    sums = np.zeros(len(each) + 1)
    np.cumsum(each, out=sums[1:])
    return sums


def _counts(values: Values, edges: Floats) -> NDArray[np.intp]:
    """How many values lie between neighbouring edges, all equally far apart; a tenth of `np.histogram`'s time."""
    bins = len(edges) - 1
    places = ((values.ravel() - edges[0]) * (bins / (edges[-1] - edges[0]))).astype(np.intp)
    return np.bincount(np.minimum(places, bins - 1), minlength=bins)


def _share(moment: Floats, weight: Floats) -> Floats:
    """What a class adds to the variance between classes: weight · mean²."""
    return np.asarray(moment**2 / np.maximum(weight, 1e-12), np.float64)
