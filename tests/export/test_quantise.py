"""Eight bits: near float32, the same bytes each time, and weights that no processor can overflow with."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import numpy as np
import onnx
import onnx.numpy_helper
import pytest
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration, NetworkName
from edge.bundle.tensors import VectorSet
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from edge.runtime.parity import difference_of
from edge.runtime.session import Session
from export.errors import NotQuantisable
from export.quantise import METHODS, Method, QuantiseOptions, int8_convolutions, quantise
from tests.tiny import tiny_onnx
from tests.tiny_torch import opinion_inputs, planes_inputs

Arrays = dict[str, NDArray[np.float32]]
CALIBRATION = Calibration(temperature=1.0, bias=(0.0, 0.0))


def opinions(runs: int = 6) -> list[Arrays]:
    return [opinion_inputs(8, seed=seed) for seed in range(1, runs + 1)]


def fields(runs: int = 6) -> list[Arrays]:
    sizes = [(16, 24), (24, 16), (32, 32)]
    return [planes_inputs(1, seed=seed, size=sizes[seed % 3]) for seed in range(1, runs + 1)]


def session(network: bytes) -> Session:
    return OnnxRuntime().load(Network("tiny", network), EngineOptions(threads=1))


def difference(name: NetworkName, original: bytes, quantised: bytes, inputs: Arrays) -> float:
    vectors = VectorSet(inputs, session(original).run(inputs)["logits"])
    return difference_of(name, session(quantised), vectors, CALIBRATION)


def quantised_weights(network: bytes) -> Iterator[NDArray[np.int8]]:
    for tensor in onnx.load_model_from_string(network).graph.initializer:
        if tensor.data_type == onnx.TensorProto.INT8 and len(tensor.dims) == 4:
            yield onnx.numpy_helper.to_array(tensor)


@pytest.mark.parametrize("method", METHODS)
def test_an_opinion_in_eight_bits_is_near_the_original(method: Method, opinion_onnx: bytes) -> None:
    quantised = quantise(opinion_onnx, opinions(), QuantiseOptions(method=method))
    assert int8_convolutions(quantised) == 2
    assert difference("opinion", opinion_onnx, quantised, opinion_inputs(40)) < 0.05


def test_a_field_in_eight_bits_is_near_the_original(cells_onnx: bytes) -> None:
    quantised = quantise(cells_onnx, fields())
    assert int8_convolutions(quantised) == 8
    assert difference("cells", cells_onnx, quantised, planes_inputs(2, size=(32, 40))) < 0.05


def test_weights_have_seven_bits_so_that_two_products_fit_in_sixteen(cells_onnx: bytes) -> None:
    for weights in quantised_weights(quantise(cells_onnx, fields())):
        assert np.abs(weights.astype(int)).max() <= 64
        # per channel: each uses its whole range
        assert (np.abs(weights.astype(int)).max(axis=(1, 2, 3)) >= 63).all()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_calibration_gives_the_same_bytes(method: Method, cells_onnx: bytes) -> None:
    once, again = (quantise(cells_onnx, iter(fields()), QuantiseOptions(method=method)) for _ in range(2))
    assert once == again


def test_extremes_do_not_depend_on_the_order_in_which_they_come(cells_onnx: bytes) -> None:
    assert quantise(cells_onnx, fields()[::-1]) == quantise(cells_onnx, fields())


def test_measures_and_what_is_made_of_them_stay_in_float(opinion_onnx: bytes) -> None:
    graph = onnx.load_model_from_string(quantise(opinion_onnx, opinions())).graph
    quantised = {node.input[0] for node in graph.node if node.op_type == "QuantizeLinear"}
    assert "measures" not in quantised
    assert {"Gemm", "Concat"} <= {node.op_type for node in graph.node}
    concatenated = next(node for node in graph.node if node.op_type == "Concat")
    assert "measures" in concatenated.input


@pytest.mark.parametrize(
    ("options", "left"),
    [
        (QuantiseOptions(keep_first=1), 7),
        (QuantiseOptions(keep_last=2), 6),
        (QuantiseOptions(keep=("Conv_2", "Conv_3")), 6),
        (QuantiseOptions(keep=("Conv_0",), keep_first=1), 7),
    ],
)
def test_what_is_to_be_kept_stays_in_float(options: QuantiseOptions, left: int, cells_onnx: bytes) -> None:
    assert int8_convolutions(quantise(cells_onnx, fields(2), options)) == left


def test_a_network_from_elsewhere_is_quantised_by_the_same_names() -> None:
    text = """<ir_version: 8, opset_import: ["" : 17]>
    g (float[N, 3, H, W] image) => (float[N, 1, H, W] logits) <float[1, 3, 1, 1] w = {1.0, -0.5, 0.25}>
    { logits = Conv (image, w) }"""
    assert int8_convolutions(quantise(tiny_onnx(text), fields(2))) == 1
    with pytest.raises(NotQuantisable, match="Every convolution"):
        quantise(tiny_onnx(text), fields(2), QuantiseOptions(keep=("Conv_0",), keep_last=1))


@pytest.mark.parametrize(
    ("runs", "options", "what"),
    [
        ([], QuantiseOptions(), "nothing to calibrate"),
        ([{"photograph": np.zeros((1, 3, 8, 8), np.float32)}], QuantiseOptions(), "does not run on a calibration"),
        ([{"image": np.zeros((1, 3, 8, 8), np.float64)}], QuantiseOptions(), "does not run on a calibration"),
        ([{"image": np.zeros((1, 4, 8, 8), np.float32)}], QuantiseOptions(), "does not run on a calibration"),
        ([planes_inputs(1)], QuantiseOptions(keep=("Conv_99",)), "no node 'Conv_99'"),
        ([planes_inputs(1)], QuantiseOptions(keep_first=8), "Every convolution"),
        ([planes_inputs(1)], QuantiseOptions(keep_first=5, keep_last=5), "Every convolution"),
    ],
    ids=["none", "other name", "other type", "other shape", "unknown node", "all kept", "all kept from both ends"],
)
def test_what_cannot_be_quantised_so_is_refused(
    runs: list[Arrays], options: QuantiseOptions, what: str, cells_onnx: bytes
) -> None:
    with pytest.raises(NotQuantisable, match=what):
        quantise(cells_onnx, runs, options)


def test_the_library_keeps_quiet_and_leaves_the_logging_as_it_was(
    cells_onnx: bytes, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    before, disabled = list(logging.root.handlers), logging.root.manager.disable
    quantise(cells_onnx, fields(2), QuantiseOptions(method="entropy"))
    assert capfd.readouterr() == ("", "")
    assert not caplog.records
    assert (logging.root.handlers, logging.root.manager.disable) == (before, disabled)
