"""Measures travel beside pictures: out of files of cells, as the manifest says, and never invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edge.bundle.tensors import IMAGE, MEASURES
from edge.errors import BadSetting
from export.building.crops import read_crops
from export.building.given import even, measured, rows, together
from export.building.reading import build_spec
from export.building.source import float32_network
from export.building.spec import PictureSpec
from export.errors import BadCrops, NoNetwork
from export.opinion.table import write_cells
from tests.tabled import EVERY_KIND, drawn_cells

CELLS = drawn_cells(4, kinds=EVERY_KIND)
PICTURE = PictureSpec(view="nucleus", size_px=16, um_per_px=1.25, measures=("diameter_um", "lobes"))


def test_a_measure_that_the_kit_has_not_is_refused() -> None:
    for measures, told in ((["weight"], "nothing called 'weight'"), (["lobes", "lobes"], "each measure once")):
        fields = {**of_picture(), "measures": measures}
        with pytest.raises(BadSetting, match=told):
            build_spec({**spec_fields(), "picture": fields})


def of_picture() -> dict[str, Any]:
    return {"view": "nucleus", "size_px": 16, "um_per_px": 1.25}


def spec_fields() -> dict[str, Any]:
    return {
        "name": "a-room",
        "title": "A room",
        "labels": ["blast", "other"],
        "positive": ["blast"],
        "network": {"source": "ordaz2014_fuzzy_rbf", "checkpoint": "x.safetensors"},
        "picture": of_picture(),
        "crops": {"calibration": "a", "held_out": "b"},
        "intended_use": {"specimens": ["smear"], "stains": ["Giemsa"], "magnification": "100×"},
        "training": {"terms": "None."},
        "warnings": ["None."],
    }


def test_crops_bring_their_measures_and_pictures_cannot(tmp_path: Path) -> None:
    write_cells(CELLS, tmp_path / "cells.npz")
    words = {word: "" if word == "monocyte" else "other" for word in EVERY_KIND if word != "blast"}
    crops = read_crops(str(tmp_path / "cells.npz"), ("blast", "other"), PICTURE, words)
    known = CELLS.rows(CELLS.labels != "monocyte")
    due = known.measures(PICTURE.measures).astype(np.float32)
    found = together(crops.rows(np.arange(5, 20)).shown(PICTURE.inputs))
    np.testing.assert_array_equal(found[MEASURES], due[5:20])
    (tmp_path / "blast").mkdir()
    cv2.imwrite(str(tmp_path / "blast" / "1.png"), np.full((16, 16, 3), 200, np.uint8))
    rgb = PictureSpec(size_px=16, um_per_px=1.25, measures=("lobes",))
    with pytest.raises(BadCrops, match="lobes, which pictures do not say"):
        read_crops(str(tmp_path), ("blast", "other"), rgb, {})


def test_crops_with_a_measure_that_is_no_number_are_refused(tmp_path: Path) -> None:
    values = CELLS.measure("solidity")
    values[7] = np.nan
    write_cells(CELLS.with_measure("solidity", values), tmp_path / "cells.npz")
    picture = PICTURE.model_copy(update={"measures": ("lobes", "solidity")})
    words = dict.fromkeys(set(EVERY_KIND) - {"blast"}, "other")
    with pytest.raises(BadCrops, match="whose solidity is no number"):
        read_crops(str(tmp_path / "cells.npz"), ("blast", "other"), picture, words)


def test_measures_are_given_as_the_manifest_says() -> None:
    inputs = PICTURE.inputs.model_copy(update={"measures_mean": (10.0, 1.0), "measures_std": (2.0, 0.5)})
    found = measured(np.array([[12.0, 2.0]], np.float32), inputs)
    np.testing.assert_array_equal(found[MEASURES], [[1.0, 2.0]])
    assert {name: each.shape for name, each in even(inputs, 0.5).items()} == {IMAGE: (1, 1, 16, 16), MEASURES: (1, 2)}
    assert rows(found, slice(0))[MEASURES].shape == (0, 2)


def test_a_finished_network_is_told_no_measures() -> None:
    picture = {**of_picture(), "measures": ["lobes"]}
    with pytest.raises(BadSetting, match="can take nothing but pictures"):
        float32_network(build_spec({**spec_fields(), "picture": picture, "network": {"source": "network.onnx"}}))


def test_a_network_that_takes_no_measures_is_told_apart() -> None:
    picture = {**of_picture(), "view": "rgb", "measures": ["lobes"]}
    network = {"source": "tests.namer:network"}
    with pytest.raises(NoNetwork, match=r"does not take image of the shape .* and measures of the shape \(2, 1\)"):
        float32_network(build_spec({**spec_fields(), "picture": picture, "network": network}))


def test_a_network_that_needs_measures_is_not_made_of_pictures() -> None:
    network = {"source": "models.ordaz2014_fuzzy_rbf.net:network"}
    with pytest.raises(NoNetwork, match="measures"):
        float32_network(build_spec({**spec_fields(), "network": network}))
