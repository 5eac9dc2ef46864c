"""The room as one network says what the kit's own rules and RBF network say, and engines say it too."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.decide.cells import FuzzyRbf
from edge.decide.fuzzy import UNDECIDED_SCORE, FuzzySystem
from edge.decide.rbf import RbfNetwork
from edge.runtime.engines import EngineOptions, Network, find_engine
from edge.types import Features
from export.onnx_export import to_onnx
from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import load
from models.ordaz2014_fuzzy_rbf.golden import GOLDEN_FILE
from models.ordaz2014_fuzzy_rbf.mamdani import Mamdani
from models.ordaz2014_fuzzy_rbf.net import MEASURES, RBF_MEASURES, network, of_documents
from tests.documents import TINY_RBF
from tests.strategies import features, fuzzy_definitions, values_inside

EXACT, IN_FLOAT32 = 1e-9, 1e-3
"""Largest differences of a score (0–100): in float64 for any input; in float32 for inputs that it holds exactly."""
GOLDEN = json.loads(GOLDEN_FILE.read_text("utf-8"))
RULES, RBF = GOLDEN["fuzzy"], GOLDEN["rbf"]


def golden_measures() -> torch.Tensor:
    """The golden cells as the network is told them; what the golden run does not name is 0."""
    told = dict(zip(GOLDEN["inputs"], np.array(GOLDEN["values"]).T, strict=True))
    nothing = np.zeros(len(GOLDEN["values"]))
    return torch.from_numpy(np.column_stack([told.get(name, nothing) for name in MEASURES]))


def picture(cells: int, value: float = 0.0, side: int = 4) -> torch.Tensor:
    return torch.full((cells, 1, side, side), value)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_rule_base_gives_the_kits_score_for_any_input(data: st.DataObject) -> None:
    definition = data.draw(fuzzy_definitions())
    document, values = compiled(definition), data.draw(values_inside(definition))
    rules = Mamdani(document, [each.name for each in definition.inputs])
    found = rules(torch.from_numpy(values)).numpy()
    assert np.abs(found - FuzzySystem.from_document(document).infer(values).scores).max() < EXACT


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_in_float32_the_shipped_rules_give_the_kits_score(data: st.DataObject) -> None:
    inputs = load().inputs
    steps = st.lists(st.tuples(*[st.integers(0, 2**10)] * len(inputs)), min_size=1, max_size=5)
    values = np.array(data.draw(steps), np.float32) * np.array([each.high / 2**10 for each in inputs], np.float32)
    found = Mamdani(RULES, [each.name for each in inputs]).float()(torch.from_numpy(values)).numpy()
    assert np.abs(found - FuzzySystem.from_document(RULES).infer(values).scores).max() < IN_FLOAT32


def test_a_measure_beyond_its_universe_is_taken_for_its_end() -> None:
    system = FuzzySystem.from_document(RULES)
    beyond = np.array([[95.0, 1.4, -0.2, 9.0, 1.5, 2.0, -1.0, 3.0], [-4.0, 1.4, 2.0, -1.0, -1.5, 2.0, 7.0, -3.0]])
    found = Mamdani(RULES, system.names)(torch.from_numpy(beyond)).numpy()
    np.testing.assert_allclose(found, system.infer(beyond).scores, atol=EXACT)


def test_where_no_rule_fires_the_score_is_undecided() -> None:
    when = [{**RULES["rules"][0], "when": [[["diameter_um", "giant"]]]}]
    rules = Mamdani({**RULES, "rules": when}, [each["name"] for each in RULES["inputs"]])
    values = torch.tensor([[12.0] * 8, [35.0] * 8], dtype=torch.float64)
    silent, fired = rules(values).tolist()
    assert silent == UNDECIDED_SCORE
    assert fired > UNDECIDED_SCORE


def test_an_output_that_bends_between_its_samples_is_refused() -> None:
    output = {**RULES["output"], "universe": [0.0, 50.0, 100.0]}
    with pytest.raises(ValueError, match="between two samples"):
        Mamdani({**RULES, "output": output}, MEASURES)


def test_golden_cells_get_the_golden_probabilities() -> None:
    made, measures = of_documents(RULES, RBF), golden_measures()
    shares = torch.softmax(made(picture(len(measures)), measures), 1).numpy()
    np.testing.assert_allclose(made.rules(measures).numpy(), GOLDEN["scores"], atol=EXACT)
    np.testing.assert_allclose(shares, GOLDEN["probability"], atol=EXACT)


@settings(max_examples=40, deadline=None)
@given(st.lists(features(), min_size=1, max_size=4), st.integers(0, 1000))
def test_any_cell_gets_the_kits_probabilities(cells: list[Features], seed: int) -> None:
    document = drawn_rbf(seed)
    kit = FuzzyRbf(FuzzySystem.from_document(RULES), RbfNetwork.from_document(document))
    measures = torch.tensor([[getattr(each, name) for name in MEASURES] for each in cells], dtype=torch.float64)
    made = of_documents(RULES, document)
    due = kit.judge(cells)[1].probability
    np.testing.assert_allclose(torch.softmax(made(picture(len(cells)), measures), 1), due, atol=EXACT)


def drawn_rbf(seed: int, units: int = 5) -> dict[str, Any]:
    """An RBF network of this room's measures whose arrays are drawn."""
    random, inputs = np.random.default_rng(seed), len(RBF_MEASURES) + 1
    return {
        **TINY_RBF,
        "measures": [*RBF_MEASURES, "fuzzy_score"],
        "centre_labels": ["blast"] * units,
        "median": random.uniform(0, 10, inputs).tolist(),
        "scale": random.uniform(0.5, 20, inputs).tolist(),
        "centres": random.normal(0, 2, (units, inputs)).tolist(),
        "widths": random.uniform(0.5, 4, (units, inputs)).tolist(),
        "weights": random.normal(0, 1, (units, 2)).tolist(),
    }


