"""A U-Net whose convolutions are Inception blocks.

Sources: Ronneberger et al., U-Net, arXiv 1505.04597; Szegedy et al., Rethinking the Inception architecture (version 2),
arXiv 1512.00567: a 5 × 5 convolution as two of 3 × 3, batch norm everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


class Inception(nn.Module):
    """Four looks at a picture beside each other: at pixels, near, further, and at the neighbours' mean."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        part = outputs // 4
        self.pixels = conv(inputs, part, 1)
        self.near = nn.Sequential(conv(inputs, part, 1), conv(part, part))
        self.further = nn.Sequential(conv(inputs, part, 1), conv(part, part), conv(part, part))
        self.pooled = nn.Sequential(nn.AvgPool2d(3, 1, 1), conv(inputs, outputs - 3 * part, 1))

    def forward(self, picture: Tensor) -> Tensor:
        """(n, inputs, height, width) to (n, outputs, height, width)."""
        looks = (self.pixels, self.near, self.further, self.pooled)
        return torch.cat([look(picture) for look in looks], 1)


class UNet(nn.Module):
    """Grey pictures in, one logit per pixel out: whether it is nucleus.

    widths  channels at each halving, each at least 4
    """

    def __init__(self, widths: Sequence[int]) -> None:
        super().__init__()
        self.down = nn.ModuleList([Inception(inputs, outputs) for inputs, outputs in pairwise([1, *widths])])
        upwards = list(pairwise(reversed(widths)))
        self.up = nn.ModuleList([Inception(deep + shallow, shallow) for deep, shallow in upwards])
        self.out = nn.Conv2d(widths[0], 1, 1)

    @property
    def multiple_px(self) -> int:
        """Sides are a multiple of it: a halving between each two levels."""
        return int(2 ** len(self.up))

    def forward(self, grey: Tensor) -> Tensor:
        """(n, 1, height, width) to logits of the same shape."""
        levels = [self.down[0](grey)]
        for step in list(self.down)[1:]:
            levels.append(step(functional.max_pool2d(levels[-1], 2)))
        seen = levels.pop()
        for step in self.up:
            wide = functional.interpolate(seen, scale_factor=2.0, mode="nearest")
            seen = step(torch.cat([wide, levels.pop()], 1))
        return self.out(seen)  # type: ignore[no-any-return]


def conv(inputs: int, outputs: int, size: int = 3) -> nn.Sequential:
    """A convolution, batch norm, ReLU."""
    weights = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(outputs), nn.ReLU())
