"""Histograms in a graph are NumPy's; Otsu's threshold and the equalised picture are OpenCV's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from export.onnx_export import to_onnx
from models.histogram import counts, equalised, otsu, whole_levels

Grey = NDArray[np.uint8]
SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed: int, height: int = 40, width: int = 33) -> Grey:
    """A picture of two heaps of grey levels, of any spread and share."""
    random = np.random.default_rng(seed)
    heap = random.random((height, width)) < random.uniform(0.05, 0.95)
    centre, spread = random.uniform(0, 255, 2), random.uniform(1, 40, 2)
    levels = np.where(heap, *(random.normal(c, s, heap.shape) for c, s in zip(centre, spread, strict=True)))
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def tensor(*pictures: Grey) -> Tensor:
    return torch.from_numpy(np.stack(pictures).astype(np.float32))


@given(SEEDS)
def test_counts_are_numpys(seed: int) -> None:
    pictures = drawn(seed), drawn(seed + 1)
    due = [np.bincount(each.ravel(), minlength=256) for each in pictures]
    assert np.array_equal(counts(tensor(*pictures)).numpy(), due)


@given(SEEDS)
def test_otsus_level_is_opencvs(seed: int) -> None:
    picture = drawn(seed)
    due, _ = cv2.threshold(picture, 0, 255, cv2.THRESH_OTSU)
    found = float(otsu(tensor(picture))[0])
    if found != due:  # levels that divide alike to the last bits of a float
        assert abs(_between(picture, found) - _between(picture, due)) < 1e-4 * _between(picture, due)


def _between(picture: Grey, level: float) -> float:
    """Variance between the classes that a level makes."""
    above = picture > level
    share = float(above.mean())
    if share in (0.0, 1.0):
        return 0.0
    return share * (1 - share) * float(picture[above].mean() - picture[~above].mean()) ** 2


@given(SEEDS)
def test_the_equalised_picture_is_opencvs(seed: int) -> None:
    picture = drawn(seed)
    found = equalised(tensor(picture))[0].numpy()
    due = cv2.equalizeHist(picture).astype(np.float32)
    assert np.abs(found - due).max() <= 1  # OpenCV multiplies by a rounded quotient
    assert (found != due).mean() < 0.05


@pytest.mark.parametrize("level", [0, 17, 255])
def test_a_picture_of_one_level_stays_as_it_is(level: int) -> None:
    flat = np.full((6, 5), level, np.uint8)
    assert np.array_equal(equalised(tensor(flat))[0].numpy(), flat)
    assert np.array_equal(cv2.equalizeHist(flat), flat)


def test_light_becomes_levels() -> None:
    light = torch.tensor([-0.1, 0.0, 0.5, 1.0, 1.15])
    assert whole_levels(light).tolist() == [0, 0, 128, 255, 255]


class _Both(nn.Module):
    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        levels = whole_levels(image)
        return otsu(levels), equalised(levels)


def test_engines_compute_the_same() -> None:
    light = tensor(drawn(1), drawn(2)) / 255
    assert to_onnx(_Both(), {"image": light}, {"image": {0: "cells"}}, ("level", "picture"))
