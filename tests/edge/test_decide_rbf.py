"""The RBF network at run time: its formula, its neighbours, and documents that are refused."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.rbf import RbfNetwork
from edge.errors import BadMeasures, BundleDamaged, BundleUnsupported
from tests.documents import TINY_RBF

NETWORK = RbfNetwork.from_document(TINY_RBF)


def test_the_formula_by_hand() -> None:
    result = NETWORK.predict(np.array([[15.0, 70.0]]))  # exactly the first centre
    units = [1.0, math.exp(-4.0), math.exp(-0.5 * 1.25)]
    blast, other = units[0] + 0.1, units[1] + 0.5 * units[2] + 0.2
    odds = math.exp(4 * blast - (4 * other - 0.3))
    assert result.probability[0, 0] == pytest.approx(odds / (1 + odds), abs=1e-12)


def test_the_nearest_centres_come_first() -> None:
    first, second = NETWORK.predict(np.array([[15.0, 70.0]])).nearest(0, count=2)
    assert (first.unit, first.label, first.distance, first.response) == (0, "blast", 0.0, 1.0)
    assert second.label == "other"
    assert second.distance > first.distance


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9)), min_size=1, max_size=5))
def test_probabilities_sum_to_one_for_any_finite_cell(rows: list[tuple[float, float]]) -> None:
    probability = NETWORK.predict(np.array(rows)).probability
    assert np.allclose(probability.sum(axis=1), 1)
    assert ((probability >= 0) & (probability <= 1)).all()


def test_beyond_the_limit_nothing_changes_any_more() -> None:
    far = NETWORK.predict(np.array([[1e3, 1e4], [1e6, 1e7]])).probability
    assert np.array_equal(far[0], far[1])


@pytest.mark.parametrize("values", [np.array([[12.0, np.nan]]), np.zeros((2, 3))])
def test_values_that_are_no_measures_are_refused(values: np.ndarray) -> None:
    with pytest.raises(BadMeasures):
        NETWORK.predict(values)


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key is missing": lambda d: d.pop("widths"),
    "a centre too few": lambda d: d["centres"].pop(),
    "a ragged array": lambda d: d["centres"][0].pop(),
    "a scale of zero": lambda d: d.update(scale=[0.0, 1.0]),
    "a negative width": lambda d: d["widths"][0].__setitem__(0, -1.0),
    "not a number": lambda d: d.update(bias=[0.0, float("nan")]),
    "a limit of zero": lambda d: d.update(limit=0),
    "a slope that is no number": lambda d: d.update(slope=float("inf")),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_document_is_refused(name: str) -> None:
    document = copy.deepcopy(TINY_RBF)
    DAMAGES[name](document)
    with pytest.raises(BundleDamaged):
        RbfNetwork.from_document(document)


def test_a_document_of_a_newer_version_asks_for_an_update() -> None:
    with pytest.raises(BundleUnsupported, match="Update the kit"):
        RbfNetwork.from_document({**TINY_RBF, "version": 2})
