"""From trained networks to everything a bundle holds of them: files, the manifest's variants, and the test vectors."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from edge.bundle.manifest import NetworkName
from edge.bundle.tensors import LOGITS, Floats, VectorSet
from edge.errors import BadSetting
from edge.runtime.engines import EngineOptions, Network
from edge.runtime.ort import OnnxRuntime
from export.graph import load_graph
from export.openvino_ir import Ir, require_int8, to_ir
from export.quantise import Arrays, QuantiseOptions, int8_convolutions, quantise
from export.quantising.half import in_half
from export.quantising.nncf_ir import NncfOptions, quantise_ir
from export.quantising.spared import convolutions, outermost

SHIPPED = ("onnx-int8", "openvino-int8")
"""Float32 is left out: at a third of the speed no device would choose it, and it weighs four times as much."""

TOLERANCES: Mapping[NetworkName, Mapping[str, float]] = {
    "opinion": {"fp32": 0.001, "fp16": 0.01, "int8": 0.03},
    "cells": {"fp32": 0.001, "fp16": 0.04, "int8": 0.12},
}
"""Differences in probability that a variant may show on the vectors, by precision; see `Variant` of the manifest.

Eight bits move the pixels of outlines: 0.04 to 0.09 in the 99.9th percentile on fields of any set, while Dice, recall
and precision stay within 0.0002. A processor that saturates shows 0.23 and more (DECISIONS.md)."""


@dataclass(frozen=True, eq=False)
class TracedNetwork:
    """A trained network on its way into a bundle.

    onnx         float32, see `export.onnx_export`
    examples     inputs by tensor name, normalised: the test vectors that every device will run
    calibration  inputs to quantise by, read once for each tool that quantises; none of them an example
    options      how to quantise; NNCF takes from it which convolutions stay in float, and `smooth`
    """

    onnx: bytes
    examples: Mapping[str, Floats]
    calibration: Iterable[Arrays]
    options: QuantiseOptions = field(default_factory=QuantiseOptions)

    @cached_property
    def int8(self) -> bytes:
        """In 8 bits for ONNX Runtime. Raises NotQuantisable."""
        return quantise(self.onnx, self.calibration, self.options)

    @property
    def kept(self) -> tuple[str, ...]:
        """Names of the convolutions that the options leave in float."""
        model, options = load_graph(self.onnx), self.options
        outer = outermost(model, options.keep_first, options.keep_last)
        return tuple(name for name in convolutions(model) if name in {*options.keep, *outer})


@dataclass(frozen=True, eq=False)
class BuiltVariants:
    """What `export.pack` needs of the networks: files by path, `variants` of the manifest, vectors by network."""

    files: Mapping[str, bytes]
    variants: list[dict[str, Any]]
    vectors: Mapping[NetworkName, VectorSet]


Make = Callable[[TracedNetwork], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a variant is made: for which engine, in which precision, and a network's files by their suffix."""

    engine: str
    precision: str
    make: Make


def build_variants(
    networks: Mapping[NetworkName, TracedNetwork],
    names: Sequence[str] = SHIPPED,
    changed: Mapping[str, Recipe] | None = None,
) -> BuiltVariants:
    """The networks in every named form, and the float32 originals' answers to the examples.

    changed  recipes that go before those of the same names in `RECIPES`

    Raises:
        BadSetting: a name that is not among `RECIPES`.
        ExportFault: a network cannot be quantised or converted.
        EngineMissing: a form needs an engine that is not installed here.
    """
    known = {**RECIPES, **(changed or {})}
    recipes = {name: _recipe(name, known) for name in names}
    files: dict[str, bytes] = {}
    variants = []
    for name, recipe in recipes.items():
        paths = {network: _place(files, f"{name}/{network}", recipe.make(traced))
                 for network, traced in networks.items()}  # fmt: skip
        variants.append(_entry(name, recipe, paths))
    return BuiltVariants(files, variants, {name: _vectors(name, network) for name, network in networks.items()})


