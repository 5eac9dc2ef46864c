"""From a float32 ONNX network to an 8-bit one that answers the same on every processor.

Processors without VNNI (most laptops before 2020) multiply unsigned by signed bytes and add two products in 16 bits:
255·127·2 does not fit, and the answers become unrelated (onnxruntime#6004, openvino#25342). With weights of 7 bits
255·64·2 fits, so this module makes no others. Activations are unsigned and asymmetric, weights symmetric per channel.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QDQQuantizer,
    QuantType,
    create_calibrator,
)
from onnxruntime.quantization.calibrate import TensorsData

from export.errors import NotQuantisable
from export.graph import IMAGE_RANK, graph_bytes, load_graph, ranks
from export.quiet import quiet

Arrays = Mapping[str, NDArray[np.float32]]
Method = Literal["minmax", "percentile", "entropy"]

METHODS: Mapping[Method, CalibrationMethod] = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
    "entropy": CalibrationMethod.Entropy,
}
OPERATORS = ("Conv", "Relu", "Clip", "Add", "Concat", "MaxPool", "Resize", "DepthToSpace", "SpaceToDepth")
"""Work on images and what moves them about. Dense layers on a few hundred values cost nothing and stay in float."""


@dataclass(frozen=True, slots=True)
class QuantiseOptions:
    """How to quantise.

    method      where the range of an activation ends: its extremes, a percentile, or by least loss of entropy
    percentile  for the method of that name, 50–100
    keep        names of nodes left in float, as `export.graph` gives them: `Conv_0`
    keep_first, keep_last   so many convolutions at either end left in float
    """

    method: Method = "minmax"
    percentile: float = 99.99
    keep: tuple[str, ...] = ()
    keep_first: int = 0
    keep_last: int = 0


def quantise(network: bytes, calibration: Iterable[Arrays], options: QuantiseOptions | None = None) -> bytes:
    """The network with 8-bit convolutions, as QDQ: quantised weights, and a Quantize–Dequantize pair per activation.

    calibration  inputs as the network takes them, one mapping per run, of any sizes; read once, one after the other

    Raises:
        NotQuantisable: no calibration, arrays that are not the network's inputs, an unknown node to keep, or nothing
            left to quantise.
    """
    wanted = options or QuantiseOptions()
    model = load_graph(network)
    spared = _spared(model, wanted)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        ranges = _ranges(model, calibration, wanted, Path(folder))
        quantised = _with_pairs(model, ranges, spared)
    return graph_bytes(quantised)


def convolutions(model: onnx.ModelProto) -> list[str]:
    """Names of the convolutions, in order."""
    return [node.name for node in model.graph.node if node.op_type == "Conv"]


def int8_convolutions(network: bytes) -> int:
    """How many convolutions of a QDQ network have quantised weights."""
    graph = onnx.load_model_from_string(network).graph
    dequantised = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    return sum(node.op_type == "Conv" and node.input[1] in dequantised for node in graph.node)


def _spared(model: onnx.ModelProto, options: QuantiseOptions) -> list[str]:
    """Names of the nodes to leave in float."""
    every, convs = {node.name for node in model.graph.node}, convolutions(model)
    unknown = sorted(set(options.keep) - every)
    if unknown:
        raise NotQuantisable(f"There is no node {unknown[0]!r} to keep in float.", f"Nodes are {', '.join(convs)}, …")
    ends = {*convs[: options.keep_first], *convs[len(convs) - options.keep_last :]}
    if ends >= set(convs):
        raise NotQuantisable("Every convolution is to be kept in float.", "Keep fewer of them, or ship float32.")
    known = ranks(model)
    vectors = {node.name for node in model.graph.node if known.get(node.output[0]) != IMAGE_RANK}
    return sorted({*options.keep, *ends, *vectors})


def _ranges(
    model: onnx.ModelProto, calibration: Iterable[Arrays], options: QuantiseOptions, folder: Path
) -> TensorsData:
    """The range of every activation over all calibration runs."""
    source = folder / "network.onnx"
    onnx.save(model, source)
    calibrator = create_calibrator(
        source,
        OPERATORS,
        augmented_model_path=str(folder / "observed.onnx"),
        calibrate_method=METHODS[options.method],
        extra_options=_calibrator_options(options),
    )
    observed = False
    for arrays in calibration:
        # One at a time: given all at once, the library wants them of one size and keeps every activation in memory.
        _observe(calibrator, arrays)
        observed = True
    if not observed:
        raise NotQuantisable("There is nothing to calibrate with.", "Give at least a few dozen real inputs.")
    return calibrator.compute_data()


def _calibrator_options(options: QuantiseOptions) -> dict[str, Any]:
    if options.method == "minmax":
        return {}
    chosen = {"percentile": options.percentile} if options.method == "percentile" else {}
    return {"symmetric": False, **chosen}


def _observe(calibrator: Any, arrays: Arrays) -> None:
    try:
        calibrator.collect_data(_Once(arrays))
    except Exception as error:  # onnxruntime's own exceptions share no narrower base
        raise NotQuantisable(
            f"The network does not run on a calibration input: {str(error).splitlines()[0]}.",
            "Give each input by its name, float32, of a shape that the network takes.",
        ) from error


class _Once(CalibrationDataReader):  # type: ignore[misc]  # the library has no types
    """One run's inputs, as the library wants to fetch them."""

    def __init__(self, arrays: Arrays) -> None:
        self._rest = [dict(arrays)]

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """The inputs the first time, then None."""
        return self._rest.pop() if self._rest else None


def _with_pairs(model: onnx.ModelProto, ranges: TensorsData, spared: list[str]) -> onnx.ModelProto:
    quantiser = QDQQuantizer(
        model,
        per_channel=True,
        reduce_range=True,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=ranges,
        nodes_to_quantize=[],
        nodes_to_exclude=spared,
        op_types_to_quantize=list(OPERATORS),
        extra_options={"WeightSymmetric": True, "ActivationSymmetric": False},
    )
    quantiser.quantize_model()
    quantiser.model.topological_sort()
    quantised: onnx.ModelProto = quantiser.model.model
    return quantised
