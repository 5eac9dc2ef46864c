"""What engines are given is the trained network in fewer steps: the same logits, for any width, size and batch."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from export.onnx_export import to_onnx
from models.golden import drawn_weights
from models.yang2023_mobilevitv2.attention import TransformerBlock
from models.yang2023_mobilevitv2.deployed import Deployed, deployed, matrix_layer, merged, pointwise
from models.yang2023_mobilevitv2.net import MULTIPLE_PX, MobileViTv2, load
from models.yang2023_mobilevitv2.places import Normalised, PlacedBlock

SEEDS = st.integers(0, 2**32 - 1)
EXACT = 1e-5
"""Largest difference, relative to the largest logit."""


def drawn(seed: int, width: float, classes: int = 7) -> MobileViTv2:
    """Norms have means, spreads, scales and offsets that say something."""
    random = np.random.default_rng(seed)
    return load(drawn_weights(random, MobileViTv2(classes, width)))


def picture(seed: int, count: int, channels: int, height: int, width: int) -> Tensor:
    return torch.rand((count, channels, height, width), generator=torch.Generator().manual_seed(seed))


def apart(found: Tensor, due: Tensor) -> float:
    return float((found - due).abs().max() / due.abs().max())


@given(SEEDS, st.sampled_from((0.5, 0.625, 0.75)), st.sampled_from(((1, 1), (1, 2), (2, 1))))
@settings(max_examples=6)
def test_logits_are_those_of_the_trained_network(seed: int, width: float, sides: tuple[int, int]) -> None:
    network, image = drawn(seed, width), picture(seed, 2, 3, *(MULTIPLE_PX * side for side in sides))
    with torch.no_grad():
        assert apart(deployed(network)(image), network(image)) < EXACT


@given(SEEDS, st.sampled_from((8, 12, 24)), st.integers(1, 3), st.integers(1, 4))
@settings(max_examples=20)
def test_a_transformer_block_says_the_same_on_places(seed: int, channels: int, down: int, across: int) -> None:
    block = TransformerBlock(channels).eval()
    block.load_state_dict(drawn_weights(np.random.default_rng(seed), block))
    given_picture = picture(seed, 2, channels, 2 * down, 2 * across)
    with torch.no_grad():
        due, placed = block(given_picture), PlacedBlock(block)
        # The four places of a patch, by hand.
        rows = [given_picture[:, :, k // 2 :: 2, k % 2 :: 2].flatten(2) for k in range(4)]
        due_rows = [due[:, :, k // 2 :: 2, k % 2 :: 2].flatten(2) for k in range(4)]
        assert apart(placed(torch.stack(rows, 2)), torch.stack(due_rows, 2)) < EXACT


@given(SEEDS)
def test_a_norm_without_scale_is_the_group_norm_of_one(seed: int) -> None:
    image = picture(seed, 3, 5, 4, 6) + 3
    torch.testing.assert_close(Normalised(1e-5)(image), nn.functional.group_norm(image, 1), atol=1e-5, rtol=1e-5)


@given(SEEDS, st.lists(st.integers(1, 6), min_size=3, max_size=6))
def test_matrices_that_follow_each_other_are_one(seed: int, widths: list[int]) -> None:
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        chain = [
            matrix_layer(torch.randn(outputs, inputs, generator=random), torch.randn(outputs, generator=random))
            for inputs, outputs in pairwise(widths)
        ]
        layers = merged([*chain, nn.AdaptiveAvgPool2d(1)])
        assert [type(layer) for layer in layers] == [nn.AdaptiveAvgPool2d, nn.Conv2d]
        image = picture(seed, 2, widths[0], 3, 3)
        due = nn.Sequential(*chain)(image).mean((2, 3), keepdim=True)
        torch.testing.assert_close(nn.Sequential(*layers)(image), due, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [nn.Conv2d(4, 4, 1, groups=4), nn.Conv2d(4, 4, 1, stride=2), nn.Conv2d(4, 4, 3, padding=1), nn.SiLU()],
    ids=["by channel", "with stride", "3 × 3", "no convolution"],
)
def test_what_is_no_matrix_is_left_alone(layer: nn.Module) -> None:
    layers = [nn.Conv2d(4, 4, 1), layer]
    assert not pointwise(layer)
    assert merged(layers) == layers


def test_the_published_network_loses_a_tenth_of_its_weights() -> None:
    network = MobileViTv2(7, 1.5)
    assert sum(each.numel() for each in network.parameters()) == 9_831_136
    assert sum(each.numel() for each in deployed(network).parameters()) == 8_780_359


def test_the_trained_network_keeps_its_own_weights() -> None:
    network = drawn(3, 0.5)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    copy = deployed(network)
    with torch.no_grad():
        for each in copy.parameters():
            each.zero_()
    assert all(torch.equal(before[name], each) for name, each in network.state_dict().items())


def test_the_graph_splits_nothing_and_moves_pixels_twice_per_stage() -> None:
    example = {"image": torch.rand(2, 3, 64, 64)}
    network = onnx.load_model_from_string(to_onnx(deployed(drawn(4, 0.5)), example, {"image": {0: "cells"}}))
    counts = Counter(node.op_type for node in network.graph.node)
    assert isinstance(deployed(drawn(4, 0.5)), Deployed)
    assert counts["Split"] == counts["Shape"] == counts["InstanceNormalization"] == 0
    assert counts["Transpose"] == 6
