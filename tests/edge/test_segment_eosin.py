"""The nuclei of eosinophils: granules are told from chromatin, and every other cell is outlined as ever."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.optics.planes import Field, Mask
from edge.segment.channel import blue_channel
from edge.segment.eosin import eosin_share
from edge.segment.nucleus import OutlineOptions, nucleus_level, tidy
from tests.drawn import ellipse, eosinophil

OPTIONS = OutlineOptions()
WITHOUT = replace(OPTIONS, eosin=(8.0, 9.0))
"""No cell is an eosinophil."""
NUCLEUS = (0.38, 0.17, 0.60)
CYTOPLASM = {
    "eosinophil": ((0.68, 0.33, 0.57), (0.24, 0.5)),
    "neutrophil": ((0.84, 0.70, 0.80), (0.0, 0.18)),
    "lymphocyte": ((0.60, 0.57, 0.80), (-0.2, 0.18)),
    "monocyte": ((0.63, 0.55, 0.70), (0.0, 0.18)),
    "purple, of a blast": ((0.64, 0.36, 0.82), (0.0, 0.18)),
    "clear": ((1.0, 1.0, 1.0), (0.0, 0.0)),
}
"""Light through the cytoplasm of each kind, and what share of eosin is to be read from it."""
SIDE = np.indices((20, 20))[1] < 10


def halves(left: tuple[float, ...], right: tuple[float, ...]) -> Field:
    return np.where(SIDE[..., None], left, right).astype(np.float32)


@pytest.mark.parametrize("kind", CYTOPLASM)
def test_of_white_cells_only_eosinophils_have_much_eosin(kind: str) -> None:
    light, (least, most) = CYTOPLASM[kind]
    assert least <= eosin_share(halves(NUCLEUS, light), SIDE, ~SIDE) <= most


@given(st.floats(0.5, 1.6), st.sampled_from(sorted(CYTOPLASM)))
def test_the_share_of_eosin_is_the_same_in_a_thin_and_in_a_thick_film(thickness: float, kind: str) -> None:
    field = halves(NUCLEUS, CYTOPLASM[kind][0])
    thicker = (field**thickness).astype(np.float32)
    assert eosin_share(thicker, SIDE, ~SIDE) == pytest.approx(eosin_share(field, SIDE, ~SIDE), abs=1e-4)


def test_without_any_dye_there_is_no_share_and_no_error() -> None:
    assert eosin_share(np.ones((20, 20, 3), np.float32), SIDE, ~SIDE) == 0.0


def test_in_the_blue_channel_granules_are_nearer_to_clear_than_to_chromatin() -> None:
    nucleus, granules, clear = (
        float(blue_channel(halves(light, light))[10, 10])
        for light in (NUCLEUS, CYTOPLASM["eosinophil"][0], CYTOPLASM["clear"][0])
    )
    assert clear <= granules < clear + 0.6 * (nucleus - clear)


def outline(passed: Field, cell: Mask, said: Mask, options: OutlineOptions) -> Mask:
    sure = (0.02 + 0.96 * said).astype(np.float32)
    likelihood = np.asarray(cv2.GaussianBlur(sure, (0, 0), 1.0), np.float32)
    return tidy((nucleus_level(passed, cell, likelihood, options) > 0) & cell, options) & cell


def dice(one: Mask, other: Mask) -> float:
    return 2 * np.count_nonzero(one & other) / (np.count_nonzero(one) + np.count_nonzero(other))


def misled(granules: float, seed: int, options: OutlineOptions) -> float:
    """Dice of the nucleus where the network takes a part of the granules for nucleus."""
    passed, cell, nucleus = eosinophil(granules, seed)
    said = nucleus | (cell & (np.indices(cell.shape)[0] > 54))
    return dice(outline(passed, cell, said, options), nucleus)


@pytest.mark.parametrize("granules", [0.9, 1.0, 1.1])
@pytest.mark.parametrize("seed", range(4))
def test_the_nucleus_of_an_eosinophil_is_outlined_among_its_granules(granules: float, seed: int) -> None:
    assert misled(granules, seed, OPTIONS) > 0.95


def test_where_granules_and_folds_are_densest_two_channels_err_less_than_one() -> None:
    worst = [min(misled(1.2, seed, options) for seed in range(4)) for options in (OPTIONS, WITHOUT)]
    assert worst[0] > worst[1] + 0.01


def test_an_eosinophil_is_believed_its_colours_where_they_seem_to_be_of_one_kind() -> None:
    believed, not_believed = (replace(each, two_parts=(2.0, 3.0)) for each in (OPTIONS, WITHOUT))
    assert misled(1.0, 0, believed) > 0.95
    assert misled(1.0, 0, not_believed) < 0.8


def test_a_cell_without_eosin_is_outlined_as_ever() -> None:
    passed, cell, nucleus = eosinophil(0.1)
    likelihood = np.where(nucleus, 0.98, 0.02).astype(np.float32)
    assert eosin_share(passed, nucleus, cell & ~nucleus) < OPTIONS.eosin[0]
    first, second = (nucleus_level(passed, cell, likelihood, options) for options in (OPTIONS, WITHOUT))
    assert np.array_equal(first, second)


def test_a_little_more_eosin_moves_the_outline_a_little() -> None:
    areas, shares = [], []
    for granules in np.linspace(0.3, 1.0, 36):
        passed, cell, nucleus = eosinophil(float(granules))
        shares.append(eosin_share(passed, nucleus, cell & ~nucleus))
        areas.append(np.count_nonzero(outline(passed, cell, nucleus, OPTIONS)))
    assert shares[0] < OPTIONS.eosin[0] < OPTIONS.eosin[1] < shares[-1]
    assert np.abs(np.diff(areas)).max() < 0.02 * np.mean(areas)


def test_the_drawn_eosinophil_is_one() -> None:
    passed, cell, nucleus = eosinophil(1.0)
    assert eosin_share(passed, nucleus, cell & ~nucleus) > OPTIONS.eosin[1]
    assert not (nucleus & ~cell).any()
    assert np.count_nonzero(ellipse((80, 80), (40, 40), 33) & cell) > 0.95 * np.count_nonzero(cell)
