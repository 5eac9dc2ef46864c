"""A finished ONNX network from any framework, brought to what a bundle carries, or a sentence that says what to change.

A bundle's network takes `image` (cells, channels, size, size) float32 and gives `logits` (cells, labels), for any
number of cells, in operators that every engine knows.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto, ValueInfoProto, version_converter
from onnx.external_data_helper import load_external_data_for_model

from edge.bundle.onnx_weights import has_outside_weights
from edge.bundle.tensors import IMAGE, LOGITS
from edge.errors import EngineFault
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.errors import BadOnnx
from export.graph import graph_bytes
from export.onnx_export import OPSET

CELLS = "cells"
OLDEST_OPSET = 13
"""The first whose quantised weights may have one scale per channel."""
STANDARD = ("", "ai.onnx")
IN_8_BITS = re.compile("Quantize|^QLinear|Integer$")
"""Operators that round, undo it, or calculate with what was rounded."""
COPY_AGAIN = "Copy it again, or export it again."


@dataclass(frozen=True, slots=True)
class Due:
    """What the network has to take and give: planes of its input view, their side, and how many labels."""

    channels: int
    size_px: int
    labels: int


def read_network(file: Path) -> bytes:
    """A file's network in one piece: weights that lie in files beside it, as torch's exporter writes them, are put in.

    Raises:
        BadOnnx: it is not there or damaged, or its weights are not there or not in its own folder.
    """
    if not file.is_file():
        raise BadOnnx(f"There is no file {file}.", "Check the path.")
    content = file.read_bytes()
    model = _parsed(content)
    if not has_outside_weights(content):
        return content
    try:
        load_external_data_for_model(model, str(file.parent))
    except (onnx.checker.ValidationError, OSError, ValueError) as error:
        remedy = f"Keep the file of weights that was exported with {file.name} in the same folder, under its own name."
        raise BadOnnx(f"The weights of {file.name} lie elsewhere: {_first_line(error)}", remedy) from error
    return bytes(model.SerializeToString())


def adopted(content: bytes, due: Due) -> bytes:
    """The network under our names, with a free batch axis and without a softmax at its end.

    Raises:
        BadOnnx: it is damaged, uses operators that are not ONNX's own, or takes or gives something else than is due.
    """
    model = _parsed(content)
    _require_sound(model)
    _require_standard(model)
    _require_float(model)
    model = _new_enough(model)
    image, logits = _only_input(model), _only_output(model)
    _require_image(image, due)
    _require_labels(logits, due)
    _cut_softmax(model)
    _rename(model, image.name, IMAGE)
    _rename(model, model.graph.output[0].name, LOGITS)
    _free_batch(model, due)
    network = graph_bytes(model)
    _require_runs(network, due)
    return network


def _parsed(content: bytes) -> onnx.ModelProto:
    try:
        return onnx.load_model_from_string(content)
    except DecodeError as error:
        raise BadOnnx(f"This is no valid ONNX network: {_first_line(error)}", COPY_AGAIN) from error


def _require_sound(model: onnx.ModelProto) -> None:
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise BadOnnx(f"This is no valid ONNX network: {_first_line(error)}", COPY_AGAIN) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0][:200]


def _require_float(model: onnx.ModelProto) -> None:
    """Limits are measured beside it, so it may not have lost anything to 8 bits already."""
    rounding = sorted({node.op_type for node in model.graph.node if IN_8_BITS.search(node.op_type)})
    if rounding:
        remedy = "Give the float32 network that it was made of; `marrowkit-export build` makes 8 bits of that."
        raise BadOnnx(f"This network is in 8 bits already ({rounding[0]}).", remedy)


def _require_standard(model: onnx.ModelProto) -> None:
    foreign = sorted({f"{node.domain}:{node.op_type}" for node in model.graph.node if node.domain not in STANDARD})
    if foreign:
        remedy = "Export it without custom or fused operators (for onnxruntime: before its optimiser ran)."
        raise BadOnnx(f"No engine of the kit need know the operator {foreign[0]}.", remedy)


def _new_enough(model: onnx.ModelProto) -> onnx.ModelProto:
    version = next(each.version for each in model.opset_import if each.domain in STANDARD)
    if version >= OLDEST_OPSET:
        return model
    try:
        return version_converter.convert_version(model, OPSET)
    except RuntimeError as error:
        remedy = f"Export it with opset {OPSET}."
        raise BadOnnx(f"Opset {version} is too old and cannot be brought to {OPSET}.", remedy) from error


def _only_input(model: onnx.ModelProto) -> ValueInfoProto:
    constants = {each.name for each in model.graph.initializer}
    found = [each for each in model.graph.input if each.name not in constants]
    if len(found) != 1:
        names = ", ".join(each.name for each in found) or "none"
        raise BadOnnx(f"It has {len(found)} inputs ({names}), not one.", "Export a network that takes pictures only.")
    only: ValueInfoProto = found[0]
    return only


def _only_output(model: onnx.ModelProto) -> ValueInfoProto:
    if len(model.graph.output) != 1:
        names = ", ".join(each.name for each in model.graph.output)
        raise BadOnnx(f"It has {len(model.graph.output)} outputs ({names}), not one.", "Export the logits only.")
    only: ValueInfoProto = model.graph.output[0]
    return only


def _sides(value: ValueInfoProto) -> list[int]:
    """The size of every axis, 0 where it is free."""
    return [axis.dim_value for axis in value.type.tensor_type.shape.dim]


def _require_image(image: ValueInfoProto, due: Due) -> None:
    kind, sides = image.type.tensor_type.elem_type, _sides(image)
    if kind != TensorProto.FLOAT:
        told = TensorProto.DataType.Name(kind).lower()
        raise BadOnnx(f"Its input {image.name!r} is {told}.", "Export it with a float32 input; scaling is the kit's.")
    if len(sides) != 4:
        raise BadOnnx(f"Its input {image.name!r} has {len(sides)} axes.", "It takes (cells, channels, height, width).")
    if sides[1] not in (0, due.channels) and sides[3] in (0, due.channels):
        raise BadOnnx(f"Its input has the channels last: {sides}.", "Export it with channels first (NCHW).")
    if sides[1] not in (0, due.channels):
        raise BadOnnx(
            f"It takes {sides[1]} channels, the view gives {due.channels}.",
            "Name another view (--with picture.view=…).",
        )
    if any(side not in (0, due.size_px) for side in sides[2:]):
        what = f"It takes pictures of {sides[3]} × {sides[2]} pixels, not of {due.size_px}."
        raise BadOnnx(
            what,
            f"Say --with picture.size_px={sides[2]}." if sides[2] == sides[3] else "Export it for square pictures.",
        )


def _require_labels(logits: ValueInfoProto, due: Due) -> None:
    sides = _sides(logits)
    if len(sides) != 2:
        raise BadOnnx(f"Its output has {len(sides)} axes.", "It gives one row of logits per cell: (cells, labels).")
    if sides[1] not in (0, due.labels):
        what = f"It gives {sides[1]} values per cell, and {due.labels} labels are named."
        raise BadOnnx(what, f"Name all {sides[1]} labels, in the order of its outputs.")


def _cut_softmax(model: onnx.ModelProto) -> None:
    """A softmax at the end is the calibration's work; what goes into it are the logits."""
    output = model.graph.output[0]
    last = next(node for node in model.graph.node if output.name in node.output)
    if last.op_type in ("Softmax", "LogSoftmax"):
        output.name = last.input[0]
        model.graph.node.remove(last)


