"""Finished ONNX networks: brought to what a bundle carries, or refused with what to change in their export."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper, parser
from scipy.special import softmax
from torch import nn

from edge.bundle.onnx_weights import has_outside_weights
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.errors import BadOnnx
from export.networks.onnx_file import Due, adopted, read_network
from export.quantise import quantise
from export.quiet import quiet

DUE = Due(channels=3, size_px=8, labels=2)
HEAD = '<ir_version: 8, opset_import: ["" : 17]> g'
BODY = "{{ m = GlobalAveragePool(x)  f = Flatten(m)  w = Constant<value = float[3, 2] {{1, 2, 3, 4, 5, 6}}>() {end} }}"


CHANNELS_LAST = bytes(
    parser.parse_model(
        f"{HEAD} (float[1, 8, 8, 3] x) => (float[1, 3] y) "
        "{ t = Transpose<perm = [0, 3, 1, 2]>(x)  m = GlobalAveragePool(t)  y = Flatten(m) }"
    ).SerializeToString()
)


CONVOLVING = bytes(
    parser.parse_model(
        f"{HEAD} (float[n, 3, 8, 8] x) => (float[n, 2] y) "
        "{ k = Constant<value = float[2, 3, 1, 1] {1, 2, 3, 4, 5, 6}>()  c = Conv(x, k)  m = GlobalAveragePool(c) "
        "y = Flatten(m) }"
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


def with_weights_beside(folder: Path, location: str = "network.onnx.data") -> Path:
    """The network in a file, its weights in another, as torch's exporter leaves them."""
    steps = "m = GlobalAveragePool(x)  f = Flatten(m)  y = MatMul(f, w)"
    text = f"{HEAD} (float[1, 3, 8, 8] x) => (float[1, 2] y) <float[3, 2] w = {{1, 2, 3, 4, 5, 6}}> {{ {steps} }}"
    model = parser.parse_model(text)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.arange(1, 7, dtype=np.float32).reshape(3, 2), "w"))
    onnx.save(
        model, folder / "network.onnx", save_as_external_data=True, location="network.onnx.data", size_threshold=0
    )
    if location != "network.onnx.data":
        moved = onnx.load(folder / "network.onnx", load_external_data=False)
        next(each for each in moved.graph.initializer[0].external_data if each.key == "location").value = location
        onnx.save(moved, folder / "network.onnx")
    return folder / "network.onnx"


def test_weights_that_lie_beside_a_network_are_put_in(tmp_path: Path) -> None:
    file = with_weights_beside(tmp_path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["network.onnx", "network.onnx.data"]
    image = np.random.default_rng(0).uniform(size=(4, 3, 8, 8))
    found = adopted(read_network(file), DUE)
    np.testing.assert_allclose(logits(found, image), logits(adopted(network(), DUE), image), atol=1e-5)
    assert not has_outside_weights(found)


def test_what_torch_exports_by_itself_is_read(tmp_path: Path) -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 64, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 2)
    )
    image, file = torch.rand(2, 3, 8, 8), tmp_path / "x.onnx"
    with warnings.catch_warnings(), quiet():
        warnings.simplefilter("ignore")  # of the exporter's own
        torch.onnx.export(module.eval(), (image,), str(file), dynamo=True, dynamic_shapes=({0: torch.export.Dim("n")},))
    assert (tmp_path / "x.onnx.data").is_file()
    with torch.no_grad():
        np.testing.assert_allclose(logits(adopted(read_network(file), DUE), image.numpy()), module(image), atol=1e-5)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "linked.bin", "absent.bin"])
def test_weights_come_from_the_networks_own_folder_alone(location: str, tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(24))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "linked.bin").symlink_to(tmp_path / "secret.bin")
    with pytest.raises(BadOnnx, match=r"weights of network\.onnx lie elsewhere") as told:
        read_network(with_weights_beside(tmp_path / "in", location))
    assert "in the same folder" in told.value.remedy


def test_a_network_without_its_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadOnnx, match="no file"):
        read_network(tmp_path / "absent.onnx")


def test_a_network_in_8_bits_is_no_original() -> None:
    adopting = adopted(CONVOLVING, DUE)
    in_8_bits = quantise(adopting, [{"image": np.random.default_rng(0).random((4, 3, 8, 8)).astype(np.float32)}])
    with pytest.raises(BadOnnx, match=r"in 8 bits already .QuantizeLinear.*Give the float32"):
        adopted(in_8_bits, DUE)
