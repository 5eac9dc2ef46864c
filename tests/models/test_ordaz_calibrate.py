"""Boundaries follow measured cells, within bounds, and the terms stay in order."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ordaz2014_fuzzy_rbf.calibrate import calibrate
from models.ordaz2014_fuzzy_rbf.definition import Definition, DefinitionFault, Trapezoid, load

SHIPPED = Path(__file__).parents[2] / "models/bundles/marrowkit-default/fuzzy.json"
DEFINITION = load()
NAMES = [each.name for each in DEFINITION.inputs]
LABELS = sorted({label for each in DEFINITION.boundaries for label in each.below | each.above})


def _terms(definition: Definition, name: str) -> dict[str, Trapezoid]:
    return dict(next(each for each in definition.inputs if each.name == name).terms)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 3.0))
def test_whatever_the_cells_moves_are_bounded_and_order_and_overlap_stay(seed: int, spread: float) -> None:
    random = np.random.default_rng(seed)
    labels = random.choice(LABELS, 600)
    measures = {each.name: random.uniform(each.low, each.high * (1 + spread), 600) for each in DEFINITION.inputs}
    moved, moves = calibrate(DEFINITION, measures, labels.tolist())  # Definition refuses disorder and gaps
    bounds = {(each.input, each.between): each.at_most for each in DEFINITION.boundaries}
    assert all(abs(move.shift) <= bounds[move.input, move.between] + 1e-12 for move in moves)
    assert len(moves) == len(DEFINITION.boundaries)
    for old, new in zip(DEFINITION.inputs, moved.inputs, strict=True):
        assert [*old.terms] == [*new.terms]


def test_a_boundary_goes_midway_between_its_quartiles() -> None:
    small, large = np.full(30, 8.0), np.full(30, 12.0)
    measures = {"diameter_um": np.concatenate([small, large])}
    moved, moves = calibrate(DEFINITION, measures, ["lymphocyte"] * 30 + ["blast"] * 30)
    move = next(each for each in moves if each.input == "diameter_um")
    assert move.shift == pytest.approx(10.0 - (9 + 1 / 3) + 0.0, abs=0.35)
    before, after = _terms(DEFINITION, "diameter_um"), _terms(moved, "diameter_um")
    assert after["small"][2:] == pytest.approx([each + move.shift for each in before["small"][2:]])
    assert after["medium"][:2] == pytest.approx([each + move.shift for each in before["medium"][:2]])
    assert after["large"] == before["large"]


@pytest.mark.parametrize("cells", [0, 19])
def test_without_enough_cells_nothing_moves(cells: int) -> None:
    measures = {name: np.ones(2 * cells) for name in NAMES}
    moved, moves = calibrate(DEFINITION, measures, ["lymphocyte"] * cells + ["blast"] * cells)
    assert moved == DEFINITION
    assert not any(move.shift for move in moves)


@pytest.mark.parametrize("values", [np.ones(3), np.array([1.0, np.nan])])
def test_measures_that_do_not_fit_the_labels_are_refused(values: np.ndarray) -> None:
    with pytest.raises(DefinitionFault, match="diameter_um"):
        calibrate(DEFINITION, {"diameter_um": values}, ["blast", "lymphocyte"])


@pytest.mark.parametrize(("lobes", "one", "several"), [(1.0, 1.0, 0.0), (2.0, 0.0, 1.0), (5.0, 0.0, 1.0)])
def test_a_count_of_lobes_is_one_or_several_in_the_shipped_bundle(lobes: float, one: float, several: float) -> None:
    shipped = json.loads(SHIPPED.read_text("utf-8"))
    arrays = next(each for each in shipped["inputs"] if each["name"] == "lobes")
    membership = {each["name"]: np.interp(lobes, arrays["universe"], each["membership"]) for each in arrays["terms"]}
    assert membership == {"one": one, "several": several}
