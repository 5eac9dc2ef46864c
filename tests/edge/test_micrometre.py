"""Even lines are measured to a thousandth, whichever way they lie; what is no ruling is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.scale.micrometre import find_lines
from edge.types import Pixels
from tests.cases import painted_pixels

SIZE = (960, 720)


def ruling(period_px: float, angle_deg: float, size: tuple[int, int] = SIZE, seed: int = 0) -> Pixels:
    """Dark lines on a lit field with noise, a little blur, and light that falls off: (height, width, 3)."""
    width, height = size
    ys, xs = np.mgrid[0:height, 0:width]
    angle = np.deg2rad(angle_deg)
    across = (xs - width / 2) * np.cos(angle) + (ys - height / 2) * np.sin(angle)
    from_line = np.abs((across + period_px / 3) % period_px - period_px / 2)
    grey = np.where(from_line < max(1.5, 0.06 * period_px), 60.0, 225.0)
    grey = cv2.GaussianBlur(grey, (0, 0), 1.2) - 30 * ((xs / width - 0.5) ** 2 + (ys / height - 0.5) ** 2)
    noisy = grey + np.random.default_rng(seed).normal(0, 5, grey.shape)
    return np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@settings(max_examples=12)
@given(period_px=st.floats(10, 100), angle_deg=st.floats(0, 180), seed=st.integers(0, 99))
def test_the_period_is_right_whichever_way_lines_lie(period_px: float, angle_deg: float, seed: int) -> None:
    lines = find_lines(ruling(period_px, angle_deg, seed=seed))
    assert lines is not None
    assert lines.period_px == pytest.approx(period_px, rel=0.004)
    assert abs(lines.period_px / period_px - 1) < 3 * lines.relative_sd
    assert abs(np.sin(np.deg2rad(lines.angle_deg - angle_deg))) < 0.03


def test_large_pictures_are_measured_in_their_own_pixels() -> None:
    lines = find_lines(ruling(97.0, 20, (2880, 2160)))
    assert lines is not None
    assert lines.period_px == pytest.approx(97.0, rel=0.004)


@pytest.mark.parametrize("seed", range(3))
def test_a_smear_is_no_micrometre_slide(seed: int) -> None:
    assert find_lines(painted_pixels(seed)) is None


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((720, 960, 3), 200, np.uint8),
        np.random.default_rng(1).integers(0, 255, (720, 960, 3), np.uint8),
        ruling(300.0, 0),
        np.maximum(ruling(40.0, 0), ruling(40.0, 90)) // 2 + np.minimum(ruling(40.0, 0), ruling(40.0, 90)) // 2,
    ],
    ids=["blank", "noise", "too few lines", "a grid"],
)
def test_what_has_no_one_direction_of_even_lines_is_none(pixels: Pixels) -> None:
    assert find_lines(pixels) is None
