"""What MultiPathGAN's generator and critic are corrected by.

Sources: Gulrajani et al., Improved training of Wasserstein GANs, arXiv 1704.00028, for the gradient penalty; Zhu et
al., CycleGAN, arXiv 1703.10593, for the cycle; Johnson et al., Perceptual losses, arXiv 1603.08155. The weights are
Nazki's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.published import Standardised
from models.backbones.resnet import ResNet
from models.yang2023_mobilevitv2.gan import Pair

Features = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Weights:
    """By how much each loss counts."""

    penalty: float = 10.0
    stain: float = 1.0
    cycle: float = 10.0
    perceptual: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A batch: pictures (n, 3, s, s) from −1 to 1, the stains that they have and those that they are to get, (n,), and
    where between a real picture and a made one the critic's slope is taken, (n, 1, 1, 1), 0 to 1."""

    pictures: Tensor
    stains: Tensor
    wanted: Tensor
    between: Tensor


class Perception(nn.Module):
    """What a ResNet sees of a picture after its second layer; it learns nothing here."""

    def __init__(self, network: ResNet) -> None:
        super().__init__()
        self.colours = Standardised()
        self.network = network.eval().requires_grad_(False)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, 3, s, s) from −1 to 1 to (n, channels, s / 8, s / 8)."""
        seen = self.network.stem(self.colours((picture + 1) / 2))
        return self.network.layer2(self.network.layer1(seen))  # type: ignore[no-any-return]


def critic_loss(pair: Pair, shown: Shown, weights: Weights) -> Tensor:
    """Made pictures are to seem less real than real ones, slopes are to be 1, and stains of real ones named rightly."""
    with torch.no_grad():
        made = pair.generator(shown.pictures, shown.wanted)
    real, stain = pair.critic(shown.pictures)
    apart = pair.critic(made)[0].mean() - real.mean()
    mixed = shown.between * shown.pictures + (1 - shown.between) * made
    steep = gradient_penalty(lambda picture: pair.critic(picture)[0], mixed)
    wrong: Tensor = apart + weights.penalty * steep + weights.stain * functional.cross_entropy(stain, shown.stains)
    return wrong


def generator_loss(pair: Pair, shown: Shown, weights: Weights, features: Features | None) -> Tensor:
    """Made pictures are to seem real and have the wanted stain, show the same to other eyes, and come back as they
    were. The critic is asked and not corrected."""
    made = pair.generator(shown.pictures, shown.wanted)
    with frozen(pair.critic):
        real, stain = pair.critic(made)
    wrong: Tensor = weights.stain * functional.cross_entropy(stain, shown.wanted) - real.mean()
    wrong = wrong + weights.cycle * distance(shown.pictures, pair.generator(made, shown.stains))
    return (
        wrong if features is None else wrong + weights.perceptual * distance(features(shown.pictures), features(made))
    )


def gradient_penalty(critic: Features, pictures: Tensor) -> Tensor:
    """Mean over pictures (n, …) of (‖slope‖ − 1)², the slope of the critic's sum at each picture."""
    at = pictures.detach().requires_grad_()
    (slope,) = torch.autograd.grad(critic(at).sum(), at, create_graph=True)
    steepness: Tensor = slope.flatten(1).norm(dim=1)
    return (steepness - 1).square().mean()


def distance(one: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference."""
    return functional.l1_loss(one, other)


@contextmanager
def frozen(module: nn.Module) -> Iterator[None]:
    """Its weights get no gradient from what is computed in here."""
    learning = [each for each in module.parameters() if each.requires_grad]
    for each in learning:
        each.requires_grad_(False)
    try:
        yield
    finally:
        for each in learning:
            each.requires_grad_(True)
