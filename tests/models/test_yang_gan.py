"""MultiPathGAN: sizes, gradient penalty of known functions, cycles, who learns from which loss."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.resnet import resnet34
from models.yang2023_mobilevitv2.gan import Critic, Generator, Pair
from models.yang2023_mobilevitv2.gan_losses import (
    Perception,
    Shown,
    Weights,
    critic_loss,
    distance,
    frozen,
    generator_loss,
    gradient_penalty,
)

SEEDS = st.integers(0, 2**32 - 1)
DOMAINS, SIDE_PX = 3, 16


def shown(seed: int = 1, count: int = 4) -> Shown:
    random = torch.Generator().manual_seed(seed)
    return Shown(
        torch.rand((count, 3, SIDE_PX, SIDE_PX), generator=random) * 2 - 1,
        torch.randint(DOMAINS, (count,), generator=random),
        torch.randint(DOMAINS, (count,), generator=random),
        torch.rand((count, 1, 1, 1), generator=random),
    )


def pair(seed: int = 1) -> Pair:
    torch.manual_seed(seed)
    return Pair(Generator(DOMAINS, width=4, blocks=1), Critic(DOMAINS, SIDE_PX, width=4, halvings=2))


class Copies(Generator):
    """Whatever stain is wanted, the picture stays as it is."""

    def __init__(self) -> None:
        super().__init__(DOMAINS, width=1, blocks=0)

    def forward(self, picture: Tensor, stain: Tensor) -> Tensor:
        return picture


class Believes(Critic):
    """Finds everything equally real, and is sure of one stain."""

    def __init__(self, real: float) -> None:
        super().__init__(DOMAINS, SIDE_PX, width=1, halvings=1)
        self.belief = nn.Parameter(torch.tensor(real))

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        parts = self.belief + 0 * picture[:, :1]
        return parts, torch.tensor([100.0, 0.0, 0.0]).expand(len(picture), -1)


def counted(module: nn.Module) -> int:
    return sum(each.numel() for each in module.parameters())


def test_full_size_is_the_published_one() -> None:
    with torch.device("meta"):
        assert round(counted(Generator(5)) / 1e6, 1) == 8.4
        assert round(counted(Critic(5, 128)) / 1e6, 1) == 44.8


@pytest.mark.parametrize("side", [16, 20, 80])
def test_made_pictures_keep_their_size_and_range(side: int) -> None:
    made = pair().generator(torch.rand(2, 3, side, side) * 2 - 1, torch.tensor([0, 2]))
    assert made.shape == (2, 3, side, side)
    assert made.abs().max() <= 1


def test_another_stain_makes_another_picture() -> None:
    batch = shown(count=1)
    made = [pair().generator(batch.pictures, torch.tensor([stain])) for stain in range(DOMAINS)]
    assert not torch.allclose(made[0], made[1])
    assert not torch.allclose(made[1], made[2])


@pytest.mark.parametrize(("side", "halvings"), [(16, 2), (80, 4), (80, 6), (128, 6)])
def test_the_critic_names_one_stain_per_picture(side: int, halvings: int) -> None:
    real, stain = Critic(DOMAINS, side, width=1, halvings=halvings)(torch.rand(2, 3, side, side))
    assert stain.shape == (2, DOMAINS)
    assert real.shape == (2, 1, side // 2**halvings, side // 2**halvings)


def test_too_many_halvings_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be halved 5 times"):
        Critic(DOMAINS, 16, halvings=5)


@given(SEEDS, st.floats(0.1, 5))
def test_the_penalty_of_a_plane_is_how_far_its_slope_is_from_one(seed: int, steepness: float) -> None:
    random = torch.Generator().manual_seed(seed)
    direction = functional.normalize(torch.randn(12, generator=random), dim=0)
    pictures = torch.randn((5, 3, 2, 2), generator=random)
    found = gradient_penalty(lambda each: each.flatten(1) @ direction * steepness, pictures)
    assert float(found) == pytest.approx((steepness - 1) ** 2, abs=1e-4)


@given(SEEDS)
def test_the_penalty_of_half_the_square_is_of_the_distance_from_the_origin(seed: int) -> None:
    pictures = torch.randn((6, 3, 2, 2), generator=torch.Generator().manual_seed(seed))
    found = gradient_penalty(lambda each: each.square().flatten(1).sum(1) / 2, pictures)
    torch.testing.assert_close(found, (pictures.flatten(1).norm(dim=1) - 1).square().mean())


def test_the_penalty_teaches_the_critic() -> None:
    slope = torch.tensor(3.0, requires_grad=True)
    gradient_penalty(lambda each: each.sum() * slope, torch.randn(2, 1, 1, 1)).backward()  # type: ignore[no-untyped-call]
    assert slope.grad is not None
    assert float(slope.grad) == pytest.approx(2 * (3 - 1))


@given(SEEDS)
@settings(max_examples=20)
def test_a_generator_that_changes_nothing_is_wrong_by_critic_and_stain_alone(seed: int) -> None:
    """The cycle of the identity is 0, and other eyes see the same."""
    batch, same = shown(seed), Pair(Copies(), Believes(0.7))
    found = generator_loss(same, batch, Weights(), features=lambda picture: picture * 5)
    named = functional.cross_entropy(same.critic(batch.pictures)[1], batch.wanted)
    torch.testing.assert_close(found, named - 0.7, atol=1e-4, rtol=1e-4)


@given(SEEDS)
@settings(max_examples=20)
def test_a_critic_that_finds_everything_alike_pays_for_its_slope(seed: int) -> None:
    """Its slope is 0: (0 − 1)² times the weight; real and made do not differ."""
    batch, flat = shown(seed), Pair(Copies(), Believes(2.0))
    named = functional.cross_entropy(flat.critic(batch.pictures)[1], batch.stains)
    torch.testing.assert_close(critic_loss(flat, batch, Weights()), 10.0 + named, atol=1e-3, rtol=1e-4)


@pytest.mark.parametrize(("name", "more"), [("cycle", 2.0), ("perceptual", 3.0), ("stain", 4.0)])
def test_each_weight_weighs_its_own_loss(name: str, more: float) -> None:
    torch.manual_seed(2)
    batch, both = shown(), pair()
    made = both.generator(batch.pictures, batch.wanted)
    due = {
        "cycle": distance(batch.pictures, both.generator(made, batch.stains)),
        "perceptual": distance(batch.pictures.square(), made.square()),
        "stain": functional.cross_entropy(both.critic(made)[1], batch.wanted),
    }
    nothing = dict.fromkeys(due, 0.0)
    none, some = (
        generator_loss(both, batch, Weights(**(nothing | change)), torch.square) for change in ({}, {name: more})
    )
    torch.testing.assert_close(some - none, more * due[name], atol=1e-4, rtol=1e-4)


def test_each_loss_teaches_its_own_network_alone() -> None:
    for learns, rests in (("critic", "generator"), ("generator", "critic")):
        both = pair()
        wrong = (
            critic_loss(both, shown(), Weights())
            if learns == "critic"
            else generator_loss(both, shown(), Weights(), torch.square)
        )
        wrong.backward()  # type: ignore[no-untyped-call]
        moved = {name for name, each in both.named_parameters() if each.grad is not None}
        assert {name.partition(".")[0] for name in moved} == {learns}
        assert all(each.requires_grad for each in both.get_submodule(rests).parameters())


def assert_frozen_and_fail(layer: nn.Linear) -> None:
    assert not layer.weight.requires_grad
    layer(torch.zeros(1, 3))


def test_a_frozen_module_learns_again_also_after_an_error() -> None:
    layer = nn.Linear(2, 2)
    layer.bias.requires_grad_(False)
    with pytest.raises(RuntimeError, match="shapes"), frozen(layer):
        assert_frozen_and_fail(layer)
    assert layer.weight.requires_grad
    assert not layer.bias.requires_grad


def test_other_eyes_see_an_eighth_of_the_size_and_learn_nothing() -> None:
    eyes = Perception(resnet34(3, width=0.125))
    pictures = shown().pictures.requires_grad_()
    seen = eyes(pictures)
    assert seen.shape == (4, 16, 2, 2)
    seen.sum().backward()
    assert pictures.grad is not None
    assert all(each.grad is None for each in eyes.parameters())
    assert not eyes.network.training
