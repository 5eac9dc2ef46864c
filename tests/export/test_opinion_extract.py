"""Cells of sets: outlined, picked and labelled as each set tells, found once, and chosen to be learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.segment.density import DensityFinder
from edge.types import Outlines
from export.errors import NoImages
from export.opinion.choose import HALVED, LEARNED_FROM, MEASURED_ON, learned, measured, whole
from export.opinion.extract import WAYS, Extraction, find_all
from export.opinion.labels import LABEL_OF, OTHER_CELL
from export.opinion.outline import Outlined, cut_out, ruled_field
from export.opinion.pick import boxed, every, marked, middle
from export.opinion.table import CellTable
from export.sources import SOURCES, Box, Example, open_source
from tests.drawn import clear_field, ellipse
from tests.tabled import drawn_cells

FINDER = DensityFinder()
EMPTY = Example("a.png", np.full((40, 60, 3), 230, np.uint8), 0.2, "a")


def _two_cells() -> Outlined:
    cells = ellipse((120, 40), (15, 20), 8).astype(np.uint16) + 2 * ellipse((120, 40), (42, 20), 10).astype(np.uint16)
    return Outlined(clear_field((120, 40)), Outlines(cells, cells, {}))


def test_every_set_has_a_way_or_is_not_about_cells_with_labels() -> None:
    assert set(SOURCES) - set(WAYS) == {"marrow_plasma"}
    assert {*LEARNED_FROM, *MEASURED_ON} == set(WAYS)


def test_a_field_without_label_gives_white_cells() -> None:
    assert every(EMPTY, _two_cells()) == {1: "white cell", 2: "white cell"}
    assert every(replace(EMPTY, label="blast"), _two_cells()) == {1: "blast", 2: "blast"}


def test_a_box_picks_the_largest_cell_in_its_middle() -> None:
    box = Box("lymphocyte", 20, 10, 44, 30)
    assert boxed(replace(EMPTY, label="lymphocyte", boxes=(box,)), _two_cells()) == {2: "lymphocyte"}
    assert boxed(replace(EMPTY, boxes=(Box("x", 100, 10, 110, 20),)), _two_cells()) == {}


def test_the_cell_in_the_middle_is_the_one_nearest_to_it() -> None:
    assert middle(replace(EMPTY, label="monocyte"), _two_cells()) == {2: "monocyte"}


@pytest.mark.parametrize(
    ("points", "blasts"),
    [((), set()), (((15.0, 20.0),), {1}), (((27.0, 20.0), (42.0, 20.0)), {1, 2}), (((0.0, 0.0),), set())],
)
def test_marked_points_tell_blasts_from_others(points: tuple[tuple[float, float], ...], blasts: set[int]) -> None:
    picked = marked(replace(EMPTY, points=points), _two_cells())
    assert picked == {k: "blast" if k in blasts else OTHER_CELL for k in (1, 2)}


def test_cells_of_all_sets_are_found_and_known(drawn_sets: Path) -> None:
    for name in ("cnmc", "pbc", "smear_boxes", "blast_fields", "wbc_masks"):
        cells = find_all(name, drawn_sets, FINDER)
        assert set(cells.sources.tolist()) == {name}
        assert set(cells.labels.tolist()) <= set(LABEL_OF)
        assert cells.cut_out.all() == (name == "cnmc")
        assert (cells.measure("nucleus_diameter_um") > 3).all()
        assert cells.planes[:, 4].any(axis=(1, 2)).all()


def test_a_cut_out_is_outlined_by_its_cut(drawn_sets: Path) -> None:
    example = next(iter(open_source("cnmc", drawn_sets).images()))
    seen = cut_out(example, FINDER)
    assert seen is not None
    drawn = np.count_nonzero(example.pixels.max(axis=2) > 20) * example.um_per_px**2
    assert np.count_nonzero(seen.outlines.cells) * 0.2**2 == pytest.approx(drawn, rel=0.1)
    assert (seen.outlines.cells[seen.outlines.nuclei > 0] == 1).all()


def test_nothing_is_outlined_where_nothing_was_cut() -> None:
    black = Example("a.png", np.zeros((80, 80, 3), np.uint8), 0.058, "a")
    assert cut_out(black, FINDER) is None


def test_a_field_without_red_cells_has_its_sets_scale() -> None:
    seen = ruled_field(replace(EMPTY, um_per_px=0.4), FINDER)
    assert seen.normal.ratio == pytest.approx(2)


def test_what_was_found_is_not_looked_for_again(drawn_sets: Path, tmp_path: Path) -> None:
    first = Extraction(drawn_sets, tmp_path, FINDER, "density").cells("smear_boxes")
    again = Extraction(tmp_path / "gone", tmp_path, FINDER, "density").cells("smear_boxes")
    assert np.array_equal(first.planes, again.planes)
    with pytest.raises(NoImages):
        Extraction(tmp_path / "gone", tmp_path, FINDER, "another").cells("smear_boxes")


def test_a_set_without_a_cell_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bccd").mkdir()
    monkeypatch.setattr("export.sources.bccd.Bccd.images", lambda self: iter([EMPTY]))
    with pytest.raises(NoImages, match="No cell was found in bccd"):
        find_all("bccd", tmp_path, FINDER)


def _cells_of(name: str) -> CellTable:
    cells = drawn_cells(10)
    picked = cells.rows(cells.sources == name) if name in cells.sources else cells.rows(cells.sources == "bccd")
    return replace(picked, sources=np.full(len(picked), name))


def test_half_of_a_set_is_learned_from_and_the_other_measured_on() -> None:
    taught = learned(_cells_of)
    seen = measured(HALVED, _cells_of(HALVED))
    of_set = set(taught.images[taught.sources == HALVED].tolist())
    assert of_set
    assert of_set.isdisjoint(seen.images.tolist())
    assert of_set | set(seen.images.tolist()) == set(_cells_of(HALVED).images.tolist())


def test_only_countable_cells_count() -> None:
    cells = _cells_of("blast_fields")
    assert len(measured("blast_fields", replace(cells, countable=np.zeros(len(cells), np.bool_)))) == 0


def test_cut_outs_get_their_cytoplasm_back_and_others_stay() -> None:
    cells = drawn_cells(60)
    tight = cells.with_measure("nc_ratio", np.where(cells.cut_out, 0.92, cells.measure("nc_ratio")))
    back = whole(tight)
    share = back.measure("nc_ratio")[cells.cut_out]
    assert share.mean() == pytest.approx(0.80, abs=0.02)
    nucleus, cell = (back.measure(name)[cells.cut_out] for name in ("nucleus_diameter_um", "diameter_um"))
    assert np.allclose((nucleus / cell) ** 2, share, atol=1e-3)
    assert np.allclose(back.features[~cells.cut_out], tight.features[~cells.cut_out], atol=1e-3)
    assert np.array_equal(whole(tight).features, back.features)