def test_what_the_picture_shows_changes_nothing() -> None:
    made, measures = of_documents(RULES, RBF), golden_measures()
    answers = [made(picture(len(measures), value, side), measures) for value, side in ((0.0, 4), (1.15, 4), (0.3, 16))]
    assert all(torch.equal(answers[0], each) for each in answers[1:])


def test_the_measures_are_the_rules_and_the_rbf_networks() -> None:
    assert set(MEASURES) == {each.name for each in load().inputs} | set(RBF_MEASURES)
    assert set(MEASURES) <= set(Features.__dataclass_fields__)


def test_fitted_figures_are_counted_and_no_gradient_moves_them() -> None:
    made, terms = network(2, units=6), sum(len(each.terms) for each in load().inputs)
    inputs = len(RBF_MEASURES) + 1
    due = 4 * (terms + 3) + 2 * inputs + 2 * 6 * inputs + 6 * 2 + 2
    assert sum(each.numel() for each in made.parameters()) == due
    assert not any(each.requires_grad for each in made.parameters())


OTHER_MEASURES: dict[str, tuple[list[str], str]] = {
    "none that the network is told": (["iron", "fuzzy_score"], "iron"),
    "the score in another place": (["fuzzy_score", "diameter_um"], "ends in diameter_um"),
}


@pytest.mark.parametrize(("measures", "told"), OTHER_MEASURES.values(), ids=OTHER_MEASURES)
def test_an_rbf_network_of_other_measures_is_refused(measures: list[str], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        of_documents(RULES, {**TINY_RBF, "measures": measures})


def test_rules_for_a_measure_that_is_not_told_are_refused() -> None:
    with pytest.raises(ValueError, match="nc_ratio"):
        Mamdani(RULES, [name for name in MEASURES if name != "nc_ratio"])


@pytest.mark.parametrize("engine", ["onnxruntime", "openvino"])
def test_engines_take_picture_and_measures_and_say_the_same(engine: str, graph: bytes) -> None:
    measures = golden_measures()
    given_in = {"image": picture(len(measures)).numpy(), "measures": measures.float().numpy()}
    with closing(find_engine(engine).load(Network("the room", graph), EngineOptions())) as session:
        logits = session.run(given_in)["logits"]
        alone = session.run({name: each[:1] for name, each in given_in.items()})["logits"]
    powers = np.exp(logits)
    np.testing.assert_allclose(powers / powers.sum(1, keepdims=True), GOLDEN["probability"], atol=1e-5)
    np.testing.assert_allclose(alone, logits[:1], atol=1e-4)


@pytest.fixture(scope="module")
def graph() -> bytes:
    example = {"image": picture(2), "measures": golden_measures()[:2].float()}
    return to_onnx(of_documents(RULES, RBF).float().eval(), example, {name: {0: "cells"} for name in example})
