"""A network sees what was drawn: centred, at its own scale, without stain or neighbours where the view says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bundle.manifest import Calibration, Preprocessing
from edge.bundle.tensors import IMAGE, LOGITS, MEASURES, probabilities
from edge.decide.network import BATCH, NetworkOpinion, prepared
from edge.decide.views import VIEWS, Planes, View, cell_density, channels, rgb, show_cells
from edge.errors import BadMeasures
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.optics.normal import NormalField, normalise
from edge.optics.planes import Mask
from edge.runtime.fake import FakeSession
from edge.segment.density import DensityFinder
from edge.segment.find import SegmentOptions, find_cells
from edge.types import Outlines
from tests.drawn import DrawnCell, as_labels, drawn_smear, ellipse, field_of, one_cell, textured

SIZE = (180, 160)
CELL, NUCLEUS = ellipse(SIZE, (90, 80), 32), ellipse(SIZE, (90, 80), 20)


def seen(view: View, normal: NormalField, outlines: Outlines, size_px: int = 64, um_per_px: float = 0.25) -> Planes:
    return show_cells(normal, outlines, label_windows(outlines.cells), view, size_px, um_per_px)


def stained(cell: Mask, nucleus: Mask, strength: float = 1.0) -> NormalField:
    """Cytoplasm and nucleus whose dyes absorb `strength` times as much as usual."""
    absorbed = cell[..., None] * np.array((0.2, 0.25, 0.1)) + nucleus[..., None] * np.array((0.4, 0.5, 0.2))
    return field_of((10 ** (-strength * absorbed)).astype(np.float32))


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize(("size_px", "um_per_px"), [(8, 0.25), (64, 0.25), (96, 0.2), (112, 0.1), (1, 0.1)])
def test_a_view_has_its_channels_and_its_size(name: str, size_px: int, um_per_px: float) -> None:
    planes = seen(VIEWS[name], stained(CELL, NUCLEUS), one_cell(CELL, NUCLEUS), size_px, um_per_px)
    assert planes.shape == (1, channels(VIEWS[name]), size_px, size_px)
    assert planes.dtype == np.float32
    assert np.isfinite(planes).all()


def test_views_have_the_channels_that_bundles_count_on() -> None:
    found = {name: channels(view) for name, view in VIEWS.items()}
    assert found.items() >= {"rgb": 3, "cell-density": 4}.items()


@pytest.mark.parametrize(("size_px", "um_per_px"), [(80, 0.2), (64, 0.25), (128, 0.125), (40, 0.4)])
def test_the_nucleus_lies_in_the_middle_with_its_true_size(size_px: int, um_per_px: float) -> None:
    (planes,) = seen(cell_density, stained(CELL, NUCLEUS), one_cell(CELL, NUCLEUS), size_px, um_per_px)
    nucleus = planes[3]
    area_um2 = float(nucleus.sum()) * um_per_px**2
    assert area_um2 == pytest.approx(np.count_nonzero(NUCLEUS) * 0.04, rel=0.02)
    ys, xs = np.nonzero(nucleus > 0.5)
    middle = (size_px - 1) / 2
    assert (xs.mean(), ys.mean()) == pytest.approx((middle, middle), abs=1.0)
    assert (planes[:3][:, nucleus > 0.99]).mean() == pytest.approx(1.0, rel=0.03)
    outside = np.hypot(*(np.indices((size_px, size_px)) - middle)) * um_per_px > 32 * 0.2 + 1
    assert not planes[:, outside].any()


@given(st.floats(0.4, 2.0))
@settings(max_examples=25)
def test_the_strength_of_the_stain_is_divided_out(strength: float) -> None:
    outlines = one_cell(CELL, NUCLEUS)
    (usual,) = seen(cell_density, stained(CELL, NUCLEUS), outlines)
    (other,) = seen(cell_density, stained(CELL, NUCLEUS, strength), outlines)
    inner = usual[3] > 0.99
    np.testing.assert_allclose(other[:3, inner], usual[:3, inner], atol=0.02)
    assert float(np.abs(other - usual).mean()) < 0.01  # blurred edges are averaged as light, which is not linear


@pytest.mark.parametrize("light", [0.8, 0.9, 1.1])
def test_exposure_is_divided_out(light: float) -> None:
    pixels = drawn_smear([DrawnCell(20, 18), DrawnCell(44, 30, 10, 7)], (66, 60), 0.15)
    usual = normalise(pixels, 0.15)
    outlines = find_cells(usual, DensityFinder(), SegmentOptions())
    other = normalise(np.clip(pixels * light, 0, 255).astype(np.uint8), 0.15)
    difference = np.abs(seen(cell_density, other, outlines) - seen(cell_density, usual, outlines))
    assert len(difference) == 2
    assert float(difference.mean()) < 0.01
    assert float(np.quantile(difference, 0.995)) < 0.12


@given(st.integers(-58, 57), st.integers(-48, 47))
@settings(max_examples=30)
def test_moving_a_cell_moves_nothing_in_its_view(right: int, down: int) -> None:
    def moved(mask: Mask) -> Mask:
        return np.roll(mask, (down, right), axis=(0, 1))

    usual = seen(cell_density, stained(CELL, NUCLEUS), one_cell(CELL, NUCLEUS))
    other = seen(cell_density, stained(moved(CELL), moved(NUCLEUS)), one_cell(moved(CELL), moved(NUCLEUS)))
    np.testing.assert_array_equal(other, usual)


def test_a_neighbour_is_seen_in_the_picture_but_not_in_the_cell() -> None:
    size = (260, 160)
    left, right = ellipse(size, (90, 80), 32), ellipse(size, (156, 80), 32)
    inner = ellipse(size, (90, 80), 20) | ellipse(size, (156, 80), 20)
    both = Outlines(as_labels(left) + 2 * as_labels(right), (as_labels(left) + 2 * as_labels(right)) * inner, {})
    field, alone = stained(left | right, inner), one_cell(left, left & inner)
    np.testing.assert_array_equal(seen(cell_density, field, both)[0], seen(cell_density, field, alone)[0])
    assert seen(rgb, field, both)[0][:, 32, -3:].max() < 0.9


def test_the_picture_beyond_the_field_is_clear() -> None:
    corner = ellipse(SIZE, (0, 0), 30)
    (planes,) = seen(rgb, stained(corner, corner), one_cell(corner, corner), 120, 0.2)
    assert (planes[:, :20, :20] == 1.0).all()


def preprocessing(**changes: object) -> Preprocessing:
    plain = {
        "view": "rgb",
        "um_per_px": 0.25,
        "size_px": 16,
        "mean": (0.5, 0.25, 0.0),
        "std": (0.5, 1.0, 2.0),
        "measures": ("nc_ratio", "diameter_um"),
        "measures_mean": (0.5, 10.0),
        "measures_std": (0.25, 2.0),
    }
    return Preprocessing.model_validate({**plain, **changes})


def grid_of_cells(count: int) -> tuple[NormalField, Outlines]:
    """That many small cells, side by side, from left to right and from top to bottom."""
    columns = 16
    labels = np.zeros((20 * -(-count // columns), 20 * columns), np.uint16)
    for k in range(count):
        row, column = 20 * (k // columns), 20 * (k % columns)
        labels[row + 1 : row + 19, column + 1 : column + 19] = k + 1
    return field_of(textured(labels > 0)), Outlines(labels, labels, {})


def test_inputs_are_standardised_as_the_manifest_says() -> None:
    normal, outlines = grid_of_cells(3)
    features = measure_cells(normal, outlines)
    windows = tuple(label_windows(outlines.cells))
    given_in = prepared(preprocessing(), normal, outlines, windows, features)
    plain = show_cells(normal, outlines, windows, rgb, 16, 0.25)
    np.testing.assert_allclose(given_in[IMAGE][:, 0], (plain[:, 0] - 0.5) / 0.5, rtol=1e-5)
    np.testing.assert_allclose(given_in[IMAGE][:, 2], plain[:, 2] / 2, rtol=1e-5)
    expected = [[(each.nc_ratio - 0.5) / 0.25, (each.diameter_um - 10) / 2] for each in features]
    np.testing.assert_allclose(given_in[MEASURES], expected, rtol=1e-5)
    assert {array.dtype for array in given_in.values()} == {np.dtype(np.float32)}
    bare = prepared(preprocessing(measures=(), measures_mean=(), measures_std=()), normal, outlines, windows, features)
    assert set(bare) == {IMAGE}


@pytest.mark.parametrize("count", [1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH - 5])
def test_every_cell_gets_its_own_answer_whatever_the_batch(count: int) -> None:
    normal, outlines = grid_of_cells(count)
    # the network answers with the mean brightness of the cell that it was shown
    session = FakeSession(lambda inputs: {LOGITS: np.asarray(inputs[IMAGE].mean(axis=(2, 3))[:, :2] * 5, np.float32)})
    calibration = Calibration(temperature=1.5, bias=(0.1, 0.0))
    opinion = NetworkOpinion(session, preprocessing(), calibration)
    judged = opinion.judge(normal, outlines, measure_cells(normal, outlines))
    colours = show_cells(normal, outlines, label_windows(outlines.cells), rgb, 16, 0.25)[:, :2].mean(axis=(2, 3))
    due = probabilities(np.asarray((colours - (0.5, 0.25)) / (0.5, 1.0) * 5, np.float32), calibration)
    np.testing.assert_allclose(judged.shares, due, atol=1e-5)
    assert max(len(asked[IMAGE]) for asked in session.asked) <= BATCH


def test_an_unknown_measure_is_told() -> None:
    normal, outlines = grid_of_cells(1)
    inputs = preprocessing(measures=("mood",), measures_mean=(0.0,), measures_std=(1.0,))
    with pytest.raises(BadMeasures, match="mood"):
        prepared(inputs, normal, outlines, tuple(label_windows(outlines.cells)), measure_cells(normal, outlines))


@pytest.mark.parametrize("name", ["rgb", "rgb-on-black"])
def test_blue_first_is_the_same_picture_the_other_way_round(name: str) -> None:
    field, outlines = stained(CELL, NUCLEUS), one_cell(CELL, NUCLEUS)
    red_first, blue_first = (seen(VIEWS[each], field, outlines)[0] for each in (name, name.replace("rgb", "bgr")))
    np.testing.assert_array_equal(blue_first, red_first[::-1])


def test_on_black_only_the_cell_is_left() -> None:
    field, outlines = stained(CELL, NUCLEUS), one_cell(CELL, NUCLEUS)
    alone, whole = (seen(VIEWS[each], field, outlines)[0] for each in ("rgb-on-black", "rgb"))
    share = seen(VIEWS["cell-density"], field, outlines)[0][:3].max(axis=0) > 0
    assert not alone[:, :3, :3].any()
    np.testing.assert_allclose(alone[:, 32, 32], whole[:, 32, 32])
    assert share[32, 32]
    assert (whole[:, :3, :3] == 1).all()
