"""Convolutions and norms whose answer turns with the picture, whatever their channels are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from models.symmetry import Channels, SymmetricConv2d, SymmetricNorm2d, tied

CHANNELS = st.builds(Channels, st.integers(0, 3), st.integers(0, 2), st.integers(0, 1)).filter(lambda each: each.count)
SIZES = st.sampled_from([(1, 1), (3, 1), (5, 1), (2, 2), (4, 2), (6, 2)])
WAYS = range(8)


def laid(planes: Tensor, way: int) -> Tensor:
    """Mirrored or not, then turned by quarters; what the channels show moves with them."""
    return torch.rot90(planes.flip(-1) if way >= 4 else planes, way % 4, (-2, -1))


def turned(planes: Tensor, channels: Channels, way: int) -> Tensor:
    """A picture of such channels, laid down otherwise: the planes move, and those of one feature change places."""
    moved = torch.empty_like(laid(planes, way))
    moved[:, torch.from_numpy(channels.swapped()[way])] = laid(planes, way)
    return moved


@settings(max_examples=40)
@given(CHANNELS, CHANNELS, SIZES, st.integers(0, 2**31))
def test_a_convolution_turns_with_its_picture(
    inputs: Channels, outputs: Channels, size: tuple[int, int], seed: int
) -> None:
    torch.manual_seed(seed)
    convolution = SymmetricConv2d(inputs, outputs, *size, bias=True)
    torch.nn.init.normal_(convolution.bias)  # type: ignore[arg-type]
    picture = torch.rand(1, inputs.count, 8, 12)
    with torch.no_grad():
        seen = convolution(picture)
        assert seen.shape == (1, outputs.count, 8 // size[1], 12 // size[1])
        for way in WAYS:
            again = convolution(turned(picture, inputs, way))
            assert torch.allclose(again, turned(seen, outputs, way), atol=1e-5)
        assert torch.allclose(convolution.plain()(picture), seen, atol=1e-5)


@given(CHANNELS)
def test_the_ways_to_lay_a_picture_down_are_a_group_on_its_channels(channels: Channels) -> None:
    swapped = channels.swapped()
    assert {tuple(sorted(each)) for each in swapped} == {tuple(range(channels.count))}
    ways = {tuple(each) for each in swapped}
    assert all(tuple(a[b]) in ways for a in swapped for b in swapped)
    assert np.array_equal(swapped[0], np.arange(channels.count))


@pytest.mark.parametrize(
    ("inputs", "outputs", "size", "weights"),
    [
        (Channels(1), Channels(1), 3, 3),
        (Channels(1), Channels(1), 6, 6),
        (Channels(1), Channels(orbits=1), 3, 9),
        (Channels(orbits=1), Channels(orbits=1), 3, 72),
        (Channels(orbits=1), Channels(1), 1, 1),
        (Channels(1), Channels(squares=1), 1, 1),
        (Channels(orbits=1), Channels(squares=1), 1, 4),
    ],
)
def test_what_turns_bring_together_shares_a_weight(
    inputs: Channels, outputs: Channels, size: int, weights: int
) -> None:
    table = tied(inputs, outputs, size)
    assert table.shape == (outputs.count, inputs.count, size, size)
    assert np.unique(table.numpy()).tolist() == list(range(weights))


@pytest.mark.parametrize("count", [4, 6, 8, 16, 24, 40, 64])
def test_about_half_of_the_channels_are_in_orbits(count: int) -> None:
    channels = Channels.mixed(count)
    assert channels.count == count
    assert abs(8 * channels.orbits - count / 2) <= 4


@given(CHANNELS, st.integers(0, 2**31))
def test_averages_over_features_are_changed_by_no_turn(channels: Channels, seed: int) -> None:
    torch.manual_seed(seed)
    picture = torch.rand(1, channels.count, 4, 4)
    values = picture.amax((2, 3)) @ channels.averaging
    assert values.shape == (1, int(channels.feature.max()) + 1)
    for way in WAYS:
        assert torch.allclose(turned(picture, channels, way).amax((2, 3)) @ channels.averaging, values, atol=1e-6)


def test_a_norm_treats_all_channels_of_a_feature_alike() -> None:
    torch.manual_seed(0)
    norm, picture = (
        SymmetricNorm2d(Channels(2, 1), momentum=1.0),
        torch.rand(4, 10, 6, 6) * torch.arange(1, 11).view(-1, 1, 1),
    )
    seen = norm(picture)
    assert torch.allclose(seen[:, 0].mean(), torch.zeros(()), atol=1e-5)
    assert torch.allclose(seen[:, 2:].mean(), torch.zeros(()), atol=1e-5)
    assert torch.allclose(seen[:, 2:].var(correction=0), torch.ones(()), atol=1e-3)
    assert len(norm.running_mean) == 3
    assert torch.allclose(norm.eval()(picture), seen, atol=1e-5)
    assert torch.allclose(norm.plain()(picture), seen, atol=1e-5)


@pytest.mark.parametrize(("size", "stride"), [(2, 1), (3, 2), (4, 4)])
def test_a_kernel_without_a_middle_is_refused(size: int, stride: int) -> None:
    with pytest.raises(ValueError, match="no middle"):
        SymmetricConv2d(Channels(1), Channels(1), size, stride)
