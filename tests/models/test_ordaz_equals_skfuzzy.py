"""The compiled runtime answers as scikit-fuzzy does, for the shipped rules and for any others."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from skfuzzy import control

from edge.decide.fuzzy import UNDECIDED_SCORE, FuzzyResult, FuzzySystem
from edge.decide.rbf import RbfNetwork
from export.bench_fuzzy import measure
from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import Definition, load
from models.ordaz2014_fuzzy_rbf.golden import GOLDEN_FILE, golden
from models.ordaz2014_fuzzy_rbf.system import build, score, strengths
from tests.strategies import fuzzy_definitions, values_inside

TOLERANCE = 1e-6
DEFINITION = load()
SYSTEM = FuzzySystem.from_document(compiled(DEFINITION))
SIMULATED = build(DEFINITION)


def _assert_same(
    definition: Definition, rules: control.ControlSystem, values: NDArray[np.float64], ours: FuzzyResult
) -> None:
    simulation = control.ControlSystemSimulation(rules)
    for index, row in enumerate(values):
        names = [each.name for each in definition.inputs]
        theirs = score(simulation, dict(zip(names, row, strict=True)), definition.output.name)
        fired = strengths(simulation)
        assert ours.strengths[index] == pytest.approx([fired[rule.id] for rule in definition.rules], abs=1e-9)
        if ours.fired[index]:
            assert theirs is not None
            assert abs(ours.scores[index] - theirs) < TOLERANCE
        else:
            assert ours.scores[index] == UNDECIDED_SCORE


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_rule_base_and_any_input_give_the_same_score(data: st.DataObject) -> None:
    definition = data.draw(fuzzy_definitions())
    values = data.draw(values_inside(definition))
    system = FuzzySystem.from_document(compiled(definition))
    _assert_same(definition, build(definition), values, system.infer(values))


@settings(max_examples=60, deadline=None)
@given(values_inside(DEFINITION, most=1))
def test_the_shipped_rules_give_the_same_score(values: NDArray[np.float64]) -> None:
    _assert_same(DEFINITION, SIMULATED, values, SYSTEM.infer(values))


def test_inputs_beyond_the_universe_are_clipped_to_it_in_both() -> None:
    values = np.array([[95.0, 1.4, -0.2, 9.0, 1.5, 2.0, -1.0, 3.0], [-4.0, 1.4, 2.0, -1.0, -1.5, 2.0, 7.0, -3.0]])
    _assert_same(DEFINITION, SIMULATED, values, SYSTEM.infer(values))


def test_the_golden_file_is_what_the_room_computes_and_the_runtime_repeats() -> None:
    stored = json.loads(GOLDEN_FILE.read_text(encoding="utf-8"))
    fresh = golden()
    assert stored["fuzzy"] == fresh["fuzzy"]
    assert np.allclose(stored["scores"], fresh["scores"], atol=1e-9)
    assert np.allclose(stored["probability"], fresh["probability"], atol=1e-9)
    result = FuzzySystem.from_document(stored["fuzzy"]).infer(np.array(stored["values"]))
    assert np.allclose(result.scores, stored["scores"], atol=TOLERANCE)
    measures = np.column_stack([stored["values"], stored["scores"]])
    probability = RbfNetwork.from_document(stored["rbf"]).predict(measures).probability
    assert np.allclose(probability, stored["probability"], atol=1e-9)


def test_the_bench_compares_both_on_the_same_cells() -> None:
    bench = measure(cells=3)
    assert bench.largest_difference < TOLERANCE
    assert bench.ratio > 0
