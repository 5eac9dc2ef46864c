"""What is kept of a cell is what the kit shows its network, and torch's views are the kit's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from edge.decide.network import prepared
from edge.decide.views import VIEWS
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.segment.density import DensityFinder
from edge.segment.find import SegmentOptions, find_cells
from edge.types import Outlines
from export.opinion.planes import crop_of, planes_of, tensors_of
from export.opinion.shown import TORCH_VIEWS, shown
from export.opinion.table import CellTable, joined, read_cells, write_cells
from export.opinion.trained import MeasureScale, Shape, TrainedOpinion
from models.marrowkit2026_opinion.net import OpinionNet
from tests.drawn import DrawnCell, drawn_smear
from tests.tabled import drawn_cells

CELLS = drawn_cells(3)
STEP = 1 / 200
"""What a byte can tell of a transmittance."""


def _inputs(view: str) -> TrainedOpinion:
    return TrainedOpinion(OpinionNet((4, 4, 4, 4)), Shape(view, (4, 4, 4, 4)), MeasureScale.of(CELLS))


@pytest.mark.parametrize("name", TORCH_VIEWS)
def test_torch_sees_what_the_kit_sees(name: str) -> None:
    expected = np.stack([VIEWS[name](crop_of(planes)) for planes in CELLS.planes])
    seen = TORCH_VIEWS[name](shown(torch.from_numpy(CELLS.planes), torch.zeros(len(CELLS), 6)))
    np.testing.assert_allclose(seen.numpy(), expected, atol=1e-5)


@pytest.mark.parametrize("name", TORCH_VIEWS)
def test_a_kept_cell_gives_the_network_what_its_field_gives(name: str) -> None:
    normal, outlines = _field()
    windows, features = list(label_windows(outlines.cells)), measure_cells(normal, outlines)
    table = drawn_cells(1).rows(np.arange(len(windows)))
    for measure in ("nucleus_diameter_um", "diameter_um", "nc_ratio", "circularity", "solidity", "lobes"):
        table = table.with_measure(measure, np.array([getattr(each, measure) for each in features]))
    kept = CellTable(planes_of(normal, outlines, windows), *(getattr(table, each) for each in _OTHERS))
    inputs = _inputs(name).inputs
    expected, found = prepared(inputs, normal, outlines, windows, features), tensors_of(kept, inputs)
    # a density is a logarithm, divided by the nucleus' own: half a step of light is at most this much of it
    np.testing.assert_allclose(found["image"], expected["image"], atol=0.05 if name == "cell-density" else STEP)
    np.testing.assert_allclose(found["measures"], expected["measures"], atol=1e-4)


def test_a_file_gives_back_the_table(tmp_path: Path) -> None:
    write_cells(CELLS, tmp_path / "cells.npz")
    again = read_cells(tmp_path / "cells.npz")
    assert all(np.array_equal(getattr(again, name), getattr(CELLS, name)) for name in ("planes", *_OTHERS))


def test_rows_of_what_was_joined_are_the_parts() -> None:
    both = joined([CELLS, drawn_cells(2, seed=1)])
    first = both.rows(np.arange(len(both)) < len(CELLS))
    assert np.array_equal(first.features, CELLS.features)
    assert first.feature_rows()[0].nucleus_diameter_um == pytest.approx(CELLS.measure("nucleus_diameter_um")[0])


def _field() -> tuple:  # type: ignore[type-arg]
    from edge.optics.normal import normalise

    cells = [DrawnCell(15.0, 15.0), DrawnCell(38.0, 20.0, 14.0, 10.0), DrawnCell(22.0, 38.0, 10.0, 7.0)]
    normal = normalise(drawn_smear(cells, (55.0, 50.0), 0.1), 0.1)
    outlines = find_cells(normal, DensityFinder(), SegmentOptions())
    return normal, Outlines(outlines.cells, outlines.nuclei, {})


_OTHERS = ("features", "labels", "sources", "images", "groups", "positions", "countable", "cut_out")
