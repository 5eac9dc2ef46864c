"""The compiled rules at run time: closed form, explanation, and documents that are refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decide.centroid import Centroid
from edge.decide.fuzzy import UNDECIDED_SCORE, FuzzySystem
from edge.errors import BadMeasures, BundleDamaged, BundleUnsupported
from tests.documents import TINY_FUZZY

SYSTEM = FuzzySystem.from_document(TINY_FUZZY)


def test_a_full_triangle_has_its_centre_at_a_third() -> None:
    assert SYSTEM.infer(np.array([[0.0, 1.0], [1.0, 1.0]])).scores == pytest.approx([50 / 3, 100 - 50 / 3])


def test_a_clipped_triangle_has_the_centre_of_its_trapezoid() -> None:
    # membership of 0.45 in `low` is 0.75: a triangle of base 50, cut at 0.75, plateau from 0 to 12.5
    square, triangle = 12.5 * 0.75, 37.5 * 0.75 / 2
    expected = (square * 6.25 + triangle * (12.5 + 37.5 / 3)) / (square + triangle)
    assert SYSTEM.infer(np.array([[0.45, 5.0]])).scores == pytest.approx([expected])


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=2))
def test_the_closed_form_is_the_integral(cuts: list[float]) -> None:
    output = SYSTEM.output
    x = np.linspace(0, 100, 200_001)
    y = np.max(
        [np.minimum(cut, np.interp(x, output.universe, m)) for cut, m in zip(cuts, output.memberships, strict=True)], 0
    )
    centre = Centroid(output.universe, output.memberships)(np.array([cuts]))
    assert centre[0] == pytest.approx((x * y).sum() / y.sum(), abs=1e-3)


def test_an_explanation_names_the_rules_that_fired_the_strongest_first() -> None:
    opinion = SYSTEM.infer(np.array([[0.55, 1.0]])).explain(0)
    assert [each.rule for each in opinion.rules] == ["Little cytoplasm, one nucleus.", "Much cytoplasm."]
    assert [each.strength for each in opinion.rules] == pytest.approx([0.75, 0.25])
    assert opinion.score > 50


def test_where_no_rule_fires_the_answer_is_undecided_and_without_rules() -> None:
    result = SYSTEM.infer(np.array([[1.0, 6.0], [0.0, 6.0]]))
    assert result.fired.tolist() == [False, True]
    assert result.explain(0).score == UNDECIDED_SCORE
    assert result.explain(0).rules == ()


def test_a_score_has_a_word() -> None:
    assert [SYSTEM.band(each) for each in (3.0, 97.0)] == ["calm", "alarm"]


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_any_finite_value_gets_a_score_within_the_scale(nc_ratio: float, lobes: float) -> None:
    assert 0 <= SYSTEM.infer(np.array([[nc_ratio, lobes]])).scores[0] <= 100


def test_no_cells_give_no_scores() -> None:
    assert SYSTEM.infer(np.empty((0, 2))).scores.shape == (0,)


@pytest.mark.parametrize(
    "values", [np.array([[np.nan, 1.0]]), np.array([[0.5, np.inf]]), np.zeros((1, 3)), np.zeros(2)]
)
def test_values_that_are_no_measures_are_refused(values: np.ndarray) -> None:
    with pytest.raises(BadMeasures):
        SYSTEM.infer(values)


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key is missing": lambda d: d["output"].pop("universe"),
    "no text where text is due": lambda d: d.update(rules=7),
    "no rules": lambda d: d["rules"].clear(),
    "an empty condition": lambda d: d["rules"][0]["when"].clear(),
    "an empty group": lambda d: d["rules"][0]["when"][0].clear(),
    "an unknown term": lambda d: d["rules"][0].update(when=[[["lobes", "many"]]]),
    "an unknown conclusion": lambda d: d["rules"][0].update(then="panic"),
    "a universe that falls": lambda d: d["inputs"][0].update(universe=[0, 1, 0.5, 2]),
    "a universe of another length": lambda d: d["inputs"][0].update(universe=[0, 1]),
    "a membership above 1": lambda d: d["inputs"][0]["terms"][0].update(membership=[1, 1.5, 0, 0]),
    "two peaks": lambda d: d["output"]["terms"][0].update(membership=[1, 0, 1, 0, 1]),
    "a term that holds nowhere": lambda d: d["output"]["terms"][0].update(membership=[0, 0, 0, 0, 0]),
    "no number": lambda d: d["inputs"][0]["terms"][0].update(membership=[1, float("nan"), 0, 0]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_document_is_refused(name: str) -> None:
    document = copy.deepcopy(TINY_FUZZY)
    DAMAGES[name](document)
    with pytest.raises(BundleDamaged):
        FuzzySystem.from_document(document)


def test_a_document_of_a_newer_version_asks_for_an_update() -> None:
    with pytest.raises(BundleUnsupported, match="Update the kit"):
        FuzzySystem.from_document({**TINY_FUZZY, "version": 2})
