"""From ONNX, float32 or QDQ, to OpenVINO's IR: an .xml and its .bin, the same bytes each time."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.runtime.ov import openvino, openvino_core
from export.errors import NotInt8

INT8 = frozenset({"i8", "u8"})


@dataclass(frozen=True, eq=False)
class Ir:
    """OpenVINO's intermediate representation, as the contents of its two files."""

    xml: bytes
    bin: bytes


def to_ir(network: bytes) -> Ir:
    """The ONNX network as IR; weights keep the precision they have.

    Raises:
        EngineMissing: OpenVINO is not installed.
    """
    return written(openvino_core().read_model(network))


def written(model: Any) -> Ir:
    """A model of OpenVINO's as IR, its operations named by what they are."""
    name_operations(model)
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "network.xml"
        openvino().save_model(model, str(xml), compress_to_fp16=False)
        return Ir(xml.read_bytes(), xml.with_suffix(".bin").read_bytes())


def executed_precisions(ir: Ir) -> Mapping[str, int]:
    """How many convolutions the CPU plugin runs in which precision on this machine: `{"u8": 20, "f32": 2}`."""
    core = openvino_core()
    compiled = core.compile_model(core.read_model(ir.xml, ir.bin), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    kinds = [_kind(operation) for operation in compiled.get_runtime_model().get_ordered_ops()]
    return Counter(precision for kind, precision in kinds if kind == "Convolution")


def require_int8(ir: Ir, convolutions: int) -> None:
    """So many convolutions run in 8 bits on this machine.

    Raises:
        NotInt8: fewer do; the plugin could not keep its quantisation.
    """
    found = executed_precisions(ir)
    eight_bit = sum(count for precision, count in found.items() if precision in INT8)
    if eight_bit < convolutions:
        said = ", ".join(f"{count} in {precision}" for precision, count in sorted(found.items()))
        raise NotInt8(
            f"OpenVINO runs {eight_bit} of {convolutions} quantised convolutions in 8 bits ({said}).",
            "Keep the layers around it quantised too, or leave this variant out.",
        )


def name_operations(model: Any) -> None:
    """Call operations `Convolution_0`, `Convolution_1`, …: names that the library makes up count on through the whole
    process; the tensors' own names stay."""
    counts = Counter[str]()
    for operation in model.get_ordered_ops():
        kind = operation.get_type_name()
        operation.set_friendly_name(f"{kind}_{counts[kind]}")
        counts[kind] += 1


def _kind(operation: Any) -> tuple[str, str]:
    notes = operation.get_rt_info()
    return str(notes["layerType"].astype(str)), str(notes["runtimePrecision"].astype(str))
