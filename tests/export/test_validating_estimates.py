"""Figures of a validation agree with scikit-learn, and what is not estimable is said and never a number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from export.validating.answers import BENIGN, Answers
from export.validating.estimates import ONE_GROUP, TOO_FEW, Estimate, of_blasts, of_labels

LABELS = ("blast", "lymphoid", "monocyte")
Ints = NDArray[np.intp]


def answers(truth: list[int], said: list[int], groups: list[int], seed: int = 0) -> Answers:
    random = np.random.default_rng(seed)
    shares = random.dirichlet([1, 1, 1], len(truth)).astype(np.float32)
    columns = (np.array(each, np.intp) for each in (said, truth, groups))
    return Answers(LABELS, frozenset({"blast"}), shares, *columns)


def by_name(found: list[Estimate]) -> dict[str, Estimate]:
    return {each.name: each for each in found}


@st.composite
def validations(draw: st.DrawFn) -> Answers:
    """Both sides and several groups occur."""
    count = draw(st.integers(6, 40))
    truth = [0, 1, *draw(st.lists(st.integers(-1, 2), min_size=count, max_size=count))]
    said = draw(st.lists(st.integers(0, 2), min_size=count + 2, max_size=count + 2))
    groups = [0, 1, *draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))]
    numbered = np.unique(groups, return_inverse=True)[1].tolist()
    return answers(truth, said, numbered, draw(st.integers(0, 9)))


@settings(max_examples=25, deadline=None)
@given(validations())
def test_figures_of_blasts_are_those_of_scikit_learn(given_: Answers) -> None:
    found, blast, called = by_name(of_blasts(given_)), given_.is_blast, given_.called_blast
    due = {
        "accuracy": metrics.accuracy_score(blast, called),
        "sensitivity": metrics.recall_score(blast, called),
        "specificity": metrics.recall_score(~blast, ~called),
        "F1": metrics.f1_score(blast, called),
        "weighted F1": metrics.f1_score(blast, called, average="weighted"),
        "AUC": metrics.roc_auc_score(blast, given_.blast_share),
    }
    assert {name: found[name].value for name in due} == pytest.approx(due)
    if called.any():
        assert found["precision"].value == pytest.approx(metrics.precision_score(blast, called))
    else:
        assert found["precision"].value is None


@settings(max_examples=25, deadline=None)
@given(validations())
def test_figures_of_labels_are_those_of_scikit_learn(given_: Answers) -> None:
    known, found = given_.named(), by_name(of_labels(given_))
    assert found["accuracy of the label"].value == pytest.approx(metrics.accuracy_score(known.truth, known.said))
    due = metrics.f1_score(known.truth, known.said, average="weighted", labels=range(3), zero_division=0)
    assert found["weighted F1 of the label"].value == pytest.approx(due)


@settings(max_examples=25, deadline=None)
@given(validations())
def test_an_interval_holds_its_value_and_a_share_stays_one(given_: Answers) -> None:
    for each in (*of_blasts(given_), *of_labels(given_)):
        if each.interval is not None and each.value is not None:
            assert 0 <= each.interval[0] <= each.value <= each.interval[1] <= 1


def test_one_group_has_no_interval() -> None:
    found = by_name(of_blasts(answers([0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0])))
    assert {name: (each.interval, each.reason) for name, each in found.items()} == dict.fromkeys(
        found, (None, ONE_GROUP)
    )
    assert found["accuracy"].value == 0.75
    assert str(found["accuracy"]) == "0.750, interval not estimable: one group only"


NOT_ESTIMABLE = [
    ([1, 2, 1, 2], [1, 2, 0, 1], "sensitivity", "no blasts"),
    ([0, 0, 0, 0], [0, 0, 1, 0], "specificity", "no benign cells"),
    ([0, 0, 0, 0], [0, 0, 1, 0], "AUC", "blasts only"),
    ([1, 2, 1, BENIGN], [1, 1, 1, 1], "AUC", "no blasts"),
    ([0, 2, 1, BENIGN], [1, 1, 1, 1], "precision", "no cell was called a blast"),
]


@pytest.mark.parametrize(("truth", "said", "name", "reason"), NOT_ESTIMABLE)
def test_what_is_not_estimable_is_said(truth: list[int], said: list[int], name: str, reason: str) -> None:
    each = by_name(of_blasts(answers(truth, said, [0, 1, 2, 3])))[name]
    assert (each.value, each.interval, each.reason) == (None, None, reason)
    assert str(each) == f"not estimable: {reason}"


def test_one_blast_is_too_few_for_an_interval() -> None:
    each = by_name(of_blasts(answers([0, 1, 1, 1], [0, 1, 1, 1], [0, 1, 2, 3])))["sensitivity"]
    assert (each.value, each.interval, each.reason) == (1.0, None, TOO_FEW)


def test_cells_of_one_patient_widen_the_interval() -> None:
    truth, said = [0, 1] * 40, [0, 1] * 30 + [1, 0] * 10
    alone = by_name(of_blasts(answers(truth, said, list(range(80)))))["accuracy"]
    grouped = by_name(of_blasts(answers(truth, said, [k // 20 for k in range(80)])))["accuracy"]
    assert alone.interval is not None
    assert grouped.interval is not None
    assert grouped.interval[1] - grouped.interval[0] > 1.5 * (alone.interval[1] - alone.interval[0])


def test_a_perfectly_calibrated_answer_has_no_calibration_error() -> None:
    truth = np.repeat([0, 1], [30, 70])
    shares = np.tile(np.array([0.3, 0.4, 0.3], np.float32), (100, 1))
    said, groups = np.ones(100, np.intp), np.arange(100)
    found = by_name(of_blasts(Answers(LABELS, frozenset({"blast"}), shares, said, truth.astype(np.intp), groups)))
    assert found["ECE"].value == pytest.approx(0.0, abs=1e-6)
