"""Where no red cell tells the scale: nuclei say whether the assumed one is possible."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.optics.planes import Mask
from edge.scale.choose import choose_scale
from edge.scale.nuclei import POSSIBLE_UM, USUAL_SD, USUAL_UM, possible_um_per_px
from edge.types import Frame, Pixels
from tests.drawn import ellipse

NUCLEUS, CYTOPLASM = (0.45, 0.75, 0.20), (0.12, 0.22, 0.08)
RED_CELL = (0.06, 0.14, 0.12)
ASSUMED = 0.1


def picture(side_px: int, *parts: tuple[Mask, tuple[float, float, float]]) -> Pixels:
    """Pale glass with things of these optical densities on it."""
    density = np.full((side_px, side_px, 3), 0.02)
    for where, colour in parts:
        density[where] = colour
    return np.asarray(np.round(235 * 10.0**-density), np.uint8)


def one_cell(nucleus_px: int, share: float = 0.45) -> Pixels:
    """A cell cut out of its field: the nucleus has this share of the picture's side."""
    side = round(nucleus_px / share)
    middle, size = (side // 2, side // 2), (side, side)
    cell = ellipse(size, middle, round(0.7 * nucleus_px))
    return picture(side, (cell, CYTOPLASM), (ellipse(size, middle, nucleus_px // 2), NUCLEUS))


@settings(max_examples=15, deadline=None)
@given(nucleus_px=st.integers(45, 60) | st.integers(180, 400))
def test_a_nucleus_that_would_be_none_tells_the_scale(nucleus_px: int) -> None:
    found = possible_um_per_px(one_cell(nucleus_px), ASSUMED if nucleus_px > 60 else ASSUMED / 1.2)
    assert found is not None
    assert found * nucleus_px == pytest.approx(USUAL_UM, rel=0.1)


@settings(max_examples=15, deadline=None)
@given(nucleus_px=st.integers(60, 150))
def test_a_possible_scale_is_believed(nucleus_px: int) -> None:
    assert POSSIBLE_UM[0] <= nucleus_px * ASSUMED <= POSSIBLE_UM[1]
    assert possible_um_per_px(one_cell(nucleus_px), ASSUMED) is None


def test_it_stays_an_assumption_of_the_bundle_with_its_doubt() -> None:
    scale = choose_scale(Frame(one_cell(40)), bundle_um_per_px=ASSUMED)
    assert (scale.source, scale.relative_sd) == ("bundle", USUAL_SD)
    assert scale.um_per_px == pytest.approx(USUAL_UM / 40, rel=0.1)


def clump() -> Pixels:
    size = (600, 600)
    discs = [ellipse(size, (x, 300), 90) for x in (110, 250, 390, 500)]
    return picture(600, *((disc, NUCLEUS) for disc in discs))


UNTOLD = {
    "a platelet in a wide field": picture(600, (ellipse((600, 600), (300, 300), 12), NUCLEUS)),
    "a clump": clump(),
    "nothing": picture(200),
    "red cells alone": picture(200, (ellipse((200, 200), (100, 100), 20), RED_CELL)),
}


@pytest.mark.parametrize("pixels", UNTOLD.values(), ids=UNTOLD.keys())
def test_what_is_no_single_nucleus_tells_nothing(pixels: Pixels) -> None:
    assert possible_um_per_px(pixels, ASSUMED) is None
