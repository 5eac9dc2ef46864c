"""Where 8 bits break a limit, a build that is asked to seeks the layers that have to stay in float."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edge.bundle.manifest import Calibration
from edge.decide.views import Crop
from export.building import searching
from export.building.asking import original_answers
from export.building.crops import Crops
from export.building.given import rows
from export.building.judging import Original, said_by
from export.building.outcome import Outcome
from export.building.reading import build_spec
from export.building.searching import Bench, searched
from export.building.sets import Calibrating, Sets
from export.building.spec import BuildSpec
from export.building.speed import BATCHES, Speed
from export.building.vectors import drawings
from export.onnx_export import to_onnx
from export.quantise import int8_convolutions
from export.report.page import report_page
from export.variants import BuiltVariants, TracedNetwork, build_variants
from tests.namer import LABELS, SIZE_PX, build_fields
from tests.one_bad_layer import OneBadLayer

SPEEDS = [Speed(name, batch, 1.0) for name in ("float32", "onnx-fp32", "onnx-int8") for batch in BATCHES]


def crops(count: int, seed: int) -> Crops:
    """Cells of one colour each."""
    light = np.random.default_rng(seed).random((count, 1, 1, 3), np.float32)
    everywhere = np.ones((SIZE_PX, SIZE_PX), np.float32)
    names = np.arange(count).astype(str)
    shown = [np.ascontiguousarray(np.broadcast_to(each, (SIZE_PX, SIZE_PX, 3))) for each in light]
    return Crops("drawn", np.arange(count) % len(LABELS), names, tuple(names),
                 lambda at: Crop(shown[at], everywhere, everywhere))  # fmt: skip


def spec(**allowed: float) -> BuildSpec:
    limits = {"top1": 100.0, "worst_recall": 100.0, "ece": 100.0, **allowed}
    return build_spec({**build_fields(Path("nowhere")), "allowed": limits, "variants": ["onnx-fp32", "onnx-int8"]})


@pytest.fixture(scope="module")
def network() -> bytes:
    pictures = torch.rand(2, 3, SIZE_PX, SIZE_PX)
    return to_onnx(OneBadLayer(len(LABELS), 60).eval(), {"image": pictures}, {"image": {0: "cells"}})


def begun(told: BuildSpec, network: bytes) -> tuple[Bench, BuiltVariants, Outcome]:
    """As a build has it before it searches."""
    sets = Sets(crops(40, 1), crops(120, 2))
    traced = TracedNetwork(network, rows(drawings(told.picture.inputs), slice(1)),
                           Calibrating(sets.calibration, told.picture.inputs))  # fmt: skip
    built = build_variants({"opinion": traced}, told.variants)
    original = Original(network, original_answers(network, sets.held_out, told.picture.inputs))
    outcome = Outcome(told, sets.held_out.labels, sets.held_out.groups, original.logits,
                      said_by(told, original, built, sets.held_out),
                      Calibration(temperature=1.0, bias=(0.0,) * len(LABELS)))  # fmt: skip
    return Bench(told, traced, original, sets), built, outcome


def test_the_layer_that_breaks_a_limit_is_found_and_stays_in_float(network: bytes) -> None:
    bench, built, outcome = begun(spec(agreement=92.0), network)
    assert [line.variant for line in outcome.lines() if not line.kept] == ["onnx-int8"]
    mended, told = searched(bench, built, outcome)
    assert all(line.kept for line in told.lines())
    (found,) = told.searched
    assert found.variant == "onnx-int8"
    assert "Conv_1" in found.kept
    assert [step.holds for step in found.steps] == [False] * (len(found.steps) - 1) + [True]
    assert int8_convolutions(mended.files["onnx-int8/opinion.onnx"]) == 3 - len(found.kept)
    assert mended.files["onnx-fp32/opinion.onnx"] == built.files["onnx-fp32/opinion.onnx"]
    page = report_page(replace(told, speeds=SPEEDS), None, ())
    assert "<figcaption>Sensitivity of layers, onnx-int8" in page
    assert f"In float at last: {', '.join(found.kept)}." in page


def test_where_no_search_helps_the_limits_stay_broken_and_every_attempt_is_told(network: bytes) -> None:
    bench, built, outcome = begun(spec(agreement=100.5), network)
    _, told = searched(bench, built, outcome)
    assert [len(step.kept) for step in told.searched[0].steps] == [0, 1, 2]
    assert {line.variant for line in told.lines() if not line.kept} == {"onnx-fp32", "onnx-int8"}


def test_where_all_limits_hold_nothing_is_sought(network: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, built, outcome = begun(spec(agreement=0.0), network)
    monkeypatch.setattr(searching, "sensitivity", None)
    assert searched(bench, built, outcome) == (built, outcome)
