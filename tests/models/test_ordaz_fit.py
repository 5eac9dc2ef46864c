"""Training the RBF network: repeatable, the same at run time, calibrated, clear about what it cannot learn from."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.decide.rbf import RbfNetwork
from models.ordaz2014_fuzzy_rbf.fit import FitOptions, evaluate, fit, with_fuzzy_score
from models.ordaz2014_fuzzy_rbf.robust import k_medians, scales
from models.ordaz2014_fuzzy_rbf.training_set import FitFault, TrainingSet, training_set

SMALL = FitOptions(units_per_label=3)


def drawn(
    seed: int = 0, cells: int = 80, labels: tuple[str, ...] = ("blast", "other"), apart: float = 1.5
) -> TrainingSet:
    """Overlapping clouds in three measures, one per label."""
    random = np.random.default_rng(seed)
    clouds = [random.normal((k * apart, 5.0, -k * apart / 2), (1.0, 2.0, 0.5), (cells, 3)) for k in range(len(labels))]
    return training_set(np.concatenate(clouds), [each for each in labels for _ in range(cells)], ["a", "b", "c"])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 4))
def test_runtime_and_room_agree_on_any_cells(seed: int, labels: int) -> None:
    document = fit(drawn(seed, cells=30, labels=("a", "b", "c", "d")[:labels]), SMALL)
    values = np.random.default_rng(seed + 1).normal(0, 20, (25, 3))
    runtime = RbfNetwork.from_document(json.loads(json.dumps(document))).predict(values).probability
    assert np.abs(runtime - evaluate(document, values)).max() < 1e-9
    assert np.allclose(runtime.sum(axis=1), 1)


def test_the_same_seed_gives_the_same_network_and_another_seed_another() -> None:
    assert fit(drawn(), SMALL) == fit(drawn(), SMALL)
    assert fit(drawn(), SMALL)["centres"] != fit(drawn(), FitOptions(units_per_label=3, seed=1))["centres"]


def test_probabilities_are_about_as_often_right_as_they_say() -> None:
    network = RbfNetwork.from_document(fit(drawn(0, cells=400)))
    fresh = drawn(1, cells=2000)
    probability = network.predict(fresh.values).probability[:, 0]
    truth = fresh.label_index == 0
    assert ((probability > 0.5) == truth).mean() > 0.75
    for low in (0.0, 0.2, 0.4, 0.6, 0.8):
        inside = (probability >= low) & (probability < low + 0.2)
        assert inside.sum() < 50 or abs(probability[inside].mean() - truth[inside].mean()) < 0.1


def test_a_cell_unlike_any_other_gets_no_confident_answer() -> None:
    network = RbfNetwork.from_document(fit(drawn()))
    far = network.predict(np.array([[1e6, -1e6, 1e6]])).probability[0]
    assert 0.2 < far[0] < 0.8


def test_outliers_move_neither_median_nor_scale_much() -> None:
    values = np.random.default_rng(0).normal(10, 2, (1000, 1))
    values[:100] = 1e6
    assert np.median(values) == pytest.approx(10, abs=0.5)
    assert scales(values, np.median(values, axis=0))[0] == pytest.approx(2, rel=0.25)


@given(st.integers(0, 100), st.integers(1, 6))
def test_k_medians_places_every_point_at_its_nearest_centre(seed: int, count: int) -> None:
    points = np.random.default_rng(seed).normal(size=(40, 2))
    centres, nearest = k_medians(points, count, np.random.default_rng(seed))
    distances = np.abs(points[:, None] - centres).sum(axis=2)
    assert (distances[np.arange(40), nearest] == distances.min(axis=1)).all()


def test_k_medians_bears_equal_points() -> None:
    centres, _ = k_medians(np.ones((5, 2)), 3, np.random.default_rng(0))
    assert (centres == 1).all()


def test_folds_cover_every_cell_once_and_never_part_a_group() -> None:
    cells = drawn()
    groups = np.arange(160) // 4
    cells = training_set(cells.values, ["x" if each else "y" for each in cells.label_index], "abc", groups=groups)
    folds = list(cells.folds(5, seed=0))
    assert sorted(np.concatenate(folds)) == list(range(160))
    assert all(len(fold) == 32 for fold in folds)
    for fold in folds:
        assert not set(groups[fold]) & set(np.delete(groups, fold))


def test_a_cell_with_a_larger_weight_counts_more() -> None:
    values, labels = drawn().values, ["blast"] * 80 + ["other"] * 80
    weights = np.where(np.arange(160) < 80, 20.0, 1.0)
    heavy = evaluate(fit(training_set(values, labels, "abc", weights=weights), SMALL), values)
    assert heavy[:, 0].mean() > evaluate(fit(drawn(), SMALL), values)[:, 0].mean() + 0.1


def test_the_fuzzy_score_is_the_last_measure() -> None:
    values, names = with_fuzzy_score(np.zeros((2, 1)), np.array([10.0, 90.0]), ["a"])
    assert names == ["a", "fuzzy_score"]
    assert values[:, -1].tolist() == [10.0, 90.0]


def _refused(**changes: Any) -> TrainingSet:
    usual: dict[str, Any] = {"values": drawn().values, "labels": ["a"] * 80 + ["b"] * 80, "measures": "abc"}
    return training_set(**{**usual, **changes})


HOLED = drawn().values.copy()
HOLED[3, 1] = np.nan
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "one label only": ({"labels": ["a"] * 160}, "Only one label"),
    "too few of one": ({"labels": ["a"] * 150 + ["b"] * 10}, "Too few cells"),
    "a hole in the data": ({"values": HOLED}, "not finite"),
    "another number of rows": ({"labels": ["a"] * 80}, "shape"),
    "a weight of zero": ({"weights": np.zeros(160)}, "weights"),
    "too few groups": ({"groups": np.zeros(3, int)}, "groups"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_cells_that_cannot_train_are_refused(name: str) -> None:
    changes, what = REFUSED[name]
    with pytest.raises(FitFault, match=what):
        _refused(**changes)


def test_a_constant_measure_is_refused_by_name() -> None:
    values = drawn().values.copy()
    values[:, 1] = 4.2
    with pytest.raises(FitFault, match=r"^b is the same"):
        fit(_refused(values=values))


def test_a_measure_that_is_mostly_one_value_is_not_constant() -> None:
    values = drawn().values.copy()
    values[:, 1] = np.where(np.arange(160) % 10, 0.0, 1.0)
    assert fit(_refused(values=values), SMALL)["scale"][1] > 0


@pytest.mark.parametrize(("groups", "what"), [(np.zeros(160, int), "one group"), (np.arange(160) // 80, "in one fold")])
def test_groups_that_cannot_be_held_out_are_refused(groups: np.ndarray, what: str) -> None:
    with pytest.raises(FitFault, match=what):
        fit(_refused(groups=groups), SMALL)
