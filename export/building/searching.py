"""Where 8 bits break a limit: which layers cost most, and ever more of them in float until the limits hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from export.building.crops import Crops
from export.building.judging import Original, said_by
from export.building.limits import Line
from export.building.outcome import Outcome, Searched
from export.building.sets import Calibrating, Sets
from export.building.spec import BuildSpec
from export.quantising.search import search
from export.quantising.sensitivity import Layer, ranked, sensitivity
from export.variants import BuiltVariants, TracedNetwork, build_variants

MOST = 16
"""Layers that may stay in float."""
INT8 = "int8"


@dataclass(frozen=True, eq=False)
class Bench:
    """What a search works with: the network on its way into a bundle, and what it is judged on."""

    spec: BuildSpec
    traced: TracedNetwork
    original: Original
    sets: Sets


def searched(bench: Bench, built: BuiltVariants, outcome: Outcome) -> tuple[BuiltVariants, Outcome]:
    """The same with other files for each 8-bit variant that breaks a limit, and how they were found.

    Layers are ranked on calibration crops alone; each step, at most six, is judged on those held out.
    """
    broken = {line.variant for line in outcome.lines() if not line.kept}
    names = [str(each["name"]) for each in built.variants if each["precision"] == INT8 and each["name"] in broken]
    if not names:
        return built, outcome
    layers = _layers(bench)
    for name in names:
        built, outcome = _one(bench, built, outcome, name, layers)
    return built, outcome


def _one(
    bench: Bench, built: BuiltVariants, outcome: Outcome, name: str, layers: Sequence[Layer]
) -> tuple[BuiltVariants, Outcome]:
    def made(kept: tuple[str, ...]) -> BuiltVariants:
        return _made(bench, name, kept) if kept else _only(built, name)

    def judge(form: BuiltVariants) -> list[Line]:
        return replace(outcome, said=said_by(bench.spec, bench.original, form, bench.sets.held_out)).lines()

    found = search(ranked(layers), made, judge, MOST)
    (said,) = said_by(bench.spec, bench.original, found.made, bench.sets.held_out)
    others = [said if each.variant == name else each for each in outcome.said]
    told = (*outcome.searched, Searched(name, layers, found.steps))
    return _with(built, found.made), replace(outcome, said=others, searched=told)


def _layers(bench: Bench) -> list[Layer]:
    """Ranges come of every second calibration crop, costs of the others."""
    ranges, asked = (_shown(bench, first) for first in (0, 1))
    return sensitivity(bench.traced.onnx, ranges, list(asked), bench.traced.options)


def _shown(bench: Bench, first: int) -> Calibrating:
    crops: Crops = bench.sets.calibration
    return Calibrating(crops.rows(np.arange(first, len(crops), 2)), bench.spec.picture.inputs)


def _made(bench: Bench, name: str, kept: tuple[str, ...]) -> BuiltVariants:
    options = bench.traced.options
    traced = replace(bench.traced, options=replace(options, keep=(*options.keep, *kept)))
    return build_variants({"opinion": traced}, [name])


def _only(built: BuiltVariants, name: str) -> BuiltVariants:
    files = {path: content for path, content in built.files.items() if path.startswith(f"{name}/")}
    return BuiltVariants(files, [each for each in built.variants if each["name"] == name], built.vectors)


def _with(built: BuiltVariants, one: BuiltVariants) -> BuiltVariants:
    return BuiltVariants({**built.files, **one.files}, built.variants, built.vectors)
