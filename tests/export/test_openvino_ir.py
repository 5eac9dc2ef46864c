"""OpenVINO's form of a network answers as ONNX does, and keeps its eight bits."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from edge.runtime.ov import TELEMETRY, OpenVino
from export.errors import NotInt8
from export.openvino_ir import executed_precisions, require_int8, to_ir
from export.quantise import quantise
from tests.tiny import need_openvino
from tests.tiny_torch import opinion_inputs, planes_inputs

need_openvino()
ONE = EngineOptions(threads=1)


@pytest.fixture(scope="module")
def cells_int8(cells_onnx: bytes) -> bytes:
    return quantise(cells_onnx, [planes_inputs(1, seed=seed) for seed in range(1, 5)])


@pytest.mark.parametrize("size", [(16, 24), (32, 20)])
def test_both_engines_answer_alike_in_both_precisions(
    size: tuple[int, int], cells_onnx: bytes, cells_int8: bytes
) -> None:
    inputs = planes_inputs(2, size=size)
    for network, step in ((cells_onnx, 1e-4), (cells_int8, 0.1)):
        ir = to_ir(network)
        converted = OpenVino().load(Network("tiny", ir.xml, ir.bin), ONE).run(inputs)["logits"]
        original = OnnxRuntime().load(Network("tiny", network), ONE).run(inputs)["logits"]
        # The engines round halves differently: a logit may lie one of its 255 steps away.
        np.testing.assert_allclose(converted, original, atol=step)


def test_two_inputs_keep_their_names(opinion_onnx: bytes) -> None:
    ir = to_ir(opinion_onnx)
    answer = OpenVino().load(Network("tiny", ir.xml, ir.bin), ONE).run(opinion_inputs(3))
    assert answer["logits"].shape == (3, 2)


def test_converting_twice_gives_the_same_bytes_and_phones_nobody(cells_int8: bytes) -> None:
    once, again = to_ir(cells_int8), to_ir(cells_int8)
    assert (once.xml, once.bin) == (again.xml, again.bin)
    assert not any(name.startswith(TELEMETRY) and module is not None for name, module in sys.modules.items())


def test_weights_stay_bytes(cells_onnx: bytes, cells_int8: bytes) -> None:
    assert len(to_ir(cells_int8).bin) < 0.5 * len(to_ir(cells_onnx).bin)


def test_eight_bits_are_executed_as_eight_bits_and_anything_else_is_told(cells_onnx: bytes, cells_int8: bytes) -> None:
    require_int8(to_ir(cells_int8), 8)
    assert dict(executed_precisions(to_ir(cells_onnx))) == {"f32": 8}
    with pytest.raises(NotInt8, match=r"0 of 8 .*8 in f32"):
        require_int8(to_ir(cells_onnx), 8)
