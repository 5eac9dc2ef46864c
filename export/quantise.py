"""From a float32 ONNX network to an 8-bit one that answers the same on every processor.

Processors without VNNI (most laptops before 2020) multiply unsigned by signed bytes and add two products in 16 bits:
255·127·2 does not fit, and the answers become unrelated (onnxruntime#6004, openvino#25342). With weights of 7 bits
255·64·2 fits, so this module makes no others. Activations are unsigned and asymmetric, weights symmetric per channel.
What stays in float is told in `export.quantising.spared`.
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
from export.graph import graph_bytes, load_graph
from export.quantising.bias import InputMeans, Means, correct_offsets
from export.quantising.spared import outermost, spared
from export.quiet import quiet

Arrays = Mapping[str, NDArray[np.float32]]
Method = Literal["minmax", "percentile", "entropy"]

METHODS: Mapping[Method, CalibrationMethod] = {
    "minmax": CalibrationMethod.MinMax,
    "percentile": CalibrationMethod.Percentile,
    "entropy": CalibrationMethod.Entropy,
}
OPERATORS = (
    "Conv", "Relu", "Clip", "Add", "Concat", "MaxPool", "Resize", "DepthToSpace", "SpaceToDepth", "Sigmoid", "Mul",
)  # fmt: skip
"""Work on images and what moves them about. Dense layers on a few hundred values cost nothing and stay in float."""


@dataclass(frozen=True, slots=True)
class QuantiseOptions:
    """How to quantise.

    method      where the range of an activation ends: its extremes, a percentile, or by least loss of entropy
    percentile  for the method of that name, 50–100
    keep        names of nodes left in float, as `export.graph` gives them: `Conv_0`
    keep_first, keep_last   so many convolutions at either end left in float
    smooth      SmoothQuant's share for OpenVINO's tool, 0 to 1, see `NncfOptions`; ONNX Runtime's knows none. None: off
    """

    method: Method = "minmax"
    percentile: float = 99.999
    keep: tuple[str, ...] = ()
    keep_first: int = 0
    keep_last: int = 0
    smooth: float | None = None


def quantise(network: bytes, calibration: Iterable[Arrays], options: QuantiseOptions | None = None) -> bytes:
    """The network with 8-bit convolutions, as QDQ: quantised weights, and a Quantize–Dequantize pair per activation.

    calibration  inputs as the network takes them, one mapping per run, of any sizes; read once, one after the other

    Raises:
        NotQuantisable: no calibration, arrays that are not the network's inputs, an unknown node to keep, or nothing
            left to quantise.
    """
    wanted = options or QuantiseOptions()
    _spared(load_graph(network), wanted)  # an unknown layer is told before hours of calibration
    observed = observe(network, calibration, wanted)
    return with_pairs(network, observed, wanted)


@dataclass(frozen=True, eq=False)
class Observed:
    """What calibration showed of a network: ranges of its activations, means of its convolutions' inputs."""

    ranges: TensorsData
    means: Means


def observe(network: bytes, calibration: Iterable[Arrays], options: QuantiseOptions) -> Observed:
    """Run the network on all calibration inputs. Raises NotQuantisable as `quantise` does."""
    model = load_graph(network)
    with quiet(), tempfile.TemporaryDirectory() as folder:
        return _observed(model, calibration, options, Path(folder))


def with_pairs(network: bytes, observed: Observed, options: QuantiseOptions) -> bytes:
    """The network in 8 bits by what was observed before. Raises NotQuantisable as `quantise` does."""
    model = load_graph(network)
    left = _spared(model, options)
    with quiet():
        quantised = _with_pairs(model, observed.ranges, left)
    correct_offsets(quantised, model, observed.means)
    return graph_bytes(quantised)


def int8_convolutions(network: bytes) -> int:
    """How many convolutions of a QDQ network have quantised weights."""
    graph = onnx.load_model_from_string(network).graph
    dequantised = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    return sum(node.op_type == "Conv" and node.input[1] in dequantised for node in graph.node)


def _spared(model: onnx.ModelProto, options: QuantiseOptions) -> list[str]:
    return spared(model, [*options.keep, *outermost(model, options.keep_first, options.keep_last)])


def _observed(
    model: onnx.ModelProto, calibration: Iterable[Arrays], options: QuantiseOptions, folder: Path
) -> Observed:
    source = folder / "network.onnx"
    onnx.save(model, source)
    calibrator = create_calibrator(
        source,
        OPERATORS,
        augmented_model_path=str(folder / "observed.onnx"),
        calibrate_method=METHODS[options.method],
        extra_options=_calibrator_options(options),
    )
    means, runs = InputMeans(model), 0
    for arrays in calibration:
        # One at a time: given all at once, the library wants them of one size and keeps every activation in memory.
        _observe(calibrator, arrays)
        means.observe(arrays)
        runs += 1
    if not runs:
        raise NotQuantisable("There is nothing to calibrate with.", "Give at least a few dozen real inputs.")
    return Observed(calibrator.compute_data(), means.means)


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


def _with_pairs(model: onnx.ModelProto, ranges: TensorsData, left: list[str]) -> onnx.ModelProto:
    quantiser = QDQQuantizer(
        model,
        per_channel=True,
        reduce_range=True,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=ranges,
        nodes_to_quantize=[],
        nodes_to_exclude=left,
        op_types_to_quantize=list(OPERATORS),
        extra_options={"WeightSymmetric": True, "ActivationSymmetric": False},
    )
    quantiser.quantize_model()
    quantiser.model.topological_sort()
    quantised: onnx.ModelProto = quantiser.model.model
    return quantised
