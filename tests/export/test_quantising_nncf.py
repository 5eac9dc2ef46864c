"""8 bits for OpenVINO by NNCF: near float32, in 8 bits where they should be, 7-bit weights, silent, and repeatable."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import VectorSet
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from edge.runtime.ov import OpenVino, openvino_core
from edge.runtime.parity import difference_of
from export.errors import NotQuantisable
from export.openvino_ir import Ir, executed_precisions, require_int8
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from tests.prepared import prepared_onnx
from tests.tiny import need_openvino
from tests.tiny_torch import planes_inputs

Arrays = dict[str, NDArray[np.float32]]
QUICK = NncfOptions(thorough=False)
SILENT = """
import builtins, socket, sys
def refuse(*given, **named): raise SystemExit("something went to the internet")
socket.socket.connect = refuse
from export.quantising.nncf_ir import quantise_ir
import numpy as np
quantise_ir(open(sys.argv[1], "rb").read(), [{"image": np.ones((1, 3, 16, 16), np.float32)}])
sys.exit("openvino_telemetry" in sys.modules and sys.modules["openvino_telemetry"] is not None)
"""


@pytest.fixture(autouse=True)
def _engine() -> None:
    need_openvino()
    pytest.importorskip("nncf")


def fields(runs: int = 6) -> list[Arrays]:
    return [planes_inputs(1, seed=seed) for seed in range(1, runs + 1)]


def difference(original: bytes, ir: Ir) -> float:
    inputs = planes_inputs(2, size=(32, 40))
    session = OnnxRuntime().load(Network("tiny", original), EngineOptions(threads=1))
    vectors = VectorSet(inputs, session.run(inputs)["logits"])
    other = OpenVino().load(Network("tiny", ir.xml, ir.bin), EngineOptions(threads=1))
    return difference_of("cells", other, vectors, Calibration(temperature=1.0, bias=(0.0, 0.0)))


def integer_weights(ir: Ir) -> Iterator[NDArray[np.int8]]:
    for operation in openvino_core().read_model(ir.xml, ir.bin).get_ordered_ops():
        if operation.get_type_name() == "Constant" and operation.get_element_type().to_string() == "i8":
            yield operation.get_data()


@pytest.mark.parametrize(
    "options", [QUICK, NncfOptions(), NncfOptions(smooth=0.3)], ids=["at once", "layer by layer", "smooth"]
)
def test_a_field_in_eight_bits_is_near_the_original_and_runs_in_eight_bits(
    options: NncfOptions, cells_onnx: bytes
) -> None:
    ir = quantise_ir(cells_onnx, fields(), options)
    assert difference(cells_onnx, ir) < 0.05
    require_int8(ir, 8)


def test_weights_have_seven_bits_so_that_two_products_fit_in_sixteen(cells_onnx: bytes) -> None:
    found = list(integer_weights(quantise_ir(cells_onnx, fields(2), QUICK)))
    assert len(found) == 8
    for weights in found:
        assert np.abs(weights.astype(int)).max() <= 64


def test_the_same_calibration_gives_the_same_bytes(cells_onnx: bytes) -> None:
    once, again = (quantise_ir(cells_onnx, iter(fields(3)), QUICK) for _ in range(2))
    assert (once.xml, once.bin) == (again.xml, again.bin)


def test_what_is_to_be_kept_stays_in_float(cells_onnx: bytes) -> None:
    kept = executed_precisions(quantise_ir(cells_onnx, fields(2), NncfOptions(keep=("Conv_0", "Conv_3"))))
    assert sum(kept.values()) == 8
    assert kept["f32"] == 2


def test_nothing_is_rounded_before_the_first_convolution_but_what_it_takes() -> None:
    runs = [{"image": np.random.default_rng(seed).random((4, 3, 8, 8)).astype(np.float32)} for seed in range(4)]
    ir = quantise_ir(prepared_onnx(), runs, QUICK)
    steps = openvino_core().read_model(ir.xml, ir.bin).get_ordered_ops()
    first = [step.get_type_name() for step in steps].index("Convolution")
    rounded = [step for step in steps[:first] if step.get_type_name() == "FakeQuantize"]
    taken = {port.get_node().get_type_name() for step in rounded for port in step.output(0).get_target_inputs()}
    assert taken == {"Convolution"}


@pytest.mark.parametrize(
    ("runs", "options", "what"),
    [
        ([], QUICK, "nothing to calibrate"),
        ([{"photograph": np.zeros((1, 3, 16, 16), np.float32)}], QUICK, "does not run on a calibration"),
        ([{"image": np.zeros((1, 3, 16, 16), np.float64)}], QUICK, "does not run on a calibration"),
        ([{"image": np.zeros((1, 4, 16, 16), np.float32)}], QUICK, "does not run on a calibration"),
        ([planes_inputs(1)], NncfOptions(keep=("Conv_99",)), "no layer 'Conv_99'"),
    ],
    ids=["none", "other name", "other type", "other shape", "unknown layer"],
)
def test_what_cannot_be_quantised_so_is_refused(
    runs: list[Arrays], options: NncfOptions, what: str, cells_onnx: bytes
) -> None:
    with pytest.raises(NotQuantisable, match=what):
        quantise_ir(cells_onnx, runs, options)


def test_the_library_keeps_quiet_and_leaves_the_logging_as_it_was(
    cells_onnx: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    before, disabled = list(logging.root.handlers), logging.root.manager.disable
    quantise_ir(cells_onnx, fields(2), QUICK)
    assert capfd.readouterr() == ("", "")
    assert (logging.root.handlers, logging.root.manager.disable) == (before, disabled)


@pytest.mark.slow
def test_nothing_goes_to_the_internet(cells_onnx: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    # In a process of its own: NNCF itself says nothing where pytest is loaded.
    file = tmp_path_factory.mktemp("silent") / "cells.onnx"
    file.write_bytes(cells_onnx)
    done = subprocess.run([sys.executable, "-c", SILENT, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
