"""MultiPathGAN's networks: one generator for all stains, and a critic that also names the stain. Training-time only.

Sources: Nazki et al., MultiPathGAN, arXiv 2204.09782, which is StarGAN with a perceptual loss; Choi et al., StarGAN,
arXiv 1711.09020, tables 4 and 5. Pictures are (n, 3, s, s) from −1 to 1; a domain is one stain.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, BLOCKS, HALVINGS = 64, 6, 6
"""Channels of the first layers, residual blocks of the generator, halvings of the critic."""
MULTIPLE_PX = 4
"""Sides that the generator takes are multiples of it."""
LEAK = 0.01


class Generator(nn.Module):
    """A picture in another stain."""

    def __init__(self, domains: int, width: int = WIDTH, blocks: int = BLOCKS) -> None:
        super().__init__()
        self.domains = domains
        self.layers = nn.Sequential(
            *normed(nn.Conv2d(3 + domains, width, 7, padding=3, bias=False)),
            *normed(nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False)),
            *normed(nn.Conv2d(2 * width, 4 * width, 4, 2, 1, bias=False)),
            *(Residual(4 * width) for _ in range(blocks)),
            *normed(nn.ConvTranspose2d(4 * width, 2 * width, 4, 2, 1, bias=False)),
            *normed(nn.ConvTranspose2d(2 * width, width, 4, 2, 1, bias=False)),
            nn.Conv2d(width, 3, 7, padding=3, bias=False),
            nn.Tanh(),
        )

    def forward(self, picture: Tensor, stain: Tensor) -> Tensor:
        """(n, 3, s, s), s a multiple of 4, in the stains (n,), to the same shape."""
        named = functional.one_hot(stain, self.domains).to(picture)[:, :, None, None]
        return self.layers(torch.cat([picture, named.expand(-1, -1, *picture.shape[2:])], 1))  # type: ignore[no-any-return]


class Residual(nn.Module):
    """Two convolutions that are added to their input."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        first, second = (nn.Conv2d(channels, channels, 3, padding=1, bias=False) for _ in range(2))
        self.layers = nn.Sequential(*normed(first), second, nn.InstanceNorm2d(channels, affine=True))

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        return picture + self.layers(picture)  # type: ignore[no-any-return]


class Critic(nn.Module):
    """How real each part of a picture seems, and which stain it has.

    size_px   of the pictures
    halvings  after each there are twice as many channels
    """

    def __init__(self, domains: int, size_px: int, width: int = WIDTH, halvings: int = HALVINGS) -> None:
        super().__init__()
        widths = [3, *(width * 2**k for k in range(halvings))]
        self.left_px = size_px // 2**halvings
        if self.left_px < 1:
            raise ValueError(f"pictures of {size_px} pixels cannot be halved {halvings} times")
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 4, 2, 1), nn.LeakyReLU(LEAK)]
        self.layers = nn.Sequential(*layers)
        self.real = nn.Conv2d(widths[-1], 1, 3, padding=1, bias=False)
        self.stain = nn.Conv2d(widths[-1], domains, self.left_px, bias=False)

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """(n, 3, size, size) to how real its parts are (n, 1, left, left), and logits of the stain (n, domains)."""
        seen = self.layers(picture)
        return self.real(seen), self.stain(seen).flatten(1)


class Pair(nn.Module):
    """Both that learn against each other."""

    def __init__(self, generator: Generator, critic: Critic) -> None:
        super().__init__()
        self.generator, self.critic = generator, critic


def normed(layer: nn.Conv2d | nn.ConvTranspose2d) -> tuple[nn.Module, ...]:
    """A convolution, each picture's own norm, ReLU."""
    return layer, nn.InstanceNorm2d(layer.out_channels, affine=True), nn.ReLU()
