"""Rounded weights shift what a convolution gives on average; its offset takes that back.

Source: Nagel et al., Data-free quantization through weight equalization and bias correction, arXiv 1906.04721, section
4.2, with the mean of each input channel taken from calibration.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Means = Mapping[str, NDArray[np.float64]]
SUFFIX = "__mean"


class InputMeans:
    """The mean of every input channel of every convolution, over all runs that it is shown."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._names = sorted({node.input[0] for node in model.graph.node if node.op_type == "Conv"})
        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 3
        observed = _observed(model, self._names).SerializeToString()
        self._session = onnxruntime.InferenceSession(observed, settings, providers=["CPUExecutionProvider"])
        self._sums: dict[str, NDArray[np.float64]] = {}
        self._runs = 0

    def observe(self, arrays: Mapping[str, NDArray[np.float32]]) -> None:
        """One run; all runs count alike."""
        found = self._session.run([name + SUFFIX for name in self._names], dict(arrays))
        for name, pooled in zip(self._names, found, strict=True):
            self._sums[name] = self._sums.get(name, np.zeros(pooled.shape[1])) + pooled.mean((0, 2, 3))
        self._runs += 1

    @property
    def means(self) -> Means:
        """The channels' means (channels,) by the value's name."""
        return {name: total / self._runs for name, total in self._sums.items()}


def correct_offsets(quantised: onnx.ModelProto, original: onnx.ModelProto, means: Means) -> None:
    """Change the quantised offsets of a QDQ model, in place, so that each convolution's mean is the original's."""
    constants = {each.name: each for each in quantised.graph.initializer}
    given_by = {node.output[0]: node for node in quantised.graph.node if node.op_type == "DequantizeLinear"}
    weights_of = {each.name: each for each in original.graph.initializer}
    originals = {node.name: node for node in original.graph.node if node.op_type == "Conv"}
    for node in quantised.graph.node:
        if node.name in originals and len(node.input) > 2 and {node.input[1], node.input[2]} <= given_by.keys():
            one = originals[node.name]
            weights, offset = given_by[node.input[1]], given_by[node.input[2]]
            rounded = _dequantised(*(numpy_helper.to_array(constants[name]) for name in weights.input[:2]))
            due = numpy_helper.to_array(weights_of[one.input[1]]).astype(np.float64)
            _shift(constants, offset, mean_shift(rounded - due, means[one.input[0]]))


def mean_shift(error: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much an error of the weights (outputs, inputs / groups, …) moves each output's mean, (outputs,)."""
    outputs, inputs = error.shape[:2]
    of_group = means.reshape(-1, inputs).repeat(outputs * inputs // len(means), axis=0)
    shift: NDArray[np.float64] = (error.reshape(outputs, inputs, -1).sum(2) * of_group).sum(1)
    return shift


def _shift(constants: Mapping[str, onnx.TensorProto], offset: onnx.NodeProto, by: NDArray[np.float64]) -> None:
    kept, scale = constants[offset.input[0]], numpy_helper.to_array(constants[offset.input[1]])
    moved = numpy_helper.to_array(kept).astype(np.int64) - np.rint(by / scale).astype(np.int64)
    limits = np.iinfo(np.int32)
    kept.CopyFrom(numpy_helper.from_array(moved.clip(limits.min, limits.max).astype(np.int32), kept.name))


def _dequantised(whole: NDArray[np.int8], scale: NDArray[np.float32]) -> NDArray[np.float64]:
    return whole.astype(np.float64) * scale.astype(np.float64).reshape(-1, *[1] * (whole.ndim - 1))


def _observed(model: onnx.ModelProto, names: list[str]) -> onnx.ModelProto:
    """The model with the channels' means of the named values as its results."""
    observed = onnx.ModelProto()
    observed.CopyFrom(model)
    graph = observed.graph
    for name in names:
        graph.node.append(helper.make_node("GlobalAveragePool", [name], [name + SUFFIX]))
        graph.output.append(helper.make_tensor_value_info(name + SUFFIX, onnx.TensorProto.FLOAT, None))
    return observed
