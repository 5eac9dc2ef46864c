"""One scale, one white: what the lamp, the camera and the objective did is divided out."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import FieldTooLarge
from edge.optics.normal import MOST_PX, WORKING_UM_PER_PX, density, normalise, resample, working_size
from edge.types import Pixels
from tests.cases import painted_pixels
from tests.drawn import DrawnCell, drawn_smear

CELLS = (DrawnCell(20, 18), DrawnCell(46, 24, 9, 7), DrawnCell(30, 44, 14, 10))


@cache
def drawn(um_per_px: float = 0.1) -> Pixels:
    return drawn_smear(CELLS, (66, 60), um_per_px)


@pytest.mark.parametrize("um_per_px", [0.07, 0.1, 0.2, 0.31, 0.47])
def test_a_field_has_one_size_at_any_magnification(um_per_px: float) -> None:
    normal = normalise(drawn(um_per_px), um_per_px)
    height, width = normal.picture.shape
    assert (width, height) == pytest.approx((330, 300), abs=3)
    assert normal.ratio == pytest.approx(um_per_px / WORKING_UM_PER_PX, rel=0.01)
    assert normal.transmittance.dtype == np.float32


@given(st.floats(0.6, 1.1))
@settings(max_examples=15)
def test_exposure_is_divided_out(light: float) -> None:
    as_drawn = normalise(drawn(), 0.1).transmittance
    other = normalise(np.clip(drawn() * light, 0, 255).round().astype(np.uint8), 0.1).transmittance
    assert float(np.abs(other - as_drawn).mean()) < 0.01
    assert float(np.abs(other - as_drawn).max()) < 0.06


def test_white_balance_and_vignetting_are_divided_out() -> None:
    pixels = drawn()
    height, width = pixels.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    shade = (1 - 0.18 * (x**2 + y**2) / 2)[..., None] * (1.0, 0.92, 0.8)
    shaded = normalise((pixels * shade).round().astype(np.uint8), 0.1).transmittance
    assert float(np.abs(shaded - normalise(pixels, 0.1).transmittance).mean()) < 0.01


def test_clear_background_is_one_and_nothing_exceeds_glare() -> None:
    normal = normalise(painted_pixels(3), 0.1)
    assert float(np.quantile(normal.transmittance, 0.8)) == pytest.approx(1.0, abs=0.03)
    assert float(normal.transmittance.max()) <= np.float32(1.15)
    assert float(density(normal.transmittance).min()) == 0.0


def test_density_is_a_logarithm_that_ends_at_one_grey_level() -> None:
    transmittance = np.array([[[1.15, 1.0, 0.1], [0.01, 1e-6, 0.0]]], np.float32)
    expected = [[[0, 0, 1], [2, np.log10(255), np.log10(255)]]]
    np.testing.assert_allclose(density(transmittance), expected, atol=1e-6)


def test_a_letter_box_is_no_picture() -> None:
    boxed = cv2.copyMakeBorder(painted_pixels(1, 3, (320, 240)), 80, 80, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    normal = normalise(np.asarray(boxed, np.uint8), 0.1)
    assert not normal.picture[:38].any()
    assert normal.picture[45:-45].all()
    assert (normal.transmittance[:38] == 1.0).all()


def test_a_cell_cut_out_of_its_field_keeps_its_own_light() -> None:
    y, x = np.mgrid[:200, :200]
    disc = np.hypot(x - 100, y - 100) < 60
    pixels = np.where(disc[..., None], np.array((160, 110, 180)), 0).astype(np.uint8)
    normal = normalise(pixels, 0.1)
    assert normal.cut_out
    assert not normalise(drawn(), 0.1).cut_out
    np.testing.assert_allclose(normal.transmittance[50, 50], np.array((161, 111, 181)) / 256, atol=0.01)
    assert (normal.transmittance[0, 0] == 1.0).all()


@given(st.integers(1, 20), st.integers(1, 20), st.floats(0.05, 1.0), st.integers(0, 3))
def test_no_picture_is_too_small(width: int, height: int, um_per_px: float, kind: int) -> None:
    noise = np.random.default_rng(kind).integers(0, 256, (height, width, 3)).astype(np.uint8)
    pixels = noise if kind else np.zeros_like(noise)
    normal = normalise(pixels, um_per_px)
    assert normal.transmittance.shape == (*normal.picture.shape, 3)
    assert np.isfinite(normal.transmittance).all()
    assert min(normal.ratios) > 0


@pytest.mark.parametrize(("size", "um_per_px"), [((4000, 3000), 0.3), ((1712, 1368), 10.0), ((100_000, 1_000), 0.1)])
def test_a_picture_of_too_much_is_refused_with_its_size(size: tuple[int, int], um_per_px: float) -> None:
    with pytest.raises(FieldTooLarge, match="µm, too much") as refusal:
        working_size(size, um_per_px)
    assert "scale" in refusal.value.remedy


def test_twelve_megapixels_at_the_working_scale_are_not_too_much() -> None:
    width, height = working_size((4000, 3000), WORKING_UM_PER_PX)
    assert (width, height) == (4000, 3000)
    assert width * height < MOST_PX


def test_shrinking_averages_and_growing_is_smooth() -> None:
    stripes = np.zeros((40, 40, 3), np.uint8)
    stripes[:, ::2] = 200
    assert np.unique(resample(stripes, (20, 20))).tolist() == [100]
    ramp = np.tile(np.arange(40, dtype=np.uint8)[:, None, None] * 6, (1, 40, 3))
    assert (np.diff(resample(ramp, (97, 97)).astype(int), axis=0) >= 0).all()
