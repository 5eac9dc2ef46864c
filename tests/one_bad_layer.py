"""A network of which one layer cannot be had in 8 bits."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class OneBadLayer(nn.Module):
    """Three layers; large weights for a channel that is always 0 leave the second no digits for those that decide."""

    def __init__(self, labels: int, gain: float) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.gain = gain
        first, second, last = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 1), nn.Conv2d(8, labels, 1)
        self.layers = nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)
        with torch.no_grad():
            second.weight[:, 0] = 300.0
            first.weight[0], first.bias[0] = 0.0, -1.0  # type: ignore[index]
            last.bias.sub_(self.layers(torch.full((1, 3, 1, 1), 0.5)).flatten())  # type: ignore[union-attr]

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, h, w) to logits (n, labels), near 0 for grey."""
        return self.gain * self.layers(image).mean((2, 3))  # type: ignore[no-any-return]
