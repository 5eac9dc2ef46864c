"""8 bits for OpenVINO, by NNCF: the graph is first fused as the engine will fuse it, so that no quantiser stands where
the engine would have made one step of two.

Weights have 7 bits (`OverflowFix.ENABLE`) and activations are unsigned, for the reason told in `export.quantise`. NNCF
reports its use over the internet through `openvino_telemetry`; that package is kept from loading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import onnx

from edge.runtime.ov import openvino, openvino_core, silence_telemetry
from export.errors import NotQuantisable
from export.graph import graph_bytes
from export.openvino_ir import Ir, name_operations, written
from export.quantise import Arrays
from export.quiet import quiet

CONVOLUTIONS = ("Convolution", "GroupConvolution")
JOINTS = ("Add", "Multiply")
REDUCTIONS = ("ReduceSum", "ReduceMean", "MVN", "Softmax")
TREES = ("GatherElements", "GatherND", "GreaterEqual")
"""A threshold in 8 bits would be another one: decision trees stay as they are."""
ENDS = ("Parameter", "Constant", "Result")
"""No steps of a network."""
OFF = -1.0
"""NNCF's word for no SmoothQuant."""


@dataclass(frozen=True, slots=True)
class NncfOptions:
    """How NNCF quantises.

    keep       names of convolutions left in float, as `export.graph` gives them: `Conv_3`
    thorough   full bias correction, layer after layer on what the quantised layers before it give; else all at once
    smooth     SmoothQuant's share of a channel's range that moves from activations into weights (Xiao et al., arXiv
               2211.10438), 0 to 1; none: off
    """

    keep: tuple[str, ...] = ()
    thorough: bool = True
    smooth: float | None = None


def quantise_ir(network: bytes, calibration: Iterable[Arrays], options: NncfOptions | None = None) -> Ir:
    """The float32 ONNX network as 8-bit IR.

    calibration  inputs as the network takes them, one mapping per run

    Raises:
        NotQuantisable: no calibration, arrays that are not the network's inputs, or an unknown layer to keep.
        EngineMissing: OpenVINO is not installed.
    """
    wanted, runs = options or NncfOptions(), [dict(arrays) for arrays in calibration]
    if not runs:
        raise NotQuantisable("There is nothing to calibrate with.", "Give at least a few dozen real inputs.")
    fused = _fused(network)
    _require_known(fused, wanted)
    _require_inputs(fused, runs)
    return written(_quantised(fused, runs, wanted))


def _fused(network: bytes) -> Any:
    openvino()
    from openvino._offline_transformations import apply_moc_transformations

    model = openvino_core().read_model(graph_bytes(onnx.load_model_from_string(network)))
    apply_moc_transformations(model, cf=False)
    _name(model)
    return model


def _name(model: Any) -> None:
    """Convolutions keep their names in ONNX, without what the library adds; all others are called by what they are."""
    found = [each for each in model.get_ordered_ops() if each.get_type_name() in CONVOLUTIONS]
    names = [each.get_friendly_name().split("/")[0] for each in found]
    name_operations(model)
    for each, name in zip(found, names, strict=True):
        each.set_friendly_name(name)


def _quantised(model: Any, runs: list[dict[str, Any]], options: NncfOptions) -> Any:
    silence_telemetry()
    with quiet():
        import nncf
        from nncf.quantization import advanced_parameters as advanced

        return nncf.quantize(
            model,
            nncf.Dataset(runs),
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(runs),
            model_type=None if options.smooth is None else nncf.ModelType.TRANSFORMER,
            fast_bias_correction=not options.thorough,
            ignored_scope=nncf.IgnoredScope(names=sorted({*options.keep, *_between(model), *_before_any_layer(model)})),
            advanced_parameters=advanced.AdvancedQuantizationParameters(
                overflow_fix=advanced.OverflowFix.ENABLE,
                activations_range_estimator_params=nncf.quantization.range_estimator.RangeEstimatorParametersSet.MINMAX,
                smooth_quant_alphas=advanced.AdvancedSmoothQuantParameters(
                    convolution=OFF if options.smooth is None else options.smooth, matmul=OFF
                ),
            ),
        )


def _between(model: Any) -> list[str]:
    """Sums and products of two activations, and what is made of them before the next convolution: in float.

    In 8 bits the sums that a transformer hands on would lose what its later blocks add, and softmax's small weights
    nearly all; left in float they cost nothing that the engine could save.
    """
    return [each.get_friendly_name() for each in model.get_ordered_ops() if _joins(each)]


def _before_any_layer(model: Any) -> list[str]:
    """What is done to the picture itself before the first convolution sees it, see `export.quantising.spared`."""
    learned: set[str] = set()
    early = []
    for each in model.get_ordered_ops():
        name, kind = each.get_friendly_name(), each.get_type_name()
        sources = {value.get_node().get_friendly_name() for value in each.input_values()}
        if kind in CONVOLUTIONS or sources & learned:
            learned.add(name)
        elif kind not in ENDS:
            early.append(name)
    return early


def _joins(operation: Any) -> bool:
    kind, sources = operation.get_type_name(), operation.input_values()
    if kind in (*REDUCTIONS, *TREES):
        return True
    return kind in JOINTS and all(each.get_node().get_type_name() != "Constant" for each in sources)


def _require_known(model: Any, options: NncfOptions) -> None:
    names = {each.get_friendly_name() for each in model.get_ordered_ops() if each.get_type_name() in CONVOLUTIONS}
    unknown = sorted(set(options.keep) - names)
    if unknown:
        raise NotQuantisable(
            f"There is no layer {unknown[0]!r} to keep in float.", f"Layers are {', '.join(sorted(names))}."
        )


def _require_inputs(model: Any, runs: list[dict[str, Any]]) -> None:
    due = {port.get_any_name(): port for port in model.inputs}
    for arrays in runs:
        fits = arrays.keys() == due.keys() and all(
            array.dtype == due[name].get_element_type().to_dtype()
            and due[name].get_partial_shape().compatible(_shape(array))
            for name, array in arrays.items()
        )
        if not fits:
            told = {name: (str(array.dtype), array.shape) for name, array in arrays.items()}
            raise NotQuantisable(
                f"The network does not run on a calibration input: {told}.",
                "Give each input by its name, float32, of a shape that the network takes.",
            )


def _shape(array: Any) -> Any:
    return openvino().PartialShape(list(array.shape))
