"""Ikechukwu's room: grey and contrast are OpenCV's; what is not within the outline is not seen; both are learned."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

import models.ikechukwu2022_inet.net as room
from export.onnx_export import to_onnx
from models.golden import drawn_weights
from models.ikechukwu2022_inet.golden import GOLDEN_FILE, SETTINGS, golden
from models.ikechukwu2022_inet.grey import EnhancedGrey
from models.ikechukwu2022_inet.net import INet, loss, network
from models.ikechukwu2022_inet.unet import Inception, UNet
from models.inner import results_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SEEDS = st.integers(0, 2**32 - 1)


def picture(seed: int, side: int = 48) -> Tensor:
    """Light on black: a square cell."""
    image = torch.rand((2, 3, side, side), generator=torch.Generator().manual_seed(seed)) * 0.6 + 0.2
    image[..., : side // 4, :] = 0.0
    return image


def masks(side: int = 48) -> Tensor:
    """Cell and nucleus, each a half of the picture."""
    outlines = torch.zeros(2, 2, side, side)
    outlines[:, 0, side // 4 :] = 1.0
    outlines[:, 1, side // 2 :] = 1.0
    return outlines


def drawn(seed: int) -> INet:
    fresh = network(2, **SETTINGS)
    fresh.load_state_dict(drawn_weights(np.random.default_rng(seed), fresh))
    return fresh.eval()


@given(SEEDS)
@settings(max_examples=30)
def test_grey_and_contrast_are_opencvs(seed: int) -> None:
    levels = np.random.default_rng(seed).normal(120, 30, (24, 20, 3)).clip(0, 255).astype(np.uint8)
    due = cv2.equalizeHist(cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY)).astype(np.float32)
    light = torch.from_numpy(levels.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    found = EnhancedGrey()(light)[0, 0].numpy() * 255
    assert np.abs(found - due).mean() < 0.5  # a grey level that lies between two may go to either
    assert np.abs(found - due).max() < 8


@given(SEEDS, st.floats(0.5, 1.0))
@settings(max_examples=30)
def test_contrast_does_not_depend_on_the_exposure(seed: int, exposure: float) -> None:
    """But for levels that a darker picture can no longer tell apart."""
    found, darker = (EnhancedGrey()(picture(seed) * gain) for gain in (1.0, exposure))
    assert (found - darker).abs().mean() < 0.02


def test_black_surroundings_stay_black() -> None:
    assert (EnhancedGrey()(picture(3))[..., :12, :] == 0).all()


@pytest.mark.parametrize(("inputs", "outputs"), [(1, 8), (8, 13), (5, 4)])
def test_four_looks_make_as_many_channels_as_asked(inputs: int, outputs: int) -> None:
    assert Inception(inputs, outputs)(torch.rand(2, inputs, 6, 10)).shape == (2, outputs, 6, 10)


@pytest.mark.parametrize("widths", [(4, 8), (8, 12, 16), (4, 4, 8, 8)])
def test_a_unet_gives_a_logit_for_every_pixel(widths: tuple[int, ...]) -> None:
    unet = UNet(widths)
    side = 2 * unet.multiple_px
    assert unet.multiple_px == 2 ** (len(widths) - 1)
    assert unet(torch.rand(2, 1, side, 2 * side)).shape == (2, 1, side, 2 * side)


class _Outline(UNet):
    """An outline that is told."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__((4, 4))
        self.logits = logits

    def forward(self, grey: Tensor) -> Tensor:
        return self.logits.expand_as(grey)


@given(SEEDS)
@settings(max_examples=10)
def test_what_lies_outside_the_outline_is_not_seen(seed: int) -> None:
    seeing = drawn(seed)
    within = masks()[:1, 1:]
    seeing.outline = _Outline(torch.where(within > 0, 200.0, -200.0))
    image = picture(seed)
    with torch.no_grad():
        grey = seeing.grey(image)
        changed = torch.where(within > 0, grey, 1 - grey)
        seeing.grey = nn.Identity()  # type: ignore[assignment]  # what it is given is grey
        torch.testing.assert_close(seeing(grey), seeing(changed))
        assert not torch.allclose(seeing(grey), seeing(1 - grey))


def test_the_loss_is_that_of_labels_and_of_pixels() -> None:
    learning, labels = drawn(1), torch.tensor([0, 1])
    with torch.no_grad():
        with results_of(learning.outline) as outlined:
            logits = learning(picture(1))
        of_labels = functional.cross_entropy(logits, labels)
        of_pixels = functional.binary_cross_entropy_with_logits(outlined[0], masks()[:, 1:])
        torch.testing.assert_close(loss(learning, picture(1), labels, masks()), of_labels + of_pixels)


def test_a_few_steps_find_the_nucleus_and_the_label() -> None:
    """Half of the pictures are brighter below, and the nucleus is below."""
    torch.manual_seed(1)
    learning = network(2, outlining=(4, 8), seeing=(8, 8)).train()
    image = picture(2, 16).repeat(4, 1, 1, 1)
    image[::2, :, 8:] *= 0.5
    labels, outlines = torch.tensor([0, 1] * 4), masks(16).repeat(4, 1, 1, 1)
    optimiser = torch.optim.Adam(learning.parameters(), 0.02)
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        wrong = loss(learning, image, labels, outlines)
        wrong.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        losses.append(float(wrong.detach()))
    assert losses[-1] < 0.25 * losses[0]
    with results_of(learning.outline) as outlined:
        learning(image)
    assert ((outlined[0] > 0) == (outlines[:, 1:] > 0)).float().mean() > 0.9


def test_a_side_that_cannot_be_halved_so_often_is_refused() -> None:
    with pytest.raises(ValueError, match="no multiple of 4"):
        drawn(1)(torch.rand(1, 3, 48, 50))


@pytest.mark.parametrize("widths", [(8,), (8, 2)])
def test_a_unet_of_one_level_or_three_channels_is_none(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="name two levels or more"):
        network(2, outlining=widths)


def test_engines_compute_the_same() -> None:
    assert to_onnx(drawn(2), {"image": picture(4)}, {"image": {0: "cells"}})


def test_the_golden_file_is_what_the_room_computes() -> None:
    stored, fresh = json.loads(GOLDEN_FILE.read_text("utf-8")), golden()
    for part in ("logits", "outline"):
        assert np.allclose(stored[part], fresh[part], atol=1e-4)


def test_the_room_is_furnished() -> None:
    folder = Path(room.__file__).parent
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert card["parameters"] == sum(each.numel() for each in network(len(card["head"])).parameters())
    for way in ("small", "paper"):
        made = network(2, **card[way].get("settings", {}))
        assert card[way]["size_px"] % made.outline.multiple_px == 0
    assert card["name"] == folder.name
    assert "## Limits" in (folder / "README.md").read_text("utf-8")
