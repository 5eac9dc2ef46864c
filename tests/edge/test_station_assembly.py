"""A bundle becomes a station, or a sentence that says why not; and outlines become cells of the picture."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleDamaged, BundleUnsupported
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.optics.normal import NormalField, normalise
from edge.segment.density import DensityFinder
from edge.segment.find import SegmentOptions, find_cells
from edge.station import open_station
from edge.station.assembly import segment_options
from edge.station.cells import cells_of
from edge.station.enlarge import input_labels
from edge.types import Labels
from tests.drawn import DrawnCell, drawn_smear, ellipse, one_cell
from tests.tiny import judging_bundle, tiny_fields, trusting

SEGMENTATION = tiny_fields()["segmentation"] | {"method": "density"}
PREPROCESSING = tiny_fields()["preprocessing"]

UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("scale", {"segmentation": {**SEGMENTATION, "um_per_px": 0.25}}, r"segmentation\.um_per_px: .* 0\.2, not 0\.25"),
    ("limits", {"segmentation": {**SEGMENTATION, "limits": {"mood": 1.0}}}, r"segmentation\.limits: .* no mood"),
    ("view", {"preprocessing": {**PREPROCESSING, "view": "x-ray"}}, r"preprocessing\.view"),
    ("channels", {"preprocessing": {**PREPROCESSING, "view": "cell-density"}}, r"preprocessing\.mean: .* 4 channels"),
]


@pytest.mark.parametrize(("changes", "said"), [case[1:] for case in UNFIT], ids=[case[0] for case in UNFIT])
def test_what_this_kit_cannot_do_is_said_before_an_engine_starts(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    bundle = judging_bundle(tmp_path / "b", "density", **changes)
    with pytest.raises(BundleUnsupported, match=said):
        open_station(str(bundle.path), trusting(tmp_path / "data"))


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"version": 1}'])
@pytest.mark.parametrize("name", ["fuzzy.json", "rbf.json"])
def test_rules_that_cannot_be_read_are_damaged(name: str, content: bytes, tmp_path: Path) -> None:
    bundle = judging_bundle(tmp_path / "b", "density", {name: content})
    with pytest.raises(BundleDamaged, match="again"):
        open_station(str(bundle.path), trusting(tmp_path / "data"))


def test_the_bundles_limits_reach_the_search_for_cells(tmp_path: Path) -> None:
    given_limits = {"cell": 0.4, "least_nucleus_um2": 20.0, "sure": 0.9, "hole_um2": 2.0}
    bundle = judging_bundle(tmp_path / "b", "density", segmentation={**SEGMENTATION, "limits": given_limits})
    finds = bundle.manifest.segmentation
    assert finds is not None
    options = segment_options(finds)
    assert (options.instances.cell, options.instances.least_nucleus_um2) == (0.4, 20.0)
    assert (options.outline.sure, options.outline.hole_um2) == (0.9, 2.0)
    assert options.instances.seam == SegmentOptions().instances.seam


CELLS = (DrawnCell(20.3, 18.7, 12, 8), DrawnCell(48.1, 20.2, 9.5, 7.2), DrawnCell(33.9, 41.6, 14, 9, 1.25, 0.7))


@pytest.mark.parametrize("um_per_px", [0.09, 0.13, 0.2, 0.27, 0.35])
def test_cells_are_found_where_they_were_drawn_at_any_magnification(um_per_px: float) -> None:
    normal = normalise(drawn_smear(CELLS, (66, 60), um_per_px), um_per_px)
    outlines = find_cells(normal, DensityFinder(), SegmentOptions())
    for drawn, cell in zip(CELLS, cells_of(normal, outlines, measure_cells(normal, outlines)), strict=True):
        x, y = drawn.x_um / um_per_px - 0.5, drawn.y_um / um_per_px - 0.5
        assert cell.centre_px == pytest.approx((x, y), abs=0.5)
        across = drawn.diameter_um / um_per_px
        assert math.sqrt(cell.box.width_px * cell.box.height_px) == pytest.approx(across, rel=0.09)
        assert cell.box.x_px + cell.box.width_px / 2 - 0.5 == pytest.approx(x, abs=1.0)


@given(st.integers(40, 400), st.integers(40, 400), st.floats(0.2, 0.8), st.floats(0.2, 0.8))
def test_points_and_boxes_follow_the_label_image_to_the_pictures_size(
    width: int, height: int, left: float, top: float
) -> None:
    disc = ellipse((100, 80), (100 * left, 80 * top), 12)
    normal = NormalField(np.ones((80, 100, 3), np.float32), np.ones((80, 100), np.bool_), (width, height))
    (cell,) = cells_of(normal, one_cell(disc, disc), measure_cells(normal, one_cell(disc, disc)))
    large = input_labels(disc.astype(np.uint16), (width, height))
    ys, xs = np.nonzero(large)
    half = 0.5 * max(1.0, width / 100, height / 80)
    assert cell.centre_px == pytest.approx((xs.mean(), ys.mean()), abs=half)
    ((_, window),) = label_windows(large)
    # shrinking may pass over the single pixel by which a disc touches its box
    assert cell.box.x_px == pytest.approx(window.left, abs=1.0 + 2 * half)
    assert cell.box.y_px + cell.box.height_px == pytest.approx(window.bottom, abs=1.0 + 2 * half)


def checked_ids() -> Labels:
    random = np.random.default_rng(0)
    return np.kron(random.permutation(65_536)[:600].reshape(20, 30), np.ones((4, 4))).astype(np.uint16)


def test_label_images_keep_every_id_exactly() -> None:
    labels = checked_ids()
    doubled = input_labels(labels, (240, 160))
    assert np.array_equal(doubled, np.kron(labels, np.ones((2, 2), np.uint16)))
    assert np.array_equal(input_labels(doubled, (120, 80)), labels)
    # where three labels meet none may hold more than half of a pixel
    assert set(np.unique(input_labels(labels, (91, 67)))) <= {0, *np.unique(labels).tolist()}


def test_label_images_are_not_shifted_by_half_a_pixel() -> None:
    disc = ellipse((300, 300), (149.5, 149.5), 60).astype(np.uint16)
    for side in (100, 130, 200, 299, 470, 900):
        ys, xs = np.nonzero(input_labels(disc, (side, side)))
        assert (xs.mean(), ys.mean()) == pytest.approx([(side - 1) / 2] * 2, abs=0.02)


@pytest.mark.parametrize("ratio", [1.3, 2.0, 3.7])
def test_levels_tell_where_between_two_pixels_an_outline_runs(ratio: float) -> None:
    y, x = np.mgrid[:60, :60]
    distance = 20.4 - np.hypot(y - 29.7, x - 29.3)
    side = round(60 * ratio)
    y, x = (np.mgrid[:side, :side] + 0.5) * 60 / side - 0.5
    true = np.hypot(y - 29.7, x - 29.3) < 20.4
    labels, level = (distance > 0).astype(np.uint16), np.clip(distance / 3, -1, 1).astype(np.float32)
    wrong = [np.count_nonzero((input_labels(labels, (side, side), each) > 0) ^ true) for each in (level, None)]
    assert wrong[0] < 0.006 * np.count_nonzero(true)
    assert wrong[0] < 0.6 * wrong[1]


@given(st.integers(0, 9999), st.floats(1.1, 4.0))
def test_beside_a_label_there_are_no_specks(seed: int, ratio: float) -> None:
    """However steep the levels: what is a label at the picture's size lies within a working pixel of one."""
    random = np.random.default_rng(seed)
    labels = np.zeros((24, 24), np.uint16)
    labels[6:18, 6:18] = random.random((12, 12)) > 0.5
    level = random.choice(np.array([-1, -0.03, 0.03, 1], np.float32), labels.shape)
    side = round(24 * ratio)
    ys, xs = np.nonzero(input_labels(labels, (side, side), level))
    near = cv2.dilate(labels, np.ones((3, 3), np.uint8)) > 0
    assert near[(ys + 0.5).astype(int) * 24 // side, (xs + 0.5).astype(int) * 24 // side].all()


def test_cleaning_prevails_over_levels() -> None:
    labels = np.zeros((20, 20), np.uint16)
    labels[5:15, 5:15] = 1
    against = np.where(labels > 0, -1, 1).astype(np.float32)
    assert np.array_equal(input_labels(labels, (20, 20), against), labels)


def test_a_twelve_megapixel_label_image_is_made_once() -> None:
    large = input_labels(np.full((800, 1000), 7, np.uint16), (4000, 3000))
    assert (large.shape, large.nbytes) == ((3000, 4000), 24_000_000)
    # the outline is interpolated, so the picture's four corners are rounded by a pixel
    assert cv2.countNonZero(large) >= 12_000_000 - 4
