"""An ONNX graph in one spelling: the same network always has the same bytes, and they tell nothing of the machine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import onnx

PRODUCER = "marrowkit-export"
IMAGE_RANK = 4
_SYMBOL = re.compile(r"[A-Za-z_]\w*")


def load_graph(network: bytes) -> onnx.ModelProto:
    """The network with its nodes named and its shapes inferred. Raises onnx's own errors for what is no ONNX."""
    model = onnx.load_model_from_string(network)
    _name_nodes(model)
    return onnx.shape_inference.infer_shapes(model)


def graph_bytes(model: onnx.ModelProto) -> bytes:
    """The network without notes, traces of source files and inferred shapes, its nodes named `Conv_0`, `Conv_1`, …"""
    plain = onnx.ModelProto()
    plain.CopyFrom(model)
    _name_nodes(plain)
    graph = plain.graph
    del graph.value_info[:]
    _strip((plain, graph, *graph.node, *graph.input, *graph.output, *graph.initializer))
    graph.name, plain.producer_name, plain.producer_version = "network", PRODUCER, ""
    return bytes(plain.SerializeToString(deterministic=True))


def name_axes(model: onnx.ModelProto, axes: Mapping[str, Mapping[int, str]]) -> None:
    """Call the free axes of the inputs as given, `{"image": {0: "cells"}}`, and those of the outputs likewise."""
    known: dict[str, str] = {}
    for value in model.graph.input:
        for axis, wanted in axes.get(value.name, {}).items():
            dimension = value.type.tensor_type.shape.dim[axis]
            known[_symbol(dimension.dim_param)] = _symbol(wanted)
    for value in (*model.graph.input, *model.graph.output):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param:
                dimension.dim_param = _SYMBOL.sub(lambda found: known.get(found[0], found[0]), dimension.dim_param)


def ranks(model: onnx.ModelProto) -> dict[str, int]:
    """Number of axes by the name of each value whose shape is known."""
    values = (*model.graph.input, *model.graph.value_info, *model.graph.output)
    return {value.name: len(value.type.tensor_type.shape.dim) for value in values}


def _name_nodes(model: onnx.ModelProto) -> None:
    counts = Counter[str]()
    for node in model.graph.node:
        node.name = f"{node.op_type}_{counts[node.op_type]}"
        counts[node.op_type] += 1


def _symbol(expression: str) -> str:
    found = _SYMBOL.search(expression)
    return found[0] if found else ""


def _strip(parts: Iterable[object]) -> None:
    for part in parts:
        for field in ("doc_string", "metadata_props"):
            part.ClearField(field)  # type: ignore[attr-defined]
