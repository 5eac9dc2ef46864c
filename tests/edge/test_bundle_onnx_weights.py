"""A network that names files for its weights is neither packed, nor opened, nor run, wherever in it they are named."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper

from edge.bundle import open_bundle
from edge.bundle.onnx_weights import has_outside_weights, require_own_weights
from edge.errors import BundleDamaged, BundleUnsupported, EngineFault
from edge.runtime.engines import EngineOptions, Network, find_engine
from export import pack, sign
from tests.tiny import KEYS, need_openvino, tiny_bundle, tiny_files

WEIGHTS = np.arange(6, dtype=np.float32).reshape(3, 2)


def outside(tensor: TensorProto) -> None:
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights.bin"), ("offset", "0"), ("length", "24")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value


def stated_only(tensor: TensorProto) -> None:
    tensor.data_location = TensorProto.EXTERNAL


def listed_only(tensor: TensorProto) -> None:
    outside(tensor)
    tensor.ClearField("data_location")


def mixing() -> ModelProto:
    """Means of channels, mixed by weights."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["m"]),
        helper.make_node("Flatten", ["m"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 8, 8])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 2])
    graph = helper.make_graph(nodes, "g", [image], [logits], [numpy_helper.from_array(WEIGHTS, "w")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


Place = Callable[[Any], TensorProto]
"""Where in a network (`ModelProto`, whose fields have no types) a tensor can stand."""
PLACES: dict[str, Place] = {
    "initializer": lambda model: model.graph.initializer[0],
    "sparse": lambda model: model.graph.sparse_initializer.add().values,
    "constant": lambda model: constant(model.graph),
    "list": lambda model: model.graph.node.add(op_type="Constant").attribute.add(name="values").tensors.add(),
    "branch": lambda model: constant(model.graph.node.add(op_type="If").attribute.add(name="then_branch").g),
    "bodies": lambda model: constant(model.graph.node.add(op_type="Loop").attribute.add(name="bodies").graphs.add()),
    "function": lambda model: constant(model.functions.add(name="f")),
    "default of a function": lambda model: model.functions.add(name="f").attribute_proto.add(name="value").t,
    "training": lambda model: model.training_info.add().algorithm.initializer.add(),
}


def constant(graph: Any) -> TensorProto:
    tensor: TensorProto = graph.node.add(op_type="Constant").attribute.add(name="value").t
    return tensor


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("how", [outside, stated_only, listed_only])
def test_weights_elsewhere_are_seen_wherever_they_are_named(place: str, how: Callable[[TensorProto], None]) -> None:
    model = mixing()
    tensor = PLACES[place](model)
    assert not has_outside_weights(model.SerializeToString())
    how(tensor)
    assert has_outside_weights(model.SerializeToString())


def test_a_network_that_says_that_its_weights_are_in_it_is_believed() -> None:
    model = mixing()
    model.graph.initializer[0].data_location = TensorProto.DEFAULT
    assert not has_outside_weights(model.SerializeToString())


@given(st.binary(max_size=60))
def test_any_bytes_are_a_network_or_damaged(content: bytes) -> None:
    with suppress(BundleDamaged, BundleUnsupported):
        require_own_weights("x.onnx", content)


@given(st.integers(1, 200))
def test_a_network_that_ends_too_early_is_damaged_or_shorter(cut: int) -> None:
    with suppress(BundleDamaged):
        require_own_weights("x.onnx", mixing().SerializeToString()[:-cut])


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\x3a\x05a", "longer than its message"), (b"\x3b", "wire type 3"), (b"\xff" * 20, "has no end")],
)
def test_what_is_no_network_is_told(content: bytes, said: str) -> None:
    with pytest.raises(BundleDamaged, match=f"no ONNX network: .*{said}"):
        require_own_weights("x.onnx", content)


@pytest.fixture
def unsigned_weights() -> bytes:
    model = mixing()
    outside(model.graph.initializer[0])
    return bytes(model.SerializeToString())


def test_it_is_not_packed(unsigned_weights: bytes, tmp_path: Path) -> None:
    with pytest.raises(BundleUnsupported, match="nobody signed"):
        tiny_bundle(tmp_path / "b", {**tiny_files(), "opinion.onnx": unsigned_weights})
    assert not (tmp_path / "b").exists()


def test_it_is_not_opened_though_it_was_signed(
    unsigned_weights: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By whoever packs with another tool."""
    with monkeypatch.context() as patch:
        patch.setattr(pack, "require_own_weights", lambda *_: None)
        patch.setattr(sign, "open_bundle", lambda *_: None)
        tiny_bundle(tmp_path / "b", {**tiny_files(), "opinion.onnx": unsigned_weights})
    with pytest.raises(BundleUnsupported, match=r"'opinion\.onnx' takes weights from a file"):
        open_bundle(tmp_path / "b", KEYS)


def test_openvino_is_not_given_it(unsigned_weights: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_openvino()
    (tmp_path / "weights.bin").write_bytes(WEIGHTS.tobytes())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EngineFault, match="nobody signed"):
        find_engine("openvino").load(Network("x", unsigned_weights), EngineOptions())
    assert onnx.load_model_from_string(unsigned_weights).graph.name == "g"
