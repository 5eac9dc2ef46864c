"""Cells' measures as a table of numbers, in the order in which a system wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import BadMeasures
from edge.types import Features

Floats = NDArray[np.float64]


def table(features: Sequence[Features], names: Sequence[str]) -> Floats:
    """One row per cell, one column per name of `Features`: (n, names).

    Raises:
        BadMeasures: there is no measure of that name.
    """
    unknown = sorted(set(names) - set(Features.__dataclass_fields__))
    if unknown:
        raise BadMeasures(f"No measure is called {', '.join(unknown)}.", "Update the kit, or install another bundle.")
    rows = [[getattr(each, name) for name in names] for each in features]
    return np.array(rows, dtype=np.float64).reshape(len(features), len(names))


def checked(values: NDArray[Any], names: Sequence[str]) -> Floats:
    """The values as floats (n, names).

    Raises:
        BadMeasures: another shape, or a value that is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] != len(names):
        raise BadMeasures(f"Measures of shape {array.shape} came for {len(names)}: {', '.join(names)}.", _REPORT)
    rows, columns = np.nonzero(~np.isfinite(array))
    if rows.size:
        first = f"{names[columns[0]]} of cell {rows[0]} is {array[rows[0], columns[0]]}"
        raise BadMeasures(f"{rows.size} measures are not finite: {first}.", _REPORT)
    return array


_REPORT = "This is a fault of the kit: send the frame with a support bundle."
