"""What 8 bits cost layer by layer, and how many layers have to stay in float."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import count, pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from export.building.limits import Line
from export.graph import load_graph
from export.onnx_export import to_onnx
from export.quantise import Arrays, QuantiseOptions, quantise
from export.quantising import search as searching
from export.quantising import sensitivity as sensing
from export.quantising.picture import svg
from export.quantising.score import Distance, distance, probabilities
from export.quantising.search import counts, search
from export.quantising.sensitivity import Layer, ranked, sensitivity
from export.quantising.spared import convolutions
from tests.one_bad_layer import OneBadLayer

LAYERS = [Layer(f"Conv_{k}", Distance(cost, 0.0)) for k, cost in enumerate((1e-5, 3e-2, 0.0, 3e-2))]


def inputs(runs: int, seed: int) -> list[Arrays]:
    random = np.random.default_rng(seed)
    return [{"image": random.random((8, 3, 8, 8), np.float32)} for _ in range(runs)]


@pytest.fixture(scope="module")
def network() -> bytes:
    return to_onnx(OneBadLayer(3, 20).eval(), {"image": torch.rand(2, 3, 8, 8)}, {"image": {0: "cells"}})


def test_the_layer_that_rounding_spoils_is_found(network: bytes) -> None:
    found = sensitivity(network, inputs(6, 1), inputs(6, 2))
    assert [layer.name for layer in found] == convolutions(load_graph(network))
    assert ranked(found)[0] == "Conv_1"
    others = [layer.cost.divergence for layer in found if layer.name != "Conv_1"]
    assert found[1].cost.divergence > 10 * max(others)


def test_a_layer_alone_costs_what_it_costs_with_all_others_in_float(network: bytes) -> None:
    others = tuple(node.name for node in load_graph(network).graph.node if node.name != "Conv_1")
    alone = quantise(network, inputs(6, 1), QuantiseOptions(keep=others))
    due = distance(probabilities(alone, inputs(6, 2)), probabilities(network, inputs(6, 2)))
    assert sensitivity(network, inputs(6, 1), inputs(6, 2))[1].cost == due


def line(found: float, kept: bool) -> Line:
    return Line("tiny", "agreement, %", found, 99.0, kept)


def test_the_search_keeps_as_many_in_float_as_it_must() -> None:
    ticks = count()
    found = search(
        [f"Conv_{k}" for k in range(20)],
        make=lambda kept: kept,
        judge=lambda kept: [line(90.0 + len(kept), len(kept) >= 3)],
        clock=lambda: float(next(ticks)),
    )
    assert found.holds
    assert found.made == ("Conv_0", "Conv_1", "Conv_2", "Conv_3")
    assert [len(step.kept) for step in found.steps] == [0, 1, 2, 4]
    assert [step.broken for step in found.steps] == [1, 1, 1, 0]
    assert {step.took_s for step in found.steps} == {1.0}


@pytest.mark.parametrize(("layers", "most", "tried"), [(3, None, [0, 1, 2]), (20, 5, [0, 1, 2, 4, 5]), (1, None, [0])])
def test_a_search_without_success_ends_and_says_so(layers: int, most: int | None, tried: Sequence[int]) -> None:
    found = search([f"Conv_{k}" for k in range(layers)], lambda kept: kept, lambda _: [line(50.0, False)], most)
    assert not found.holds
    assert [len(step.kept) for step in found.steps] == tried


@given(st.integers(0, 300))
def test_attempts_double_and_end_with_the_most(most: int) -> None:
    tried = counts(most)
    assert tried[0] == 0
    assert tried[-1] == most
    assert tried == sorted(set(tried))
    assert all(later <= 2 * earlier for earlier, later in pairwise(tried[1:]))


def test_tables_say_what_each_step_and_layer_gave() -> None:
    found = search(["Conv_3"], lambda kept: kept, lambda _: [line(98.5, False)], clock=iter((0.0, 2.5)).__next__)
    assert searching.table(found.steps).splitlines()[2] == "| 0 | **98.50** | 2.5 |"
    assert sensing.table(LAYERS, most=2).splitlines()[2:] == [
        "| Conv_1 | 3.00e-02 | 0.00 |",
        "| Conv_3 | 3.00e-02 | 0.00 |",
    ]


def test_the_most_sensitive_come_first_and_equals_by_name() -> None:
    assert ranked(LAYERS) == ["Conv_1", "Conv_3", "Conv_0", "Conv_2"]


@given(st.integers(0, 2**32 - 1))
def test_a_distance_is_none_from_itself_and_positive_else(seed: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.dirichlet(np.ones(4), 20), random.dirichlet(np.ones(4), 20)
    assert distance(one, one) == Distance(0.0, 0.0)
    found = distance(one, other)
    assert found.divergence > 0
    assert found.changed == np.mean(one.argmax(1) != other.argmax(1))


def test_the_picture_names_every_layer_and_is_the_same_each_time() -> None:
    drawn = svg(LAYERS, {"Conv_1"})
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314  # our own
    assert drawn == svg(LAYERS, {"Conv_1"})
    assert drawn != svg(LAYERS)
