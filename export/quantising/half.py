"""16-bit floats for a Jetson's GPU: half the size, float32 in and out, norms and softmax in float32.

The GPU itself has not been seen: what is proven is that the graph gives float32's answers on a CPU, which computes it
in 16 bits or widens it, as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable

import onnx

from export.errors import NotQuantisable
from export.graph import graph_bytes, load_graph
from export.quiet import quiet

IN_FLOAT32 = ("ReduceMean", "ReduceSum", "Sqrt", "Div", "Sub", "Pow", "Softmax", "InstanceNormalization",
              "LayerNormalization", "GroupNormalization", "Resize")  # fmt: skip
"""Sums of thousands of values leave the range of 16 bits (65,504) or its eleven digits."""


def in_half(network: bytes) -> bytes:
    """The float32 ONNX network with 16-bit weights and activations.

    Raises:
        NotQuantisable: it is in 8 bits already.
    """
    model = load_graph(network)
    if any(node.op_type in ("DequantizeLinear", "QuantizeLinear") for node in model.graph.node):
        raise NotQuantisable("The network is in 8 bits already.", "Give the float32 one.")
    with quiet():
        from onnxruntime.transformers.float16 import convert_float_to_float16

        half: onnx.ModelProto = convert_float_to_float16(
            model,
            keep_io_types=True,
            op_block_list=list(IN_FLOAT32),
            node_block_list=sorted(_squares(model.graph.node)),
            disable_shape_infer=True,
        )
    return graph_bytes(half)


def _squares(nodes: Iterable[onnx.NodeProto]) -> set[str]:
    """Products of a value with itself: 256 squared is too large for 16 bits."""
    return {node.name for node in nodes if node.op_type == "Mul" and len(set(node.input)) == 1}
