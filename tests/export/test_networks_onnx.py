"""Finished ONNX networks: brought to what a bundle carries, or refused with what to change in their export."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, parser
from scipy.special import softmax

from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.errors import BadOnnx
from export.networks.onnx_file import Due, adopted

DUE = Due(channels=3, size_px=8, labels=2)
HEAD = '<ir_version: 8, opset_import: ["" : 17]> g'
BODY = "{{ m = GlobalAveragePool(x)  f = Flatten(m)  w = Constant<value = float[3, 2] {{1, 2, 3, 4, 5, 6}}>() {end} }}"


CHANNELS_LAST = bytes(
    parser.parse_model(
        f"{HEAD} (float[1, 8, 8, 3] x) => (float[1, 3] y) "
        "{ t = Transpose<perm = [0, 3, 1, 2]>(x)  m = GlobalAveragePool(t)  y = Flatten(m) }"
    ).SerializeToString()
)


def network(
    takes: str = "float[1, 3, 8, 8] x", gives: str = "float[1, 2] y", end: str = "y = MatMul(f, w)", head: str = HEAD
) -> bytes:
    """A network that averages each channel and mixes them."""
    return bytes(parser.parse_model(f"{head} ({takes}) => ({gives}) {BODY.format(end=end)}").SerializeToString())


def logits(content: bytes, image: np.ndarray) -> np.ndarray:
    with closing(OnnxRuntime().load(Network("adopted", content), EngineOptions())) as session:
        return session.run({"image": image.astype(np.float32)})["logits"]


@pytest.mark.parametrize(
    "content",
    [
        network(),
        network("float[n, 3, h, w] x", "float[n, k] y"),
        network(end="z = MatMul(f, w)  y = Softmax(z)"),
        network(end="z = MatMul(f, w)  y = LogSoftmax<axis = -1>(z)"),
        network(head='<ir_version: 4, opset_import: ["" : 11]> g'),
    ],
)
def test_what_a_bundle_carries_takes_any_number_of_cells_and_gives_logits(content: bytes) -> None:
    image = np.random.default_rng(0).uniform(size=(4, 3, 8, 8))
    due = image.mean((2, 3)) @ np.array([[1, 2], [3, 4], [5, 6]])
    np.testing.assert_allclose(logits(adopted(content, DUE), image), due, atol=1e-5)
    np.testing.assert_allclose(
        softmax(logits(adopted(content, DUE), image[:1]), axis=1), softmax(due[:1], axis=1), atol=1e-5
    )


def test_adopting_twice_changes_nothing() -> None:
    once = adopted(network(), DUE)
    assert adopted(once, DUE) == once


def without_operators(model: onnx.ModelProto) -> None:
    model.graph.node[0].domain = "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))


def of_halves(model: onnx.ModelProto) -> None:
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8


def fixed_inside(model: onnx.ModelProto) -> None:
    reshape = parser.parse_graph(
        "g (float[1, 3, 8, 8] x) => (float[1, 2] y) { s = Constant<value = int64[2] {1, 3}>() }"
    )
    model.graph.node.insert(0, reshape.node[0])
    model.graph.node[2].CopyFrom(helper.make_node("Reshape", ["m", "s"], ["f"]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x08", "no valid ONNX"),
        (b"hello", "no valid ONNX"),
        (CHANNELS_LAST, "channels first"),
        (network("float[1, 1, 8, 8] x"), "(no valid ONNX|picture.view)"),
        (network("float[1, 3, 9, 9] x"), "picture.size_px=9"),
        (network("float[1, 3, 9, 7] x"), "square pictures"),
        (network("float[1, 3, 8, 8] x, float[1, 2] z", end="q = MatMul(f, w)  y = Add(q, z)"), r"2 inputs \(x, z\)"),
        (network(gives="float[1, 2] y, float[1, 3] f"), r"2 outputs \(y, f\)"),
        (
            network(
                gives="float[1, 1, 2] y",
                end="q = MatMul(f, w)  a = Constant<value = int64[1] {0}>()  y = Unsqueeze(q, a)",
            ),
            "3 axes",
        ),
    ],
)
def test_networks_that_are_not_what_is_due(content: bytes, said: str) -> None:
    with pytest.raises(BadOnnx, match=said):
        adopted(content, DUE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_operators, "com.example:GlobalAveragePool"),
        (of_halves, "uint8|valid"),
        (fixed_inside, "free batch axis"),
    ],
)
def test_graphs_that_were_made_otherwise(change: Callable[[onnx.ModelProto], None], said: str) -> None:
    model = onnx.load_model_from_string(network())
    change(model)
    with pytest.raises(BadOnnx, match=said):
        adopted(bytes(model.SerializeToString()), DUE)


def test_labels_that_do_not_fit_are_counted() -> None:
    with pytest.raises(BadOnnx, match=r"2 values per cell, and 7 labels are named.*Name all 2"):
        adopted(network(), Due(3, 8, 7))
