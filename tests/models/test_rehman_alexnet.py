"""Rehman's room: the threshold and the opening are OpenCV's, in the graph; classes weigh as told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

import models.rehman2018_alexnet.net as room
from export.onnx_export import to_onnx
from models.backbones.alexnet import HEAD, AlexNet
from models.backbones.published import start_from
from models.golden import drawn_weights
from models.rehman2018_alexnet.golden import GOLDEN_FILE, disc, golden
from models.rehman2018_alexnet.net import RehmanNet, loss, network
from models.rehman2018_alexnet.segment import Segmented, opened, saturation, stained

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEEDS = st.integers(0, 2**32 - 1)
Rgb = NDArray[np.uint8]


def film(seed: int, side: int = 48) -> Rgb:
    """Blots of one stain on a ground of another colour, with grain."""
    random = np.random.default_rng(seed)
    rough = cv2.GaussianBlur(random.normal(0, 1, (side, side)), (0, 0), random.uniform(1, 5))
    stain, ground = random.uniform(40, 200, 3), random.uniform(200, 255, 3)
    colours = np.where((rough > 0)[..., None], stain, ground)
    return np.clip(colours + random.normal(0, 4, colours.shape), 1, 255).astype(np.uint8)


def tensor(*pictures: Rgb) -> Tensor:
    return torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).astype(np.float32) / 255)


@given(SEEDS)
def test_saturation_is_opencvs(seed: int) -> None:
    due = cv2.cvtColor(film(seed), cv2.COLOR_RGB2HSV)[..., 1].astype(np.float32)
    assert np.abs(saturation(tensor(film(seed)))[0].numpy() - due).max() <= 1  # OpenCV divides by a table


@given(SEEDS)
def test_what_is_stained_is_what_otsu_says_in_opencv(seed: int) -> None:
    image = tensor(film(seed))
    levels = saturation(image)[0].numpy().astype(np.uint8)
    _, due = cv2.threshold(levels, 0, 1, cv2.THRESH_OTSU)
    assert (stained(image)[0].numpy() != due).mean() < 0.01


@given(SEEDS, st.sampled_from((3, 5)))
def test_the_opening_is_opencvs(seed: int, side_px: int) -> None:
    mask = (np.random.default_rng(seed).random((2, 30, 26)) < 0.8).astype(np.uint8)
    kernel = np.ones((side_px, side_px), np.uint8)
    due = [cv2.morphologyEx(each, cv2.MORPH_OPEN, kernel) for each in mask]
    assert np.array_equal(opened(torch.from_numpy(mask).float(), side_px).numpy(), due)


@given(SEEDS)
def test_an_opening_takes_away_and_the_second_takes_nothing(seed: int) -> None:
    mask = (torch.rand((1, 20, 20), generator=torch.Generator().manual_seed(seed)) < 0.85).float()
    once = opened(mask, 3)
    assert (once <= mask).all()
    assert torch.equal(opened(once, 3), once)


def test_a_cell_is_kept_and_the_ground_around_it_is_black() -> None:
    cell = torch.from_numpy(disc(np.random.default_rng(1)))
    found = Segmented()(cell)
    assert torch.equal(found[..., 48, 48], cell[..., 48, 48])
    assert (found[..., :8, :] == 0).all()


@pytest.mark.parametrize("level", [0.0, 0.4, 1.15])
def test_a_picture_without_colour_is_black(level: float) -> None:
    assert (Segmented()(torch.full((2, 3, 9, 9), level)) == 0).all()


class _Says(RehmanNet):
    """Answers what it was told to, whatever it is shown."""

    def __init__(self, logits: Tensor, weights: list[float]) -> None:
        super().__init__(AlexNet(logits.shape[1], width=0.02), weights)
        self.logits = logits

    def forward(self, image: Tensor) -> Tensor:
        return self.logits


@given(SEEDS, st.floats(1.5, 9))
def test_a_rare_class_counts_as_often_as_its_weight_says(seed: int, weight: float) -> None:
    logits = torch.randn((5, 3), generator=torch.Generator().manual_seed(seed))
    labels = torch.tensor([0, 1, 2, 2, 1])
    by_cell = functional.cross_entropy(logits, labels, reduction="none")
    counts = torch.tensor([1.0, 1.0, weight])[labels]
    found = loss(_Says(logits, [1.0, 1.0, weight]), torch.zeros(5, 3, 8, 8), labels, torch.zeros(5, 2, 8, 8))
    torch.testing.assert_close(found, (by_cell * counts).sum() / counts.sum())


def test_weights_are_no_part_of_a_checkpoint() -> None:
    narrow = network(3, 0.05, weights=[1, 2, 3])
    assert narrow.weights.tolist() == [1, 2, 3]
    assert "weights" not in narrow.state_dict()


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, -1.0]])
def test_weights_that_fit_no_classes_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="2 classes need as many weights"):
        network(2, 0.05, weights=weights)


def test_engines_compute_the_same() -> None:
    narrow = network(4, 0.05)
    narrow.load_state_dict(drawn_weights(np.random.default_rng(2), narrow))
    image = tensor(film(1, 80), film(2, 80))
    assert to_onnx(narrow, {"image": image}, {"image": {0: "cells"}})


def test_public_weights_start_the_body() -> None:
    narrow, published = network(4, 0.05), AlexNet(10, 0.05)
    weights = drawn_weights(np.random.default_rng(4), published)
    start_from(narrow.body, weights, HEAD)
    assert torch.equal(narrow.state_dict()["body.features.0.weight"], weights["features.0.weight"])


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored = json.loads(GOLDEN_FILE.read_text("utf-8"))
    assert np.allclose(stored["logits"], golden()["logits"], atol=1e-4)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    with torch.device("meta"):
        assert card["parameters"] == sum(each.numel() for each in network(len(card["head"])).parameters())
        assert isinstance(network(2, **card["small"]["settings"]).body, AlexNet)
    assert card["name"] == folder.name
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
