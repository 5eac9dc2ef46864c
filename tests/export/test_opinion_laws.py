"""Laws of balance, folds, calibration and thresholds, whatever the cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import probabilities
from export.opinion.balance import SHARES, SOME_OTHER_SHARE, balanced, evenly
from export.opinion.calibrate import UNCHANGED, calibrated, log_loss
from export.opinion.folds import fold_of_each
from export.opinion.labels import LABEL_OF, SOME_OTHER, label_indices
from export.opinion.thresholds import DOUBTFUL_SHARE, LEAST_SENSITIVITY, band_of_doubt, operating_point
from models.marrowkit2026_opinion.net import LABELS
from tests.tabled import drawn_cells

seeds = st.integers(0, 2**32 - 1)


def _cells(seed: int, count: int = 200) -> tuple[NDArray[np.intp], NDArray[np.str_]]:
    random = np.random.default_rng(seed)
    labels = random.integers(SOME_OTHER, len(LABELS), count)
    return labels, random.choice(["cnmc", "pbc", "bccd"], count, p=[0.8, 0.15, 0.05])


@given(seeds)
def test_labels_have_their_shares_and_sets_are_equal_within_them(seed: int) -> None:
    labels, sources = _cells(seed)
    weights = balanced(labels, sources)
    assert weights.sum() == pytest.approx(1)
    present = {label: weights[labels == label].sum() for label in set(labels.tolist())}
    due = {label: SOME_OTHER_SHARE if label == SOME_OTHER else SHARES[LABELS[label]] for label in present}
    total = sum(due.values())
    for label, share in present.items():
        assert share == pytest.approx(due[label] / total)
        of_sets = [weights[(labels == label) & (sources == name)] for name in set(sources[labels == label].tolist())]
        assert np.allclose([each.sum() for each in of_sets], share / len(of_sets))
        assert all(np.ptp(each) < 1e-15 for each in of_sets)


@given(seeds)
def test_either_side_weighs_one_and_its_sets_alike(seed: int) -> None:
    labels, sources = _cells(seed)
    positive = labels == 0
    weights = evenly(positive, sources)
    for side in (positive, ~positive):
        sums = [weights[side & (sources == name)].sum() for name in set(sources[side].tolist())]
        assert np.allclose(sums, 1 / len(sums))


def test_every_word_of_the_sets_has_a_place() -> None:
    indices = label_indices(LABEL_OF)
    assert set(indices.tolist()) == {SOME_OTHER, *range(len(LABELS))}


@pytest.mark.parametrize("folds", [2, 3])
def test_no_group_is_in_two_folds_and_every_fold_has_every_label(folds: int) -> None:
    cells = drawn_cells(24)
    fold = fold_of_each(cells, folds, seed=1)
    assert set(fold.tolist()) == set(range(folds))
    assert all(len(set(fold[cells.groups == group].tolist())) == 1 for group in set(cells.groups.tolist()))
    assert all(set(cells.labels[fold == number].tolist()) == set(cells.labels.tolist()) for number in range(folds))
    assert np.array_equal(fold, fold_of_each(cells, folds, seed=1))


@settings(max_examples=25)
@given(seeds, st.floats(0.05, 20), st.floats(-3, 3))
def test_calibration_is_never_worse_than_none(seed: int, hot: float, shift: float) -> None:
    labels, sources = _cells(seed)
    random = np.random.default_rng(seed)
    logits = (random.normal(0, 1, (len(labels), len(LABELS))) + np.eye(len(LABELS))[np.maximum(labels, 0)]) * hot
    logits[:, 0] += shift
    weights = balanced(labels, sources)
    before, after = (
        log_loss(probabilities(logits.astype(np.float32), each), labels, weights)
        for each in (UNCHANGED, calibrated(logits.astype(np.float32), labels, weights))
    )
    assert after <= before


def test_calibration_finds_the_temperature_that_was_hidden() -> None:
    random = np.random.default_rng(0)
    true = random.normal(0, 2, (4000, len(LABELS)))
    shares = np.exp(true) / np.exp(true).sum(axis=1, keepdims=True)
    labels = np.array([random.choice(len(LABELS), p=row) for row in shares])
    found = calibrated((3 * true).astype(np.float32), labels, np.ones(len(labels)))
    assert found.temperature == pytest.approx(3, rel=0.1)
    assert np.ptp(found.bias) < 0.3


def test_some_other_is_judged_by_the_sum_of_what_is_no_blast() -> None:
    shares = np.array([[0.2, 0.3, 0.1, 0.2, 0.1, 0.1]], np.float32)
    one = np.ones(1)
    assert log_loss(shares, np.array([SOME_OTHER]), one) == pytest.approx(-np.log(0.8), abs=1e-6)
    assert log_loss(shares, np.array([1]), one) == pytest.approx(-np.log(0.3), abs=1e-6)
    assert Calibration.model_validate(UNCHANGED).temperature == 1


@given(seeds, st.floats(0.1, 3))
def test_the_threshold_finds_enough_blasts(seed: int, apart: float) -> None:
    random = np.random.default_rng(seed)
    positive = np.arange(300) < 100
    values = 1 / (1 + np.exp(-random.normal(0, 1, 300) - apart * positive))
    weights = evenly(positive, random.choice(["a", "b"], 300))
    threshold = operating_point(values, positive, weights)
    found = np.average(values[positive] >= threshold, weights=weights[positive])
    assert found >= LEAST_SENSITIVITY


def test_where_no_threshold_finds_enough_the_best_one_is_taken() -> None:
    values, positive = np.array([0.0] * 5 + [0.9] * 5 + [0.4] * 10), np.arange(20) < 10
    threshold = operating_point(values, positive, evenly(positive, np.full(20, "a")))
    assert (values[positive] >= threshold).mean() == 0.5
    assert (values[~positive] < threshold).all()


@given(seeds, st.floats(0.05, 0.95))
def test_the_band_of_doubt_lies_around_the_threshold_and_holds_its_share(seed: int, threshold: float) -> None:
    probability = np.random.default_rng(seed).uniform(0.01, 0.99, 400)
    weights = np.full(400, 1 / 400)
    low, high = band_of_doubt(probability, weights, threshold)
    assert 0 <= low <= threshold <= high <= 1
    inside = weights[(probability >= low - 1e-3) & (probability <= high + 1e-3)].sum()
    assert DOUBTFUL_SHARE <= inside <= DOUBTFUL_SHARE + 0.03
