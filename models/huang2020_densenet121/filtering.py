"""The self-adaptive filter: smooth where a picture is even, and leave edges alone.

Source: Lee, IEEE Trans Pattern Anal 2 (1980) 165: around each pixel mean and variance are taken; what varies no more
than noise becomes the mean. The noise of a picture is the mean of its variances, as SciPy's `wiener` has it.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

SIDE_PX = 3
FLAT = 1e-12
"""Variance below which there is nothing to keep."""


class SelfAdaptive(nn.Module):
    """Each channel filtered by its own noise."""

    def __init__(self, side_px: int = SIDE_PX) -> None:
        super().__init__()
        self.side_px = side_px

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        mean = around(image, self.side_px)
        variance = (around(image * image, self.side_px) - mean * mean).clamp_min(0.0)
        noise = variance.mean((2, 3), keepdim=True)
        kept = (1 - noise / variance.clamp_min(FLAT)).clamp_min(0.0)
        return mean + kept * (image - mean)


def around(image: Tensor, side_px: int) -> Tensor:
    """The mean of the square of odd side around each pixel; beyond the picture there is nothing."""
    return functional.avg_pool2d(image, side_px, 1, side_px // 2)
