"""Trees in the graph take the leaves that their makers' own libraries take, in every engine."""

from __future__ import annotations

import json
from contextlib import closing
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn
from xgboost import XGBClassifier

from edge.runtime.engines import EngineOptions, Network, find_engine
from edge.runtime.session import Session
from export.onnx_export import to_onnx
from export.openvino_ir import to_ir
from export.quantise import quantise
from export.quantising.nncf_ir import quantise_ir
from models.golden import drawn_trees
from models.trees import LEAF, Forest, Tree, tree_of_scikit, trees_of_xgboost

FEATURES, CLASSES, DEPTH = 6, 3, 5
RANDOM = np.random.default_rng(3)
LEARNED = np.round(RANDOM.normal(size=(400, FEATURES)), 2).astype(np.float32)
TRUTH = (LEARNED[:, 0] > 0).astype(int) + (LEARNED[:, 1] * LEARNED[:, 2] > 0.1)
ROWS = st.lists(st.floats(-3, 3, width=32), min_size=FEATURES, max_size=FEATURES)


@cache
def booster() -> XGBClassifier:
    made = XGBClassifier(n_estimators=12, max_depth=DEPTH, n_jobs=1, objective="multi:softprob", random_state=0)
    return made.fit(LEARNED, TRUTH)


@cache
def of_booster() -> Forest:
    forest = Forest(12 * CLASSES, DEPTH, CLASSES)
    forest.plant(*trees_of_xgboost(json.loads(bytes(booster().get_booster().save_raw("json"))), CLASSES))
    return forest


@cache
def voters() -> RandomForestClassifier:
    return RandomForestClassifier(15, max_depth=DEPTH, random_state=0, n_jobs=1).fit(LEARNED, TRUTH)


@cache
def of_voters() -> Forest:
    forest = Forest(15, DEPTH, CLASSES)
    trees = [each.tree_ for each in voters().estimators_]
    forest.plant(
        [tree_of_scikit(tree, tree.value[:, 0] / tree.value[:, 0].sum(1, keepdims=True) / 15) for tree in trees]
    )
    return forest


def thresholds(forest: Forest) -> np.ndarray:
    return np.unique(forest.threshold.numpy())


def on_the_edges(forest: Forest) -> np.ndarray:
    """Cells whose every feature is a threshold of the forest, or the float32 before or after one."""
    edges = thresholds(forest)
    near = np.concatenate([edges, np.nextafter(edges, np.float32(9)), np.nextafter(edges, np.float32(-9))])
    return np.random.default_rng(1).choice(near, (4000, FEATURES)).astype(np.float32)


@given(ROWS)
def test_boosted_trees_say_what_xgboost_says(row: list[float]) -> None:
    cell = np.array([row], np.float32)
    due = booster().predict(cell, output_margin=True)
    np.testing.assert_allclose(of_booster()(torch.from_numpy(cell)).numpy(), due, atol=1e-5)


@given(ROWS)
def test_a_random_forest_says_what_scikit_learn_says(row: list[float]) -> None:
    cell = np.array([row], np.float32)
    np.testing.assert_allclose(of_voters()(torch.from_numpy(cell)).numpy(), voters().predict_proba(cell), atol=1e-6)


def test_on_a_threshold_both_go_the_same_way() -> None:
    for forest, said in ((of_booster(), lambda x: booster().predict(x, output_margin=True)),
                         (of_voters(), voters().predict_proba)):  # fmt: skip
        cells = on_the_edges(forest)
        np.testing.assert_allclose(forest(torch.from_numpy(cells)).numpy(), said(cells), atol=1e-5)


def test_two_classes_of_xgboost_have_a_margin_each() -> None:
    made = XGBClassifier(n_estimators=4, max_depth=2, n_jobs=1, objective="multi:softprob", num_class=2)
    made.fit(LEARNED, (TRUTH > 0).astype(int))
    forest = Forest(8, 2, 2)
    forest.plant(*trees_of_xgboost(json.loads(bytes(made.get_booster().save_raw("json"))), 2))
    due = made.predict(LEARNED, output_margin=True)
    np.testing.assert_allclose(forest(torch.from_numpy(LEARNED)).numpy(), due, atol=1e-5)


