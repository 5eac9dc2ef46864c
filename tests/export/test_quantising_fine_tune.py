"""Rounding in torch is that of the engines, gradients pass it, and what it spoils is learned again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from export.errors import NotQuantisable, OtherRun
from export.onnx_export import to_onnx
from export.quantise import Arrays, quantise
from export.quantising.fake import (
    INPUT_LEVELS,
    WEIGHT_LEVELS,
    Rounded,
    rounded_input,
    rounded_weights,
    with_rounding,
    without_rounding,
)
from export.quantising.fine_tune import FineTuneOptions, fine_tuned
from export.quantising.folding import folded
from export.quantising.score import distance, probabilities
from models.marrowkit2026_student.net import network
from models.symmetry import make_plain
from tests.tiny_torch import TinyCells

SEEDS = st.integers(0, 2**32 - 1)
SIDE_PX = 4
OPTIONS = FineTuneOptions(steps=150, batch=64, learning_rate=0.05, weight_decay=2.0)
"""Weights that change no answer decay."""


class Overshadowed(nn.Module):
    """What decides lies beside large weights for a channel that is always 0: their scale leaves nothing of the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 2, 1)
        with torch.no_grad():
            self.look.weight.copy_(torch.tensor([[200.0, 1.0, -1.0], [200.0, -1.0, 1.0]])[:, :, None, None])
            self.look.bias.zero_()  # type: ignore[union-attr]

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, h, w) to logits (n, 2)."""
        return 8 * self.look(image).mean((2, 3))  # type: ignore[no-any-return]


def pictures(count: int, seed: int) -> Tensor:
    """The first channel is 0; the others tell the class."""
    random = torch.Generator().manual_seed(seed)
    found = torch.rand((count, 3, SIDE_PX, SIDE_PX), generator=random)
    found += torch.rand((count, 3, 1, 1), generator=random)
    found[:, 0] = 0.0
    return found


def runs(images: Tensor) -> Sequence[Arrays]:
    return [{"image": part.numpy()} for part in torch.split(images, 50)]


def as_onnx(module: nn.Module) -> bytes:
    return to_onnx(module, {"image": pictures(2, 0)}, {"image": {0: "cells"}})


def agreement(module: nn.Module, original: nn.Module) -> float:
    """Of the module in 8 bits with the original in float, on pictures that neither fine-tuning nor calibration saw."""
    unseen = runs(pictures(400, seed=99))
    in_8_bits = quantise(as_onnx(module), runs(pictures(200, seed=1)))
    return 1 - distance(probabilities(in_8_bits, unseen), probabilities(as_onnx(original), unseen)).changed


@given(SEEDS)
@settings(max_examples=5, deadline=None)
def test_norms_become_part_of_the_convolutions_before_them(seed: int) -> None:
    torch.manual_seed(seed)
    student = network(4)
    student(torch.rand(8, 3, 32, 32))  # norms that have seen something
    make_plain(student.eval())
    form = folded(student)
    assert not any(isinstance(each, nn.BatchNorm2d) for each in form.modules())
    assert any(isinstance(each, Rounded) for each in with_rounding(form, [torch.rand(2, 3, 32, 32)]).modules())
    image = torch.rand(3, 3, 32, 32)
    with torch.no_grad():
        torch.testing.assert_close(form(image), student(image), atol=1e-4, rtol=1e-4)
    assert folded(form) is form


class Choosy(nn.Sequential):
    """What it does depends on what it sees."""

    def forward(self, image: Tensor) -> Tensor:
        return self[1](self[0](image)) if image.sum() > 0 else image


def test_a_network_that_cannot_be_followed_is_told() -> None:
    with pytest.raises(NotQuantisable, match="Choosy cannot be followed"):
        folded(Choosy(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3)).eval())


def test_fine_tuning_mends_what_rounding_afterwards_spoils(tmp_path: Path) -> None:
    original = Overshadowed().eval()
    learned = fine_tuned(original, pictures(512, seed=2), tmp_path, OPTIONS)
    assert agreement(original, original) < 0.6
    assert agreement(learned, original) > 0.9


def test_the_original_is_left_as_it_was_and_the_learned_has_its_layers(tmp_path: Path) -> None:
    original = Overshadowed().eval()
    learned = fine_tuned(original, pictures(64, seed=2), tmp_path, FineTuneOptions(steps=2, batch=8))
    assert {name: each.shape for name, each in learned.state_dict().items()} == {
        name: each.shape for name, each in original.state_dict().items()
    }
    assert all(torch.equal(a, b) for a, b in zip(original.parameters(), Overshadowed().parameters(), strict=True))
    assert not any(isinstance(each, Rounded) for each in learned.modules())


def test_a_folder_keeps_to_one_fine_tuning(tmp_path: Path) -> None:
    options = FineTuneOptions(steps=2, batch=8)
    once = fine_tuned(Overshadowed().eval(), pictures(64, seed=2), tmp_path, options)
    again = fine_tuned(Overshadowed().eval(), pictures(64, seed=2), tmp_path, options)
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), again.parameters(), strict=True))
    with pytest.raises(OtherRun):
        fine_tuned(Overshadowed().eval(), pictures(64, seed=3), tmp_path, options)


@given(SEEDS)
def test_weights_are_whole_numbers_of_a_step_per_channel(seed: int) -> None:
    weights = torch.randn((5, 3, 3, 3), generator=torch.Generator().manual_seed(seed))
    step = weights.abs().amax((1, 2, 3), keepdim=True) / WEIGHT_LEVELS
    whole = rounded_weights(weights) / step
    assert torch.allclose(whole, whole.round(), atol=1e-3)
    assert whole.abs().max() <= WEIGHT_LEVELS + 1e-3
    assert ((rounded_weights(weights) - weights).abs() <= step / 2 + 1e-6).all()


@given(SEEDS, st.floats(-5, 0), st.floats(0.01, 5))
def test_input_is_one_of_256_values_and_zero_is_one_of_them(seed: int, low: float, high: float) -> None:
    values = torch.cat([torch.zeros(1), 8 * torch.randn(200, generator=torch.Generator().manual_seed(seed))])
    found = rounded_input(values, torch.tensor(low), torch.tensor(high))
    step = (high - low) / INPUT_LEVELS
    assert found[0] == 0
    assert len(torch.unique((found / step).round())) <= INPUT_LEVELS + 1
    inside = (values >= low) & (values <= high)
    assert ((found - values).abs()[inside] <= step + 1e-5).all()


def test_gradients_pass_inside_the_range_and_stop_beyond_it() -> None:
    values = torch.tensor([-3.0, -0.5, 0.7, 9.0], requires_grad=True)
    torch.autograd.backward(rounded_input(values, torch.tensor(-1.0), torch.tensor(1.0)).sum())
    assert values.grad is not None
    assert values.grad.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_rounding_says_what_onnx_runtime_says() -> None:
    original, image = Overshadowed().eval(), pictures(100, seed=5)
    with torch.no_grad():
        rounded = with_rounding(original, [image])(image).softmax(1).numpy()
    found = probabilities(quantise(as_onnx(original), runs(image)), runs(image))
    # The engine rounds what it gives as well: one step of its output, 1/255 of its range.
    assert np.abs(found - rounded).max() < 0.05


def test_rounding_comes_and_goes() -> None:
    original, image = Overshadowed().eval(), pictures(8, seed=6)
    with torch.no_grad():
        assert torch.equal(without_rounding(with_rounding(original, [image]))(image), original(image))


def test_what_cannot_be_fine_tuned_is_refused() -> None:
    with pytest.raises(NotQuantisable, match="batch norms"):
        with_rounding(TinyCells(), [])
    with pytest.raises(NotQuantisable, match="nothing to take ranges"):
        with_rounding(Overshadowed(), [])
