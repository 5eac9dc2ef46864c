"""A picture that was squeezed into a square is known by its cells, and measured as if it never had been."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.optics.normal import working_size
from edge.optics.squeeze import SqueezeLimits, released, squeeze_of
from edge.scale import measure
from edge.station import StationOptions, open_station
from edge.types import Frame, Pixels
from tests.cases import UM_PER_PX, painted_pixels

FORMATS = {4 / 3: (1280, 960), 16 / 9: (1280, 720)}


def squeezed(size_px: tuple[int, int], seed: int = 3) -> Pixels:
    """A painted field of this size, made a square as high as it was."""
    side = size_px[1]
    picture = painted_pixels(seed, 20, size_px)
    return np.asarray(cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


@pytest.mark.parametrize(("times", "size_px"), FORMATS.items())
@pytest.mark.parametrize("seed", range(3))
def test_cells_tell_how_wide_the_picture_was(times: float, size_px: tuple[int, int], seed: int) -> None:
    assert squeeze_of(squeezed(size_px, seed)) == times


@pytest.mark.parametrize("size_px", [(960, 960), (720, 720), (1280, 960), (1280, 720)])
@pytest.mark.parametrize("seed", range(3))
def test_a_picture_in_its_own_proportions_is_left_alone(size_px: tuple[int, int], seed: int) -> None:
    picture = painted_pixels(seed, 20, size_px)
    assert squeeze_of(picture) == 1.0
    assert released(picture, 1.0) is picture


def test_a_single_cell_may_be_longer_than_wide() -> None:
    alone = np.full((120, 120, 3), 230, np.uint8)
    cv2.ellipse(alone, (60, 60), (26, 44), 0, 0, 360, (200, 180, 216), -1)
    cv2.ellipse(alone, (60, 60), (18, 30), 0, 0, 360, (96, 42, 128), -1)
    assert squeeze_of(alone) == 1.0
    assert squeeze_of(alone, SqueezeLimits(crossings=10)) > 1.0


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_nothing_is_not_squeezed(level: int) -> None:
    assert squeeze_of(np.full((300, 300, 3), level, np.uint8)) == 1.0


@given(side=st.integers(20, 400), times=st.floats(1, 2))
@settings(max_examples=30)
def test_what_is_released_has_its_proportions_and_its_area(side: int, times: float) -> None:
    height, width = released(np.zeros((side, side, 3), np.uint8), times).shape[:2]
    assert width / height == pytest.approx(times, abs=2.5 * times / side)
    assert width * height == pytest.approx(side * side, rel=3 / side)


@given(st.tuples(st.integers(50, 1500), st.integers(50, 1500)), st.floats(0.05, 0.4), st.floats(1, 2))
def test_the_working_size_has_them_too(size_px: tuple[int, int], um_per_px: float, squeeze: float) -> None:
    width, height = working_size(size_px, um_per_px, squeeze)
    plain = working_size(size_px, um_per_px)
    # both are rounded to whole pairs of pixels
    assert width / plain[0] == pytest.approx(squeeze**0.5, abs=(1 + squeeze**0.5) / plain[0])
    assert height / plain[1] == pytest.approx(squeeze**-0.5, abs=2 / plain[1])


def test_the_ruler_reads_the_mean_of_both_directions() -> None:
    reading = measure(squeezed(FORMATS[4 / 3]))
    assert reading is not None
    assert reading.squeeze == 4 / 3
    assert reading.um_per_px == pytest.approx(UM_PER_PX * (4 / 3) ** 0.5, rel=0.08)


def test_the_station_finds_the_same_cells_and_says_what_happened(tmp_path: Path) -> None:
    size_px = (1280, 960)
    with closing(open_station(None, tmp_path, StationOptions())) as station:
        plain = station.examine(Frame(painted_pixels(3, 20, size_px)))
        square = station.examine(Frame(squeezed(size_px)))
    assert square.scale is not None
    assert square.scale.squeeze == 4 / 3
    assert "scale.squeezed" in {reason.code for reason in square.decision.reasons}
    assert square.cell_labels.shape == (960, 960)
    found = [(x, y) for x, y in (each.cell.centre_px for each in square.cells)]
    for each in plain.cells:
        x, y = each.cell.centre_px
        assert min(np.hypot(x * 0.75 - u, y - v) for u, v in found) < 12
    diameters = [np.median([each.cell.features.nucleus_diameter_um for each in one.cells]) for one in (plain, square)]
    assert diameters[1] == pytest.approx(diameters[0], rel=0.08)
