"""Whether cells keep their class: the changes themselves, and what is counted of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.types import Examination, Frame
from export.sources import Example
from export.stability import CHANGES, Change, as_jpeg, brighter, kept_under
from tests.cases import UM_PER_PX, PaintedExaminer, painted_frame

SIZE = (1280, 960)

SQUARE = 20
"""Pixels, of which a half, a quarter and a fifth are whole ones."""


@dataclass
class Painted:
    """Painted cells, named by their size."""

    blast_labels = frozenset({"blast"})
    relabel: str | None = None

    def examine(self, frame: Frame) -> Examination:
        found = PaintedExaminer().examine(frame)
        if self.relabel is None or frame.pixels.shape[:2] == SIZE[::-1]:
            return found
        return replace(found, cells=tuple(replace(each, label=self.relabel) for each in found.cells))


@pytest.mark.parametrize("name", CHANGES)
@given(x=st.integers(0, 11), y=st.integers(0, 7))
def test_a_point_goes_where_its_pixel_goes(name: str, x: int, y: int) -> None:
    pixels = np.zeros((8 * SQUARE, 12 * SQUARE, 3), np.uint8)
    pixels[SQUARE * y : SQUARE * (y + 1), SQUARE * x : SQUARE * (x + 1)] = 200
    changed = CHANGES[name].of_pixels(pixels)[..., 1].astype(float)
    rows, columns = np.nonzero(changed > 100)
    middle = (SQUARE * (x + 0.5) - 0.5, SQUARE * (y + 0.5) - 0.5)
    assert CHANGES[name].of_point(middle, pixels.shape[1::-1]) == pytest.approx((columns.mean(), rows.mean()), abs=0.01)


@pytest.mark.parametrize("change", [CHANGES["turned"], CHANGES["mirrored"], CHANGES["10 % brighter"]])
def test_cells_that_stay_the_same_are_all_kept(change: Change) -> None:
    kept = kept_under(Painted(), change, [_field()])
    assert (kept.cells, kept.found, kept.label, kept.blast) == (19, 19, 19, 19)


def test_another_class_and_a_lost_cell_are_counted_as_changed() -> None:
    half = kept_under(Painted(relabel="blast"), CHANGES["halved"], [_field()])
    before = Painted().examine(painted_frame(3, 20, SIZE)).cells
    blasts = sum(each.label == "blast" and each.cell.countable for each in before)
    assert half.label == half.blast <= blasts < half.cells == 19
    nothing = Change(lambda pixels: np.full_like(pixels, 255), lambda point, _: point)
    gone = kept_under(Painted(), nothing, [_field()])
    assert (gone.cells, gone.found, gone.label) == (19, 0, 0)


def test_changes_change_little() -> None:
    pixels = painted_frame(3, 20, SIZE).pixels
    assert 0 < np.abs(as_jpeg(pixels).astype(int) - pixels).mean() < 6
    assert brighter(np.full((1, 1, 3), 100, np.uint8)).tolist() == [[[110, 110, 110]]]
    assert brighter(np.full((1, 1, 3), 250, np.uint8)).tolist() == [[[255, 255, 255]]]


def _field() -> Example:
    return Example("painted/3", painted_frame(3, 20, SIZE).pixels, UM_PER_PX, "painted")
