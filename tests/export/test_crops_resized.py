"""A network learns from just what the kit will show it: torch and OpenCV make cells small and large alike."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.manifest import Preprocessing
from export.building.crops import _shown
from export.crops.resized import overlaps, resized
from export.crops.views import TORCH_VIEWS, outlines, pictures_of, viewed
from export.opinion.planes import crop_of
from models.marrowkit2026_opinion.net import SIZE_PX
from tests.tabled import drawn_cells

CELLS = drawn_cells(2)
SIZES_PX = [8, 16, *range(24, 81, 4), 33, 79, 81, 96, 100, 112, 128, 160, 224, 256]
GREY = 1 / 255


def as_the_kit(view: str, size_px: int) -> np.ndarray:
    """The kept cells as `marrowkit-export build` shows them, by OpenCV, without mean and std."""
    plain = Preprocessing(
        view=view, um_per_px=20 / size_px, size_px=size_px, mean=(0.0,), std=(1.0,),
        measures=(), measures_mean=(), measures_std=(),
    )  # fmt: skip
    return np.stack([_shown(crop_of(planes), plain) for planes in CELLS.planes])


@pytest.mark.parametrize("size_px", SIZES_PX)
@pytest.mark.parametrize("view", ["planes", "rgb-on-black", "nucleus"])
def test_training_and_kit_shrink_and_enlarge_alike(view: str, size_px: int) -> None:
    seen = viewed(pictures_of(CELLS.planes), view, size_px).numpy()
    assert np.abs(seen - as_the_kit(view, size_px)).max() < GREY / 100


@pytest.mark.parametrize("size_px", [24, 48, 64, 128])
@pytest.mark.parametrize("view", TORCH_VIEWS)
def test_every_view_is_the_kits_at_other_sizes(view: str, size_px: int) -> None:
    due = as_the_kit(view, size_px)
    np.testing.assert_allclose(viewed(pictures_of(CELLS.planes), view, size_px), due, atol=1e-3 * due.max())


@given(st.integers(1, 200), st.data())
def test_overlaps_are_those_of_opencv(lines: int, data: st.DataObject) -> None:
    parts = data.draw(st.integers(1, lines))
    picture = np.random.default_rng(lines).random((lines, lines)).astype(np.float32)
    due = cv2.resize(picture, (parts, parts), interpolation=cv2.INTER_AREA)
    found = resized(torch.from_numpy(picture)[None, None], parts)[0, 0]
    np.testing.assert_allclose(found, due.reshape(parts, parts), atol=1e-4)


@given(st.integers(1, 300), st.data())
def test_all_light_is_shared_out(lines: int, data: st.DataObject) -> None:
    parts = data.draw(st.integers(1, lines))
    by = overlaps(lines, parts)
    torch.testing.assert_close(by.sum(1), torch.ones(parts))
    torch.testing.assert_close(by.sum(0), torch.full((lines,), parts / lines))


@pytest.mark.parametrize("size_px", [SIZE_PX, 64, 96])
def test_mixed_precision_changes_nothing_that_a_network_is_shown(size_px: int) -> None:
    pictures = pictures_of(CELLS.planes)
    plain = viewed(pictures, "relative-density", size_px), outlines(pictures, size_px)
    with torch.autocast("cpu", torch.bfloat16):
        mixed = viewed(pictures, "relative-density", size_px), outlines(pictures, size_px)
    assert all(map(torch.equal, plain, mixed))
