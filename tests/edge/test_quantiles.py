"""Quick quantiles are NumPy's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge.optics.quantiles import Values, median, percentiles

FEW = arrays.arrays(np.float32, st.integers(1, 60), elements=st.floats(-1e3, 1e3, width=32))


@given(FEW)
def test_the_median_is_that_of_numpy(values: Values) -> None:
    assert median(values) == np.median(values)


@given(FEW, st.lists(st.floats(0, 100), min_size=1, max_size=4))
def test_percentiles_are_those_of_numpy(values: Values, wanted: list[float]) -> None:
    np.testing.assert_allclose(percentiles(values, wanted), np.percentile(values.astype(np.float64), wanted), atol=1e-9)


def test_nothing_is_changed_in_place() -> None:
    values = np.array([3, 1, 2], np.float32)
    median(values), percentiles(values, [50])
    np.testing.assert_array_equal(values, [3, 1, 2])
