"""The figures: a finder by colour does well on drawn sets, a blind one nothing, and intervals hold their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.optics.normal import NormalField
from edge.segment.find import SegmentOptions
from edge.segment.likelihood import Likelihood
from edge.types import Labels, Outlines
from export.cells.evaluate import Way, boxes_hit, cell_dice, covered_shares, dice, evaluate, nucleus_centres
from export.cells.figures import Ratio, figure
from export.sources import Masks
from tests.tiles import disc


@dataclass(frozen=True)
class _Drawn:
    """Finds drawn cells by their colour: nuclei let little green through, cells little red or green."""

    nucleus: float = 0.25
    grown_px: int = 9

    def likelihood(self, field: NormalField) -> Likelihood:
        nucleus = (field.transmittance[..., 1] < self.nucleus).astype(np.uint8)
        nucleus = cv2.morphologyEx(nucleus, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(np.uint8)
        cell = cv2.dilate(nucleus, np.ones((self.grown_px, self.grown_px), np.uint8))
        return Likelihood(cell.astype(np.float32), nucleus.astype(np.float32), np.zeros(nucleus.shape, np.float32))


class _Blind:
    def likelihood(self, field: NormalField) -> Likelihood:
        nothing = np.zeros(field.picture.shape, np.float32)
        return Likelihood(nothing, nothing, nothing)


def test_drawn_cells_are_found(drawn_sets: Path) -> None:
    figures = {each.name: each for each in evaluate(Way(_Drawn(), SegmentOptions()), drawn_sets)}
    assert figures["nucleus Dice"].value > 0.85
    assert figures["blasts found"].value > 0.9
    assert figures["white cell recall"].value >= 0.5  # the others are cut by the border
    assert figures["white cell precision"].value > 0.7
    assert all(each.low <= each.value <= each.high for each in figures.values())
    assert figures["nucleus Dice"].n == 2


def test_nothing_found_is_nothing_right(drawn_sets: Path) -> None:
    assert all(each.value == 0.0 for each in evaluate(Way(_Blind(), SegmentOptions()), drawn_sets))


def test_sets_that_are_not_there_are_not_measured(tmp_path: Path) -> None:
    assert evaluate(Way(_Blind(), SegmentOptions()), tmp_path) == ()


def test_only_the_half_that_taught_nothing_is_measured(drawn_sets: Path) -> None:
    recall, _ = boxes_hit(Way(_Blind(), SegmentOptions()), drawn_sets)
    assert len(recall.wholes) == 2


def _outlines() -> Outlines:
    cells = np.zeros((40, 40), np.uint16)
    cells[disc((40, 40), (12, 20), 8)], cells[disc((40, 40), (30, 20), 6)] = 1, 2
    nuclei: Labels = np.where(disc((40, 40), (12, 20), 4) | disc((40, 40), (30, 20), 3), cells, 0).astype(np.uint16)
    return Outlines(cells, nuclei, {})


def test_dice_is_of_the_cell_that_shares_most_with_the_drawn_one() -> None:
    outlines = _outlines()
    for k in (1, 2):
        drawn = Masks(outlines.cells == k, outlines.nuclei == k)
        assert cell_dice(outlines, drawn) == (1.0, 1.0)
    larger = Masks(disc((120, 120), (37, 61), 24.5), disc((120, 120), (37, 61), 12.5))
    assert cell_dice(outlines, larger) == pytest.approx((1.0, 1.0), abs=0.1)
    nowhere = np.zeros((40, 40), bool)
    nowhere[:2, :2] = True
    assert cell_dice(outlines, Masks(nowhere, nowhere)) == (0.0, 0.0)


def test_a_drawn_piece_is_covered_as_far_as_cells_were_found_in_it() -> None:
    drawn = disc((120, 160), (40, 60), 20) | disc((120, 160), (120, 60), 20) | disc((120, 160), (5, 5), 2)
    found = np.zeros_like(drawn)
    found[:, :41] = True
    assert covered_shares(found, drawn) == pytest.approx([0.5, 0.0], abs=0.03)


def test_centres_are_the_nuclei_s() -> None:
    assert np.allclose(nucleus_centres(_outlines().nuclei), [(12, 20), (30, 20)])
    assert nucleus_centres(np.zeros((4, 4), np.uint16)) == []


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_dice_counts_shared_against_both(shared: int, found: int, drawn: int) -> None:
    line = np.arange(shared + found + drawn)
    first, second = line < shared + found, (line < shared) | (line >= shared + found)
    expected = 2 * shared / (2 * shared + found + drawn) if len(line) else 1.0
    assert dice(first, second) == pytest.approx(expected)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=20))
def test_an_interval_holds_its_value_and_repeats(images: list[tuple[int, int]]) -> None:
    ratio = Ratio("x", "y", [min(share, whole) for share, whole in images], [whole for _, whole in images])
    first = figure(ratio)
    assert first == figure(ratio)
    assert first.value == pytest.approx(sum(ratio.shares) / sum(ratio.wholes))
    assert 0 <= first.low <= first.high <= 1
    if len({share / whole for share, whole in zip(ratio.shares, ratio.wholes, strict=True)}) == 1:
        assert first.low == pytest.approx(first.high)
