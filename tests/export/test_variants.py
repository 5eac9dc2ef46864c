"""From torch to a signed bundle whose every variant passes on this device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.bundle.manifest import NetworkName
from edge.errors import BadSetting
from edge.runtime.parity import check_variant
from export import variants
from export.openvino_ir import Ir, executed_precisions
from export.quantise import Arrays, QuantiseOptions
from export.quantising.nncf_ir import NncfOptions
from export.variants import OF_QDQ, RECIPES, SHIPPED, BuiltVariants, TracedNetwork, build_variants, on_graphics
from tests.tiny import need_openvino, tiny_bundle, tiny_fields
from tests.tiny_torch import opinion_inputs, planes_inputs, tensors, tiny_opinion


def runs() -> tuple[Sequence[Arrays], Sequence[Arrays]]:
    """Calibration of both networks."""
    return [opinion_inputs(8, seed=k) for k in range(9, 15)], [planes_inputs(1, seed=k) for k in range(9, 15)]


@pytest.fixture
def traced(opinion_onnx: bytes, cells_onnx: bytes) -> dict[NetworkName, TracedNetwork]:
    opinions, fields = runs()
    return {
        "opinion": TracedNetwork(opinion_onnx, opinion_inputs(12), opinions),
        "cells": TracedNetwork(cells_onnx, planes_inputs(2, size=(32, 40)), fields, QuantiseOptions(keep_last=1)),
    }


def fields_for(variants: list[dict[str, Any]]) -> dict[str, Any]:
    return {"variants": variants, "preprocessing": {**tiny_fields()["preprocessing"], "size_px": 16}}


def test_every_variant_of_a_packed_bundle_passes_here(traced: dict[NetworkName, TracedNetwork], tmp_path: Path) -> None:
    need_openvino()
    built = build_variants(traced, tuple(RECIPES))
    files = {**built.files, "fuzzy.json": b"{}", "rbf.json": b"{}"}
    bundle = tiny_bundle(tmp_path / "b", files, vectors=built.vectors, **fields_for(built.variants))
    reports = [check_variant(bundle, name) for name in RECIPES]
    assert [report.problem for report in reports] == [""] * len(RECIPES)
    assert all(report.difference.keys() == {"opinion", "cells"} for report in reports)
    coarser = {report.variant: report.difference["cells"] for report in reports}
    assert coarser["onnx-fp32"] < 1e-4 < coarser["onnx-int8"]


def test_what_is_shipped_is_in_eight_bits_for_both_engines(
    traced: dict[NetworkName, TracedNetwork], opinion_onnx: bytes
) -> None:
    need_openvino()
    built = build_variants(traced)
    assert [variant["name"] for variant in built.variants] == list(SHIPPED)
    assert sorted(built.files) == [
        f"{variant}/{network}{suffix}"
        for variant, suffixes in (("onnx-int8", [".onnx"]), ("openvino-int8", [".bin", ".xml"]))
        for network in ("cells", "opinion")
        for suffix in suffixes
    ]
    assert opinion_onnx not in built.files.values()


def test_the_vectors_are_the_float32_originals_answers(traced: dict[NetworkName, TracedNetwork]) -> None:
    vectors = build_variants(traced, ["onnx-int8"]).vectors["opinion"]
    expected = tiny_opinion()(**tensors(opinion_inputs(12))).detach().numpy()
    np.testing.assert_allclose(vectors.logits, expected, atol=1e-4)


def test_an_unknown_variant_is_refused_before_anything_is_done(traced: dict[NetworkName, TracedNetwork]) -> None:
    with pytest.raises(BadSetting, match="'onnx-int4'"):
        build_variants(traced, ["onnx-int4"])


def precisions(built: BuiltVariants) -> Mapping[str, int]:
    return executed_precisions(Ir(built.files["openvino-int8/cells.xml"], built.files["openvino-int8/cells.bin"]))


@pytest.mark.parametrize("changed", [None, OF_QDQ], ids=["by NNCF", "of QDQ"])
def test_what_is_kept_is_in_float_for_openvino_too(changed: Any, traced: dict[NetworkName, TracedNetwork]) -> None:
    need_openvino()
    options = QuantiseOptions(keep_first=1, keep=("Conv_3", "Relu_0"))
    found = build_variants({"cells": replace(traced["cells"], options=options)}, ["openvino-int8"], changed)
    assert precisions(found)["f32"] == 2
    assert sum(precisions(found).values()) == 8


def test_openvino_of_qdq_reads_the_calibration_once(traced: dict[NetworkName, TracedNetwork]) -> None:
    """As the making of the default bundle needs it, which draws its fields one by one."""
    need_openvino()
    once = replace(traced["cells"], calibration=iter(runs()[1]))
    assert sorted(build_variants({"cells": once}, SHIPPED, OF_QDQ).files) == [
        "onnx-int8/cells.onnx", "openvino-int8/cells.bin", "openvino-int8/cells.xml",
    ]  # fmt: skip


def test_sixteen_bits_are_offered_to_graphics_processors(traced: dict[NetworkName, TracedNetwork]) -> None:
    built = build_variants({"opinion": traced["opinion"]}, ["onnx-fp32", "onnx-fp16"])
    single, half = built.files["onnx-fp32/opinion.onnx"], built.files["onnx-fp16/opinion.onnx"]
    assert len(half) < 0.75 * len(single)
    assert [each["name"] for each in on_graphics(built.variants) if "fp16" in each["name"]] == [
        "onnx-fp16-cuda", "onnx-fp16-tensorrt",
    ]  # fmt: skip


def test_smoothquant_reaches_openvinos_tool(
    traced: dict[NetworkName, TracedNetwork], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[NncfOptions | None] = []

    def quantised(_network: bytes, _runs: object, options: NncfOptions | None = None) -> Ir:
        asked.append(options)
        return Ir(b"", b"")

    monkeypatch.setattr(variants, "quantise_ir", quantised)
    network = traced["cells"]
    for each in (network, replace(network, options=replace(network.options, smooth=0.3))):
        RECIPES["openvino-int8"].make(each)
    assert [each.smooth for each in asked if each] == [None, 0.3]