class Judged(nn.Module):
    """A convolution's means, judged by trees."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.body = nn.Conv2d(3, FEATURES, 3)
        self.forest = of_booster()

    def forward(self, image: Tensor) -> Tensor:
        logits: Tensor = self.forest(self.body(image).mean((2, 3)))
        return logits


@pytest.fixture(scope="module")
def network() -> bytes:
    return to_onnx(Judged().eval(), {"image": pictures(4)}, {"image": {0: "cells"}})


def pictures(count: int, seed: int = 0) -> Tensor:
    return torch.rand(count, 3, 12, 12, generator=torch.Generator().manual_seed(seed)) * 4 - 2


def asked(session: Session, image: Tensor) -> np.ndarray:
    with closing(session):
        return session.run({"image": image.numpy()})["logits"]


def opened(engine: str, graph: bytes, weights: bytes = b"") -> Session:
    return find_engine(engine).load(Network("trees", graph, weights), EngineOptions())


def same(found: np.ndarray, image: Tensor) -> float:
    """The share of cells of the same logits; a rounding error of a feature may reach another leaf."""
    with torch.no_grad():
        due = Judged().eval()(image).numpy()
    return float((np.abs(found - due).max(1) < 1e-4).mean())


def test_engines_take_the_same_leaves(network: bytes) -> None:
    image = pictures(300, seed=1)
    ir = to_ir(network)
    assert same(asked(opened("onnxruntime", network), image), image) > 0.99
    assert same(asked(opened("openvino", ir.xml, ir.bin), image), image) > 0.99


def test_eight_bits_leave_thresholds_and_leaves_as_they_are(network: bytes) -> None:
    calibration = [{"image": pictures(4, seed).numpy()} for seed in range(6)]
    tables = [table.numpy().tobytes() for table in (of_booster().threshold, of_booster().leaf)]
    ir, qdq = quantise_ir(network, calibration), quantise(network, calibration)
    assert all(table in ir.bin and table in qdq for table in tables)
    assert ir.xml.count(b'type="FakeQuantize"') == 1  # what the convolution is given
    for session in (opened("onnxruntime", qdq), opened("openvino", ir.xml, ir.bin)):
        assert same(asked(session, pictures(100, 9)), pictures(100, 9)) > 0.1  # most cells lie near some threshold


@settings(max_examples=25)
@given(st.integers(1, 4), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_complete_trees_are_walked_node_by_node(depth: int, count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    trees = drawn_trees(random, count, depth, FEATURES, 2)
    forest = Forest(count, depth, 2)
    forest.plant(trees, [0.5, -0.5])
    cell = random.uniform(0, 1, FEATURES).astype(np.float32)
    due = np.sum([walked(tree, cell) for tree in trees], axis=0) + np.array([0.5, -0.5])
    np.testing.assert_allclose(forest(torch.from_numpy(cell[None])).numpy()[0], due, atol=1e-5)


def walked(tree: Tree, cell: np.ndarray) -> np.ndarray:
    node = 0
    while tree.left[node] != LEAF:
        node = (tree.left if cell[tree.feature[node]] < tree.threshold[node] else tree.right)[node]
    return np.asarray(tree.value[node])


def test_places_that_are_left_over_give_nothing() -> None:
    trees = drawn_trees(np.random.default_rng(0), 2, 2, FEATURES, 2)
    exact, roomy = Forest(2, 2, 2), Forest(5, 4, 2)
    for forest in (exact, roomy):
        forest.plant(trees)
    cells = torch.rand(20, FEATURES)
    assert torch.allclose(exact(cells), roomy(cells))


def test_planting_again_leaves_nothing_of_the_first_trees() -> None:
    first, second = (drawn_trees(np.random.default_rng(seed), 3, 2, FEATURES, 2) for seed in (0, 1))
    forest, fresh = Forest(3, 2, 2), Forest(3, 2, 2)
    forest.plant(first, [1.0, 2.0])
    forest.plant(second[:1])
    fresh.plant(second[:1])
    assert all(torch.equal(a, b) for a, b in zip(forest.buffers(), fresh.buffers(), strict=True))


def test_what_has_no_room_is_refused() -> None:
    trees = drawn_trees(np.random.default_rng(0), 3, 3, FEATURES, 2)
    with pytest.raises(ValueError, match="3 trees have no room among 2"):
        Forest(2, 3, 2).plant(trees)
    with pytest.raises(ValueError, match="deeper than 2"):
        Forest(3, 2, 2).plant(trees)
    with pytest.raises(ValueError, match="no forest"):
        Forest(0, 2, 2)
