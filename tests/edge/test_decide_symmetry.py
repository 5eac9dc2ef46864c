"""A cell's opinion does not hang on how the cell lies."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS
from edge.decide.symmetry import SYMMETRIES, laid, logits
from edge.runtime.session import Tensors

RAMP = np.arange(6 * 6, dtype=np.float32).reshape(1, 1, 6, 6)


class _Corner:
    """Answers with the upper left pixel, which every way to lie down changes."""

    engine = "corner 1"

    def run(self, inputs: Tensors) -> dict[str, NDArray[np.float32]]:
        return {LOGITS: np.asarray(inputs[IMAGE][:, 0, :1, 0], np.float32)}

    def close(self) -> None:
        """Nothing to free."""


def test_the_eight_ways_are_all_different_and_the_first_is_the_cell_as_it_lies() -> None:
    ways = list(laid(RAMP))
    assert len({each.tobytes() for each in ways}) == SYMMETRIES
    assert np.array_equal(ways[0], RAMP)
    assert all(np.array_equal(np.sort(each, axis=None), RAMP.ravel()) for each in ways)


@given(st.integers(0, 3), st.booleans(), st.integers(0, 2**31))
def test_a_turned_or_mirrored_cell_gets_the_same_mean(turns: int, mirror: bool, seed: int) -> None:
    cell = np.random.default_rng(seed).random((2, 1, 6, 6), np.float32)
    other = np.rot90(cell[..., ::-1] if mirror else cell, turns, axes=(-2, -1)).copy()
    first, again = (logits(_Corner(), {IMAGE: each}, symmetric=True) for each in (cell, other))
    np.testing.assert_allclose(first, again, atol=1e-6)


def test_one_way_asks_once() -> None:
    np.testing.assert_array_equal(logits(_Corner(), {IMAGE: RAMP}, symmetric=False), [[0.0]])
