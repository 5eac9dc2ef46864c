"""Marks of answers, and the limits that they must keep, as laws and cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, recall_score

from export.building.limits import Limits, beyond_chance, counted, enough, lines, require, table
from export.building.marks import Marks, calibration_error, marks
from export.errors import LimitsBroken

SEEDS = st.integers(0, 2**32 - 1)
PERFECT = Marks(top1=0.9, recall=np.array([0.9, 0.8, np.nan]), ece=0.02, agreement=1.0, apart=0.0)
COUNTS = (200, 100, 0)
LABELS = ("blast", "lymphocyte", "absent")


def answers(seed: int, many: int = 50) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.dirichlet(np.ones(4), many), random.integers(0, 4, many)


@given(SEEDS)
def test_marks_are_those_of_the_textbook(seed: int) -> None:
    probability, truth = answers(seed)
    found = marks(probability, truth, probability)
    said = probability.argmax(1)
    assert found.top1 == pytest.approx(accuracy_score(truth, said))
    due = recall_score(truth, said, labels=np.unique(truth), average=None, zero_division=0)
    assert np.allclose(found.recall[np.unique(truth)], due)
    assert (found.agreement, found.apart) == (1.0, 0.0)


@given(SEEDS)
def test_the_order_of_the_cells_does_not_matter(seed: int) -> None:
    probability, truth = answers(seed)
    order = np.random.default_rng(seed).permutation(len(truth))
    assert calibration_error(probability, truth) == pytest.approx(calibration_error(probability[order], truth[order]))


@pytest.mark.parametrize(
    ("confidence", "right", "error"), [(1.0, 10, 0.0), (1.0, 5, 0.5), (0.8, 8, 0.0), (0.6, 10, 0.4)]
)
def test_the_calibration_error_is_the_gap_of_confidence_and_accuracy(
    confidence: float, right: int, error: float
) -> None:
    probability = np.tile([confidence, 1 - confidence], (10, 1))
    truth = np.array([0] * right + [1] * (10 - right))
    assert calibration_error(probability, truth) == pytest.approx(error)


def test_no_answers_have_no_marks() -> None:
    with pytest.raises(ValueError, match="no answers"):
        marks(np.zeros((0, 4)), np.zeros(0, np.intp), np.zeros((0, 4)))


def recall(*shares: float) -> np.ndarray:
    return np.array([*shares, np.nan])


JUST_WITHIN = replace(PERFECT, top1=0.895, recall=recall(0.89, 0.8), ece=0.03, agreement=0.99)
CASES = {
    "the same": (PERFECT, COUNTS, None),
    "just within": (JUST_WITHIN, COUNTS, None),
    "better": (replace(PERFECT, top1=0.95, ece=0.0), COUNTS, None),
    "less accurate": (replace(PERFECT, top1=0.894), COUNTS, "top-1 lost"),
    "a class is lost": (replace(PERFECT, recall=recall(0.9, 0.78)), COUNTS, r"worst class \(lymphocyte\)"),
    "one cell of a rare class": (replace(PERFECT, recall=recall(0.9, 0.75)), (200, 20, 0), None),
    "a rare class is lost": (replace(PERFECT, recall=recall(0.9, 0.5)), (200, 20, 0), r"worst class \(lymphocyte\)"),
    "all classes are rare": (PERFECT, (10, 10, 0), None),
    "surer than it should be": (replace(PERFECT, ece=0.031), COUNTS, "calibration"),
    "another answer": (replace(PERFECT, agreement=0.989), COUNTS, "agreement"),
}


@pytest.mark.parametrize(("found", "counts", "broken"), CASES.values(), ids=CASES)
def test_limits(found: Marks, counts: tuple[int, ...], broken: str | None) -> None:
    measured = lines("onnx-int8", found, PERFECT, counts, Limits(), LABELS)
    if broken is None:
        require(measured)
        assert "broken" not in table(measured)
    else:
        with pytest.raises(LimitsBroken, match=broken) as refused:
            require(measured)
        assert str(refused.value).count("**broken**") == 1


def test_classes_without_names_are_told_by_their_places() -> None:
    found = replace(PERFECT, recall=recall(0.9, 0.7))
    assert lines("v", found, PERFECT, COUNTS, Limits())[1].limit_of == "recall lost, worst class (1), points"


def test_classes_of_few_cells_are_told_as_not_estimable() -> None:
    found = replace(PERFECT, recall=recall(0.9, 0.75))
    told = lines("v", found, PERFECT, (200, 20, 0), Limits(), LABELS)
    assert [line.word for line in told] == ["kept", "kept", "not estimable", "kept", "kept"]
    assert told[1].limit_of == "recall lost, worst class (blast), points"
    assert told[2].limit_of == "recall lost, classes of fewer than 100 cells (lymphocyte 20), points"
    assert told[2].found == pytest.approx(5.0)
    assert "| 5.00 | 1 | not estimable |" in table(told)
    assert counted(told) == "4 of 4 limits are kept, 1 not estimable"
    assert counted(told[:2]) == "2 of 2 limits are kept"


@pytest.mark.parametrize(("limit", "cells"), [(1.0, 100), (0.5, 200), (3.0, 34), (100.0, 1), (0.0, 1)])
def test_enough_cells_are_those_of_which_one_may_be_lost(limit: float, cells: int) -> None:
    assert enough(limit) == cells
    if limit:
        assert 100 / cells <= limit < 100 / max(cells - 1, 0.5)


@given(st.integers(1, 99), st.integers(0, 99), st.floats(0.1, 10.0))
def test_a_rare_class_is_lost_where_the_textbooks_test_says_so(count: int, cells: int, limit: float) -> None:
    lost = min(cells, count)
    due = binomtest(lost, count, limit / 100, alternative="greater").pvalue < 0.025 if lost else False
    assert beyond_chance(100 * lost / count, count, limit) == (due and 100 * lost / count > limit)


@given(st.integers(5, 99))
def test_one_cell_of_a_rare_class_proves_nothing(count: int) -> None:
    assert not beyond_chance(100 / count, count, 1.0)
