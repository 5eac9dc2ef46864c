"""16 bits: half the size, float32 outside, the same answers, and nothing that overflows inside."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.errors import NotQuantisable
from export.onnx_export import to_onnx
from export.quantise import quantise
from export.quantising.deployable import deployable
from export.quantising.half import in_half
from models.golden import drawn_weights
from models.yang2023_mobilevitv2.net import MobileViTv2, load
from tests.tiny_torch import planes_inputs


@pytest.fixture(scope="module")
def mobilevit() -> bytes:
    network = deployable(load(drawn_weights(np.random.default_rng(5), MobileViTv2(5, 0.5))))
    return to_onnx(network, {"image": torch.rand(2, 3, 64, 64)}, {"image": {0: "cells"}})


def logits(network: bytes, scale: float = 1.0) -> np.ndarray:
    image = scale * np.random.default_rng(1).random((3, 3, 64, 64), np.float32)
    return OnnxRuntime().load(Network("half", network), EngineOptions(threads=1)).run({"image": image})["logits"]


def test_half_the_size_and_the_same_answers(mobilevit: bytes) -> None:
    half = in_half(mobilevit)
    assert len(half) < 0.56 * len(mobilevit)
    due = logits(mobilevit)
    assert np.abs(logits(half) - due).max() < 0.01 * np.abs(due).max()


def test_bright_pictures_do_not_overflow(mobilevit: bytes) -> None:
    due = logits(mobilevit, 2.0)
    assert np.abs(logits(in_half(mobilevit), 2.0) - due).max() < 0.02 * np.abs(due).max()


def test_float32_goes_in_and_comes_out_and_weights_are_of_16_bits(mobilevit: bytes) -> None:
    graph = onnx.load_model_from_string(in_half(mobilevit)).graph
    outside = {value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}
    assert outside == {onnx.TensorProto.FLOAT}
    kernels = {each.data_type for each in graph.initializer if len(each.dims) == 4}
    assert kernels == {onnx.TensorProto.FLOAT16}


def test_the_same_bytes_each_time(mobilevit: bytes) -> None:
    assert in_half(mobilevit) == in_half(mobilevit)


def test_eight_bits_are_not_halved_again(cells_onnx: bytes) -> None:
    with pytest.raises(NotQuantisable, match="8 bits already"):
        in_half(quantise(cells_onnx, [planes_inputs(1)]))
