"""Pseudo-labels of drawn cells, whose outlines are known, and of the real sets where they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.optics.normal import NormalField
from edge.segment.likelihood import Likelihood
from export.cells.cut_outs import CutOutOptions, label_cut_out
from export.cells.evaluate import dice
from export.cells.field_labels import WHITE_CELL, FieldOptions, label_field
from export.cells.fine import LABEL_UM_PER_PX
from export.cells.pseudo_labels import SingleOptions, label_single, overlap
from export.cells.regions import filled, largest, opened, without_bits, without_holes
from export.cells.tile import CELL_UNKNOWN, CYTOPLASM, KNOWN, NUCLEUS, UNKNOWN, Plane8, Tile
from export.sources import Box, Example, open_source
from tests.tiles import CLEAR, RED_CELL, disc, drawn_example


def _resized(labels: Plane8, tile: Tile) -> Plane8:
    size = tile.labels.shape[1], tile.labels.shape[0]
    return np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)


@pytest.mark.parametrize(
    ("label", "um_per_px", "granules"),
    [("lymphocyte", 0.1, False), ("lymphocyte", 0.07, False), ("monocyte", 0.14, False), ("eosinophil", 0.1, True)],
)
def test_a_single_cell_is_outlined_at_any_scale(label: str, um_per_px: float, granules: bool) -> None:
    example, drawn = drawn_example(label, um_per_px, granules)
    tile = label_single(example, SingleOptions())
    assert tile is not None
    truth = _resized(drawn, tile)
    assert tile.um_per_px == LABEL_UM_PER_PX
    assert dice(tile.labels > 0, truth > 0) > 0.97
    assert dice(tile.labels == NUCLEUS, truth == NUCLEUS) > 0.95
    assert (tile.doubt == KNOWN).all()


def test_a_box_that_no_cell_fills_is_left_away() -> None:
    example, _ = drawn_example()
    side = example.pixels.shape[0]
    wide = Box("lymphocyte", 5, 5, side - 5, side - 5)
    assert label_single(replace(example, boxes=(wide,)), SingleOptions()) is None
    nothing = np.full_like(example.pixels, CLEAR)
    assert label_single(replace(example, pixels=nothing), SingleOptions()) is None


def test_overlap_is_intersection_over_union() -> None:
    cell = np.zeros((20, 20), bool)
    cell[5:15, 5:15] = True
    assert overlap(cell, Box("", 5, 5, 15, 15)) == pytest.approx(1.0)
    assert overlap(cell, Box("", 10, 5, 20, 15)) == pytest.approx(50 / 150)
    assert overlap(cell, Box("", 16, 16, 20, 20)) == 0.0


def _field(*, also: Box | None = None) -> tuple[Example, Plane8]:
    example, drawn = drawn_example(nucleus_um=9.5)
    (box,) = example.boxes or ()
    boxes = (replace(box, label=WHITE_CELL), Box("red cell", 10, 10, 90, 90), *(() if also is None else (also,)))
    return replace(example, label=None, boxes=boxes), drawn


def test_in_a_field_nuclei_are_labelled_and_cytoplasm_is_doubted() -> None:
    example, drawn = _field()
    tile = label_field(example, FieldOptions())
    truth = _resized(drawn, tile)
    inner = cv2.erode((truth == CYTOPLASM).astype(np.uint8), np.ones((5, 5))) > 0
    assert set(np.unique(tile.labels)) == {0, NUCLEUS}
    assert dice(tile.labels == NUCLEUS, truth == NUCLEUS) > 0.95
    assert (tile.doubt[inner] == CELL_UNKNOWN).all()
    assert (tile.doubt[tile.labels == NUCLEUS] == KNOWN).all()
    assert (tile.doubt[0] == KNOWN).all()


def test_a_box_of_a_red_cell_that_is_called_white_stays_unknown() -> None:
    side = drawn_example()[0].pixels.shape[0]
    wrong = Box(WHITE_CELL, 0.8 * side - 40, 0.15 * side - 40, 0.8 * side + 40, 0.15 * side + 40)
    tile = label_field(_field(also=wrong)[0], FieldOptions())
    ratio = tile.labels.shape[1] / side
    row, column = round(0.15 * side * ratio), round(0.8 * side * ratio)
    assert (tile.doubt[row - 20 : row + 20, column - 20 : column + 20] == UNKNOWN).all()


def test_a_box_in_which_nothing_can_be_outlined_stays_unknown() -> None:
    example, _ = _field()
    tile = label_field(example, FieldOptions(least_fill=1.5))
    middle = tile.doubt.shape[0] // 2
    assert not tile.labels.any()
    assert (tile.doubt[middle - 40 : middle + 40, middle - 40 : middle + 40] == UNKNOWN).all()
    assert (tile.doubt[0] == KNOWN).all()


def test_a_field_without_white_cells_is_all_known_background() -> None:
    example, _ = drawn_example()
    red = np.full_like(example.pixels, CLEAR)
    red[disc((320, 320), (160, 160), 37)] = RED_CELL
    tile = label_field(replace(example, pixels=red, boxes=()), FieldOptions())
    assert not tile.labels.any()
    assert not tile.doubt.any()


@dataclass(frozen=True)
class _Dense:
    """A first network that takes what is dense for nucleus."""

    share: float = 0.6

    def likelihood(self, field: NormalField) -> Likelihood:
        dark = (field.transmittance[..., 1] < self.share).astype(np.float32)
        return Likelihood(dark, dark, np.zeros_like(dark))


def _cut_out(fringe: bool = False) -> tuple[Example, Plane8]:
    """The drawn cell alone, much too dense, on black; its nucleus nearly fills it."""
    side, um_per_px = 220, 0.06
    cell = disc((side, side), (110, 110), 100)
    nucleus = disc((side, side), (110, 110), 92)
    pixels = np.zeros((side, side, 3), np.uint8)
    pixels[cell], pixels[nucleus] = (120, 90, 150), (60, 20, 90)
    if fringe:
        pixels[108:112, 210:] = (120, 90, 150)
    labels = np.where(nucleus, NUCLEUS, cell * CYTOPLASM).astype(np.uint8)
    return Example("a.jpg", pixels, um_per_px, "cnmc/1", "blast", "1"), labels


@pytest.mark.parametrize("fringe", [False, True])
def test_a_cut_out_becomes_a_cell_on_clear_ground(fringe: bool) -> None:
    example, _ = _cut_out(fringe)
    tile = label_cut_out(example, _Dense(), CutOutOptions())
    assert tile is not None
    diameters_um = [2 * np.sqrt(np.count_nonzero(tile.labels >= k) / np.pi) * tile.um_per_px for k in (1, 2)]
    assert diameters_um == pytest.approx([12.0, 11.04], abs=0.3)
    assert (tile.light[tile.labels == 0] == 200).all()
    green = -np.log10(np.median(tile.transmittance[tile.labels > 0][:, 1]))
    assert green == pytest.approx(0.48, abs=0.05)


def test_a_cut_out_whose_nucleus_is_not_found_is_left_away() -> None:
    example, _ = _cut_out()
    assert label_cut_out(example, _Dense(share=0.0), CutOutOptions()) is None
    assert label_cut_out(replace(example, pixels=np.zeros_like(example.pixels)), _Dense(), CutOutOptions()) is None


def test_masks_are_cleaned_as_their_names_say() -> None:
    ring = disc((40, 40), (20, 20), 15) & ~disc((40, 40), (20, 20), 5)
    assert np.array_equal(filled(ring), disc((40, 40), (20, 20), 15))
    assert np.array_equal(without_holes(ring, 50), ring)
    assert np.array_equal(without_holes(ring, 100), filled(ring))
    two = ring.copy()
    two[2:5, 2:5] = True
    assert np.array_equal(largest(two), ring)
    assert np.array_equal(without_bits(two, 10), ring)
    assert np.array_equal(without_bits(two, 5), two)
    assert np.array_equal(without_bits(two, 1, 0.5), ring)
    assert not opened(two, 5)[2:5, 2:5].any()
    nothing = np.zeros((5, 5), bool)
    assert not largest(nothing).any()
    assert not without_bits(nothing, 1).any()


@pytest.mark.data
@pytest.mark.slow
def test_most_real_cells_fill_their_boxes(images: Path) -> None:
    examples = islice(open_source("pbc", images).images(), 0, None, 40)
    tiles = [label_single(example, SingleOptions()) for example in examples]
    kept = [tile for tile in tiles if tile is not None]
    assert len(kept) >= 0.9 * len(tiles)
    shares = [np.count_nonzero(tile.labels == NUCLEUS) / np.count_nonzero(tile.labels) for tile in kept]
    assert 0.2 < np.percentile(shares, 5) < np.percentile(shares, 95) < 0.95
