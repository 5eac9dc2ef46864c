"""Huang's room: what white balance and filter hold to, and one graph from picture to lineage."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import wiener
from torch import Tensor

import models.huang2020_densenet121.net as room
from export.onnx_export import to_onnx
from models.backbones.densenet import HEAD, DenseNet
from models.backbones.published import start_from
from models.golden import drawn_weights
from models.huang2020_densenet121.filtering import SelfAdaptive
from models.huang2020_densenet121.golden import GOLDEN_FILE, SETTINGS, golden
from models.huang2020_densenet121.light import SHARE, PerfectReflector, reflector
from models.huang2020_densenet121.net import network

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEEDS = st.integers(0, 2**32 - 1)
LAMPS = st.tuples(*[st.floats(0.4, 1.0)] * 3)
BALANCED = PerfectReflector()


def picture(seed: int, side: int = 20) -> Tensor:
    """Light from 0 to 0.8."""
    return torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(seed)) * 0.8


def with_white(seed: int) -> Tensor:
    """A tenth of the picture is clear: more than what is taken for the reflector."""
    image = picture(seed)
    image[:, :, :2] = 1.0
    return image


@given(SEEDS, LAMPS)
def test_any_lamp_is_undone_where_something_is_white(seed: int, lamp: tuple[float, float, float]) -> None:
    image = with_white(seed)
    image[:, :, 2:] *= 0.3  # nothing else shines as bright, whatever the lamp
    tinted = image * torch.tensor(lamp).view(3, 1, 1)
    torch.testing.assert_close(BALANCED(tinted), image, atol=1e-5, rtol=1e-5)


@given(SEEDS, st.floats(0.1, 1.0))
def test_a_longer_exposure_changes_nothing(seed: int, exposure: float) -> None:
    image = picture(seed)
    torch.testing.assert_close(BALANCED(image * exposure), BALANCED(image), atol=1e-4, rtol=1e-4)


@given(SEEDS)
def test_the_reflector_is_the_mean_of_the_brightest(seed: int) -> None:
    image = picture(seed)
    for each, found in zip(image, reflector(image, SHARE), strict=True):
        pixels = each.flatten(1).numpy()
        brightest = np.argsort(-pixels.sum(0))[: round(SHARE * pixels.shape[1])]
        assert np.allclose(found.flatten(), pixels[:, brightest].mean(1), atol=1e-5)


@given(SEEDS)
def test_what_is_balanced_has_its_white_at_one(seed: int) -> None:
    image = picture(seed)
    balanced = image / reflector(image, SHARE)
    white = image.sum(1) >= torch.topk(image.sum(1).flatten(1), round(SHARE * 400))[0][:, -1].view(2, 1, 1)
    for each, where in zip(balanced, white, strict=True):
        torch.testing.assert_close(each[:, where].mean(1), torch.ones(3), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.15])
def test_pictures_of_one_level_are_no_trouble(level: float) -> None:
    flat = torch.full((1, 3, 12, 12), level)
    assert torch.equal(BALANCED(flat), torch.zeros_like(flat) if level == 0 else torch.ones_like(flat))


@given(SEEDS, st.sampled_from((3, 5)))
def test_the_filter_is_scipys(seed: int, side_px: int) -> None:
    image = picture(seed)
    found = SelfAdaptive(side_px)(image)
    due = [[wiener(channel.double().numpy(), side_px) for channel in each] for each in image]
    assert np.allclose(found.numpy(), due, atol=1e-4)


@given(SEEDS)
def test_the_filter_takes_noise_and_leaves_a_strong_edge(seed: int) -> None:
    noise = torch.randn((1, 1, 24, 24), generator=torch.Generator().manual_seed(seed)) * 0.02
    edge = (torch.arange(24) >= 12).float().expand(1, 1, 24, 24) * 0.8 + 0.1
    error = (SelfAdaptive()(edge + noise) - edge)[..., 2:-2, 2:-2].abs()
    assert error[..., :7].mean() < noise[..., 2:-2, 2:9].abs().mean()
    assert error[..., 8:12].max() < 0.2


def test_an_even_picture_stays_within_its_frame() -> None:
    even = torch.full((1, 3, 9, 9), 0.6)
    torch.testing.assert_close(SelfAdaptive()(even)[..., 1:-1, 1:-1], even[..., 1:-1, 1:-1])


def test_engines_compute_the_same() -> None:
    small = network(4, **SETTINGS)
    small.load_state_dict(drawn_weights(np.random.default_rng(2), small))
    assert to_onnx(small, {"image": with_white(3).repeat(1, 1, 3, 3)}, {"image": {0: "cells"}})


def test_public_weights_start_the_body() -> None:
    small, published = network(4, **SETTINGS), DenseNet(10, **SETTINGS)
    weights = drawn_weights(np.random.default_rng(4), published)
    start_from(small.body, weights, HEAD)
    assert torch.equal(small.state_dict()["body.features.conv0.weight"], weights["features.conv0.weight"])


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored = json.loads(GOLDEN_FILE.read_text("utf-8"))
    assert np.allclose(stored["logits"], golden()["logits"], atol=1e-4)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    with torch.device("meta"):
        assert card["parameters"] == sum(each.numel() for each in network(len(card["head"])).parameters())
        assert isinstance(network(4, **card["small"]["settings"]).body, DenseNet)
    assert card["name"] == folder.name
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
