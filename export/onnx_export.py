"""From a torch module to ONNX that says the same.

The exporter is torch's own on torch.export (`dynamo=True`). The older one on TorchScript is a hundred times faster, but
torch 2.13 announces its end, and it takes every size that a module looks at for a constant without a word; this one
refuses what it cannot prove for every size. What it writes about this machine into the file (stack traces with paths)
is taken out again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.errors import ExportDiffers, NotExportable
from export.graph import graph_bytes, name_axes
from export.quiet import quiet

OPSET = 18
AGREEMENT = 1e-4
"""Largest difference from torch, relative to the largest output or absolute below 1."""

Axes = Mapping[str, Mapping[int, str]]
Inputs = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class _Axis:
    """A free axis: a symbol, and the number that its size is a multiple of."""

    symbol: str
    multiple: int = 1


def to_onnx(module: torch.nn.Module, example: Inputs, dynamic: Axes, outputs: Sequence[str] = ("logits",)) -> bytes:
    """The module as ONNX, opset 18, batch norms folded, proven against the module itself at several sizes.

    example  float32 by the name of the argument of `forward`; every free axis at least twice its multiple
    dynamic  input to axis to its name, `{"image": {0: "fields", 2: "16*height", 3: "16*width"}}`: a number before the
             name says that the size is always a multiple of it

    Raises:
        NotExportable: torch cannot trace the module for every such size.
        ExportDiffers: the result answers otherwise than the module by more than 1e-4.
    """
    evaluated = copy.deepcopy(module).eval()
    model = _exported(evaluated, example, dynamic, outputs)
    name_axes(model, dynamic)
    network = graph_bytes(model)
    onnx.checker.check_model(onnx.load_model_from_string(network), full_check=True)
    _require_agreement(network, evaluated, [resize(example) for resize in _sizes(dynamic)], outputs)
    return network


def _exported(module: torch.nn.Module, example: Inputs, dynamic: Axes, outputs: Sequence[str]) -> onnx.ModelProto:
    _require_generic(example, dynamic)
    try:
        with quiet(), torch.no_grad():
            program = torch.export.export(module, (), dict(example), dynamic_shapes=_shapes(example, dynamic))
            found = torch.onnx.export(
                program,
                (),
                kwargs=dict(example),
                dynamo=True,
                opset_version=OPSET,
                input_names=list(example),
                output_names=list(outputs),
                verbose=False,
            )
    except Exception as error:  # torch and sympy raise whatever they like from inside the trace
        raise NotExportable(
            f"torch cannot export {type(module).__name__}: {type(error).__name__}: {_first_line(error)}",
            "Name the arguments of `forward` as the inputs; where sizes must divide, say so: '16*height'.",
        ) from error
    if found is None:
        raise NotExportable(f"torch gave nothing for {type(module).__name__}.", "Report this.")
    model: onnx.ModelProto = found.model_proto
    return model


def _require_generic(example: Inputs, dynamic: Axes) -> None:
    """torch takes an axis of size 1 for one that is always 1."""
    for name, axes in dynamic.items():
        for axis, text in axes.items():
            least = 2 * _axis(text).multiple
            if name not in example or example[name].shape[axis] < least:
                raise NotExportable(
                    f"Axis {axis} of the example for {name!r} is free but smaller than {least}, or absent.",
                    f"Give an example with at least {least} there.",
                )


def _shapes(example: Inputs, dynamic: Axes) -> dict[str, dict[int, Any]]:
    axes = [_axis(text) for named in dynamic.values() for text in named.values()]
    dims = {axis.symbol: torch.export.Dim(axis.symbol) for axis in axes}

    def shape(text: str) -> Any:
        axis = _axis(text)
        return dims[axis.symbol] if axis.multiple == 1 else axis.multiple * dims[axis.symbol]

    return {name: {axis: shape(text) for axis, text in dynamic.get(name, {}).items()} for name in example}


def _axis(text: str) -> _Axis:
    multiple, _, symbol = text.rpartition("*")
    return _Axis(symbol.strip(), int(multiple or 1))


def _sizes(dynamic: Axes) -> tuple[Callable[[Inputs], dict[str, torch.Tensor]], ...]:
    """The example as it is, every free axis one step longer, and a batch of one."""

    def longer(example: Inputs) -> dict[str, torch.Tensor]:
        return {name: _lengthened(tensor, dynamic.get(name, {})) for name, tensor in example.items()}

    def single(example: Inputs) -> dict[str, torch.Tensor]:
        return {name: tensor[:1] if 0 in dynamic.get(name, {}) else tensor for name, tensor in example.items()}

    return dict, longer, single


def _lengthened(tensor: torch.Tensor, axes: Mapping[int, str]) -> torch.Tensor:
    for axis, text in axes.items():
        tensor = torch.cat([tensor, tensor.narrow(axis, 0, _axis(text).multiple)], axis)
    return tensor


def _require_agreement(
    network: bytes, module: torch.nn.Module, examples: Sequence[Inputs], outputs: Sequence[str]
) -> None:
    with closing(OnnxRuntime().load(Network("the exported network", network), EngineOptions())) as session:
        for example in examples:
            found = session.run({name: tensor.numpy() for name, tensor in example.items()})
            for name, expected in zip(outputs, _answers(module, example), strict=True):
                difference = _difference(found[name], expected)
                if not difference <= AGREEMENT:
                    sizes = {key: tuple(tensor.shape) for key, tensor in example.items()}
                    what = f"The exported network's {name!r} differs from torch's by {difference:.2g} for {sizes}."
                    raise ExportDiffers(what, "Report this with the module.")


def _answers(module: torch.nn.Module, example: Inputs) -> list[NDArray[np.float32]]:
    with torch.no_grad():
        answer = module(**example)
    return [tensor.numpy() for tensor in (answer if isinstance(answer, tuple) else (answer,))]


def _difference(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    if found.shape != expected.shape:
        return float("inf")
    return float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))


def _first_line(error: Exception) -> str:
    cause = error.__cause__ or error
    return (str(cause).strip().splitlines() or ["no reason given"])[0][:200]