def _rename(model: onnx.ModelProto, old: str, new: str) -> None:
    graph = model.graph
    for node in graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]
    for value in (*graph.input, *graph.output):
        value.name = new if value.name == old else value.name


def _free_batch(model: onnx.ModelProto, due: Due) -> None:
    """Every size fixed but the number of cells."""
    image, logits = _only_input(model), model.graph.output[0]
    for value, sides in ((image, (due.channels, due.size_px, due.size_px)), (logits, (due.labels,))):
        axes = value.type.tensor_type.shape.dim
        axes[0].dim_param = CELLS
        for axis, side in zip(axes[1:], sides, strict=True):
            axis.dim_value = side
    del model.graph.value_info[:]


def _require_runs(network: bytes, due: Due) -> None:
    """On one cell and on three, with finite logits."""
    try:
        with closing(OnnxRuntime().load(Network("the given ONNX", network), EngineOptions())) as session:
            for cells in (1, 3):
                picture = np.full((cells, due.channels, due.size_px, due.size_px), 0.5, np.float32)
                _require_logits(session.run({IMAGE: picture})[LOGITS], (cells, due.labels))
    except EngineFault as error:
        remedy = "Export it with a free batch axis (dynamic axis 0) and the picture's size as it is."
        raise BadOnnx(f"It does not run on one cell and on three: {error.what}", remedy) from error


def _require_logits(logits: np.ndarray, shape: tuple[int, int]) -> None:
    if logits.shape != shape or not np.isfinite(logits).all():
        what = f"For {shape[0]} cells it gives {logits.shape}, or values that are not finite."
        raise BadOnnx(what, "Export it with a free batch axis (dynamic axis 0), in float32.")
