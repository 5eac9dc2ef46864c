"""Medians and percentiles without NumPy's own preparations, which cost more than finding them.

One partition finds a place, and its neighbour is the least of what lies above. To have NumPy partition at both places
takes many times as long where values are many.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]


def median(values: Values) -> np.float32:
    """The median of at least one value, (n,): as `numpy.median` gives it."""
    low, high = _from(values, (values.size - 1) // 2)
    return low if values.size % 2 else np.float32((low + high) / np.float32(2))


def percentiles(values: Values, wanted: Sequence[float]) -> list[float]:
    """These percentiles (0–100) of at least one value, (n,), interpolated linearly between neighbours."""
    return [percentile(values, each) for each in wanted]


def percentile(values: Values, wanted: float) -> float:
    """One of them."""
    place = (values.size - 1) * wanted / 100
    low, high = (float(value) for value in _from(values, int(place)))
    return low + (high - low) * (place - int(place))


def _from(values: Values, place: int) -> tuple[np.float32, np.float32]:
    """The value that sorting would put at that place, and the one after it, or the same where it is the last."""
    there = np.partition(values, place)
    above = there[place + 1 :]
    return np.float32(there[place]), np.float32(above.min() if above.size else there[place])
