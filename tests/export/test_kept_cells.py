"""The cells network of a bundle that there is goes into another as it was signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.bundle.shelf import DEFAULT_NAME
from edge.errors import BadSetting
from edge.runtime.parity import check_variant
from export.default_bundle.kept_cells import KeptCells
from export.variants import SHIPPED, TracedNetwork, build_variants
from firmware_bridge.datafolder import DATA_VARIABLE
from tests.tiny import need_openvino, tiny_bundle, tiny_fields, trusting
from tests.tiny_torch import opinion_inputs


@pytest.fixture(autouse=True)
def _a_new_kit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_VARIABLE, str(trusting(tmp_path / "kit")))


def test_beside_another_opinion_the_cells_of_the_shipped_bundle_pass_here(opinion_onnx: bytes, tmp_path: Path) -> None:
    need_openvino()
    kept = KeptCells.of(DEFAULT_NAME)
    calibration = [opinion_inputs(8, seed=seed) for seed in range(9, 15)]
    opinion = TracedNetwork(opinion_onnx, opinion_inputs(12), calibration)
    built = kept.beside(build_variants({"opinion": opinion}))
    fields: dict[str, Any] = {
        "variants": built.variants,
        "preprocessing": {**tiny_fields()["preprocessing"], "size_px": 16},
    }
    files = {**built.files, "fuzzy.json": b"{}", "rbf.json": b"{}"}
    bundle = tiny_bundle(tmp_path / "b", files, vectors=built.vectors, **fields)
    assert [check_variant(bundle, name).problem for name in SHIPPED] == [""] * len(SHIPPED)
    taken = {path: entry for path, entry in kept.bundle.manifest.files.items() if "cells" in path}
    assert len(taken) == 4
    assert bundle.manifest.files.items() >= taken.items()
    assert kept.said == f"the cells network of {DEFAULT_NAME} {kept.bundle.manifest.version}"


def test_a_bundle_without_the_forms_that_are_shipped_is_refused(tmp_path: Path) -> None:
    bundle = tiny_bundle(tmp_path / "float")
    with pytest.raises(BadSetting, match="has no cells network as onnx-int8 and openvino-int8"):
        KeptCells.of(str(bundle.path))
