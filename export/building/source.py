"""The network of a build as float32 ONNX, from wherever it comes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from edge.bundle.tensors import LOGITS, MEASURES, MEMBERS
from edge.errors import BadSetting
from export.building.given import shapes
from export.building.spec import BuildSpec, NetworkSpec
from export.errors import NoNetwork
from export.networks.checkpoint import load_weights, read_checkpoint
from export.networks.onnx_file import CELLS, Due, adopted, read_network
from export.networks.origin import TIMM, open_module
from export.onnx_export import to_onnx
from export.quantising.deployable import deployable
from export.together.net import Telling, Together
from models.symmetry import make_plain

ONNX_SUFFIX = ".onnx"
TRIED = 2
"""Cells that a module is tried with before it is traced."""


def float32_network(spec: BuildSpec) -> bytes:
    """The network that takes `image` (cells, channels, size, size), and `measures` (cells, k) where it is told any, and
    gives `logits` (cells, labels), in the form that engines run fastest.

    Raises:
        ExportFault: there is no such network, its weights do not fit, it is not what a bundle carries, or it cannot be
            traced; what to do is said.
        BadSetting: an ONNX file with a checkpoint, or a network whose weights nobody named.
    """
    inputs = spec.picture.inputs
    if spec.network.source.endswith(ONNX_SUFFIX):
        return _finished(spec, Due(len(inputs.mean), inputs.size_px, len(spec.labels)))
    trained = _with_weights(spec.network, len(spec.labels)).eval()
    random = torch.Generator().manual_seed(0)
    example = {name: torch.rand(shape, generator=random) for name, shape in shapes(inputs, TRIED).items()}
    _require_fit(trained, example, len(spec.labels))
    form, axes = deployable(trained), {name: {0: CELLS} for name in example}
    if isinstance(form, Together):
        return to_onnx(Telling(form), example, axes, (LOGITS, MEMBERS))
    return to_onnx(_Measured(form) if MEASURES in example else _Named(form), example, axes)


class _Named(nn.Module):
    """Any network under the argument's name that a bundle's has."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """Whatever the network makes of it."""
        return self.network(image)  # type: ignore[no-any-return]


class _Measured(_Named):
    """The same of a network that is told measures as well."""

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:  # type: ignore[override]
        """Whatever the network makes of them."""
        return self.network(image, measures)  # type: ignore[no-any-return]


def _finished(spec: BuildSpec, due: Due) -> bytes:
    network = spec.network
    if spec.picture.measures:
        what = f"{network.source} is a finished network, and such a one can take nothing but pictures."
        raise BadSetting(what, "Name the folder of its training, or leave picture.measures out.")
    if network.checkpoint is not None:
        raise BadSetting(f"{network.source} has its weights in it.", "Leave --checkpoint out.")
    return adopted(read_network(Path(network.source)), due)


def _with_weights(network: NetworkSpec, classes: int) -> nn.Module:
    module = open_module(network.source, classes, network.settings)
    if network.checkpoint is not None:
        load_weights(module, read_checkpoint(Path(network.checkpoint)))
    elif ":" not in network.source or network.source.startswith(TIMM):
        raise BadSetting(f"{network.source} has random weights only.", "Name those it was trained to: --checkpoint.")
    make_plain(module)
    return module


def _require_fit(module: nn.Module, example: Mapping[str, Tensor], labels: int) -> None:
    """It takes what it is given, and gives a row of logits per cell.

    Raises:
        NoNetwork: it does not.
    """
    try:
        with torch.no_grad():
            found = module(*example.values())
    except (RuntimeError, ValueError, TypeError) as error:
        first = (str(error).splitlines() or ["no reason given"])[0][:200]
        asked = " and ".join(f"{name} of the shape {tuple(each.shape)}" for name, each in example.items())
        what = f"The network does not take {asked}: {first}"
        raise NoNetwork(
            what, "Give its picture's size_px and view as they were in training, and its network.settings."
        ) from error
    if not isinstance(found, Tensor):
        what = f"The network gives a {type(found).__name__}, not a tensor of logits."
        raise NoNetwork(what, "Name a factory whose module gives the logits alone.")
    if tuple(found.shape) != (TRIED, labels):
        what = f"For {TRIED} cells and {labels} labels the network gives {tuple(found.shape)}."
        raise NoNetwork(what, "Name the labels in the order of its outputs (--with labels=…): as many as it has.")
