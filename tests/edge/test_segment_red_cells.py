"""What looks like this field's red cells is no nucleus, whatever colour they have; a nucleus is none of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.optics.normal import NormalField
from edge.segment.colours import mean_colours
from edge.segment.red_cells import RedCellLimits, without_red_cells
from edge.segment.spread import Pieces
from tests.drawn import clear_field, ellipse

SIZE = (300, 240)
LIMITS = RedCellLimits()
Density = tuple[float, float, float]
MAGENTA: Density = (0.15, 0.75, 0.25)
STEEL_BLUE: Density = (0.31, 0.24, 0.10)
TAN: Density = (0.06, 0.14, 0.12)
NUCLEUS: Density = (0.45, 0.75, 0.20)
FREE = ((40, 40), (120, 40), (200, 40), (260, 120))
"""Where red cells lie that nobody took for a nucleus."""


def field(red_cell: Density, taken: Density, free: int = 4) -> tuple[NormalField, Pieces]:
    """A field with so many free red cells and one disc, labelled 1, that was taken for a nucleus."""
    normal, nuclei = clear_field(SIZE), np.zeros(SIZE[::-1], np.int32)
    for x, y in FREE[:free]:
        normal.transmittance[ellipse(SIZE, (x, y), 18)] = 10.0 ** -np.array(red_cell)
    disc = ellipse(SIZE, (120, 160), 18)
    normal.transmittance[disc] = 10.0 ** -np.array(taken)
    nuclei[disc] = 1
    return normal, nuclei


def _left(normal: NormalField, pieces: Pieces, nuclei: Pieces, limits: RedCellLimits) -> Pieces:
    return without_red_cells(normal, pieces, nuclei, mean_colours(normal, nuclei), limits)


def kept(normal: NormalField, nuclei: Pieces, limits: RedCellLimits = LIMITS) -> bool:
    return bool(_left(normal, nuclei, nuclei, limits).any())


@pytest.mark.parametrize("red_cell", [MAGENTA, STEEL_BLUE, TAN])
@given(thickness=st.floats(0.6, 1.9))
def test_a_red_cell_is_none_however_thick_and_whatever_its_colour(red_cell: Density, thickness: float) -> None:
    red, green, blue = (thickness * each for each in red_cell)
    assert not kept(*field(red_cell, (red, green, blue)))


@pytest.mark.parametrize("red_cell", [MAGENTA, STEEL_BLUE, TAN])
def test_a_nucleus_beside_red_cells_of_any_colour_stays(red_cell: Density) -> None:
    assert kept(*field(red_cell, NUCLEUS))


def test_what_has_their_hue_but_is_far_denser_stays() -> None:
    red, green, blue = (2.5 * each for each in TAN)
    assert kept(*field(TAN, (red, green, blue)))


@pytest.mark.parametrize(("free", "expected"), [(0, True), (1, True), (3, False)])
def test_without_red_cells_to_compare_with_nothing_is_dropped(free: int, expected: bool) -> None:
    assert kept(*field(MAGENTA, MAGENTA, free)) == expected


def test_what_nobody_dropped_is_the_same_array_of_labels() -> None:
    normal, nuclei = field(TAN, NUCLEUS)
    np.testing.assert_array_equal(_left(normal, nuclei, nuclei, LIMITS), nuclei)


def test_a_field_without_nuclei_stays_without() -> None:
    normal, nuclei = field(TAN, NUCLEUS)
    assert not kept(normal, np.zeros_like(nuclei))


def test_stain_that_belongs_to_a_nucleus_is_no_red_cell() -> None:
    """The cell's own cytoplasm, under its id in the pieces, does not become what it is compared with."""
    normal, nuclei = field(MAGENTA, NUCLEUS, free=0)
    cytoplasm = ellipse(SIZE, (120, 160), 60)
    normal.transmittance[cytoplasm & (nuclei == 0)] = 10.0 ** -np.array(NUCLEUS)
    assert _left(normal, cytoplasm.astype(np.int32), nuclei, LIMITS).any()


@given(degrees=st.floats(0, 11), thickness=st.floats(0.6, 1.9))
def test_the_limits_are_an_angle_and_a_multiple(degrees: float, thickness: float) -> None:
    one, other = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    turned = np.cos(np.radians(degrees)) * one + np.sin(np.radians(degrees)) * other
    seen = 0.4 * thickness * turned / max(turned[0], 1e-9)
    normal, nuclei = field((0.4, 0.0, 0.0), tuple(seen))
    assert not kept(normal, nuclei)
    assert kept(normal, nuclei, RedCellLimits(hue_degrees=max(degrees - 1, -1)))
