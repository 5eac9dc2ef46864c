"""Medians and percentiles of the few hundred pixels of a cell: NumPy's own, without its preparations, which cost more
than the sorting there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def median(values: Values) -> np.float32:
    """The median of at least one value, (n,): as `numpy.median` gives it."""
    low, high = (values.size - 1) // 2, values.size // 2
    sorted_there = np.partition(values, (low, high))
    return np.float32((sorted_there[low] + sorted_there[high]) / np.float32(2))


def percentiles(values: Values, wanted: Sequence[float]) -> list[float]:
    """These percentiles (0–100) of at least one value, (n,), interpolated linearly between neighbours."""
    places = [(values.size - 1) * each / 100 for each in wanted]
    low = [int(place) for place in places]
    high = [min(each + 1, values.size - 1) for each in low]
    there = np.partition(values, sorted({*low, *high})).astype(np.float64)
    return [
        float(there[a] + (there[b] - there[a]) * (place - a)) for place, a, b in zip(places, low, high, strict=True)
    ]