def _recipe(name: str, known: Mapping[str, Recipe]) -> Recipe:
    if name not in known:
        raise BadSetting(f"There is no way to make a variant {name!r}.", f"Ask for {', '.join(known)}.")
    return known[name]


def _place(files: dict[str, bytes], stem: str, contents: Mapping[str, bytes]) -> str:
    """Put a network's files in; the path of the first, which the manifest names."""
    placed = {f"{stem}{suffix}": content for suffix, content in contents.items()}
    files.update(placed)
    return next(iter(placed))


def _entry(name: str, recipe: Recipe, paths: Mapping[NetworkName, str]) -> dict[str, Any]:
    return {
        "name": name,
        "engine": recipe.engine,
        "files": dict(paths),
        "precision": recipe.precision,
        "tolerance": {network: TOLERANCES[network][recipe.precision] for network in paths},
        "needs": [],
    }


def _vectors(name: NetworkName, network: TracedNetwork) -> VectorSet:
    with closing(OnnxRuntime().load(Network(f"{name} in float32", network.onnx), EngineOptions())) as session:
        return VectorSet(dict(network.examples), session.run(network.examples)[LOGITS])


def _onnx_fp32(network: TracedNetwork) -> dict[str, bytes]:
    return {".onnx": network.onnx}


def _onnx_fp16(network: TracedNetwork) -> dict[str, bytes]:
    return {".onnx": in_half(network.onnx)}


def _onnx_int8(network: TracedNetwork) -> dict[str, bytes]:
    return {".onnx": network.int8}


def _openvino_fp32(network: TracedNetwork) -> dict[str, bytes]:
    return _ir_files(to_ir(network.onnx))


def _openvino_int8(network: TracedNetwork) -> dict[str, bytes]:
    options = NncfOptions(keep=network.kept, smooth=network.options.smooth)
    return _ir_files(quantise_ir(network.onnx, network.calibration, options))


def _openvino_of_qdq(network: TracedNetwork) -> dict[str, bytes]:
    """The 8 bits of ONNX Runtime, converted: both engines then round the same, which the default bundle was measured
    with. Raises NotInt8."""
    ir = to_ir(network.int8)
    if platform.machine() == "x86_64":
        # Elsewhere the plugin decides otherwise; there the parity check's time tells.
        require_int8(ir, int8_convolutions(network.int8))
    return _ir_files(ir)


def _ir_files(ir: Ir) -> dict[str, bytes]:
    return {".xml": ir.xml, ".bin": ir.bin}


def on_graphics(variants: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same files once more for the engines on graphics processors that run such: a few lines of the manifest each.

    Nobody has seen them answer when they are packed: a kit uses one only after its own parity check.
    """
    return [
        {**entry, "name": f"{entry['name']}-{ending}", "engine": f"{entry['engine']}-{ending}", "needs": [needs]}
        for entry in variants
        for of, ending, needs in ON_GRAPHICS
        if entry["name"] == of
    ]


ON_GRAPHICS = (
    ("onnx-fp32", "cuda", "an Nvidia graphics processor with CUDA"),
    ("onnx-fp32", "tensorrt", "an Nvidia graphics processor with TensorRT"),
    ("onnx-fp16", "cuda", "an Nvidia graphics processor with CUDA"),
    ("onnx-fp16", "tensorrt", "an Nvidia graphics processor with TensorRT"),
    ("openvino-int8", "gpu", "an Intel graphics processor"),
)
"""Variant, ending of its name and its engine's, and what the device must have."""
RECIPES: Mapping[str, Recipe] = {
    "onnx-fp32": Recipe("onnxruntime", "fp32", _onnx_fp32),
    "onnx-fp16": Recipe("onnxruntime", "fp16", _onnx_fp16),
    "onnx-int8": Recipe("onnxruntime", "int8", _onnx_int8),
    "openvino-fp32": Recipe("openvino", "fp32", _openvino_fp32),
    "openvino-int8": Recipe("openvino", "int8", _openvino_int8),
}
OF_QDQ = {"openvino-int8": Recipe("openvino", "int8", _openvino_of_qdq)}
"""For `build_variants`: OpenVINO's 8 bits as those of ONNX Runtime."""
