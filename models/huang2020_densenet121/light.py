"""White balance by the perfect reflector: the brightest part of a picture is taken for white.

Source: the algorithm that Huang et al. name; written down as a common implementation has it: the brightest tenth to
twentieth of the pixels by R + G + B, and each channel over its mean there.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SHARE = 0.05
"""Of the pixels: the brightest that are taken for a perfect reflector."""
LEAST = 1 / 255
"""Least light of the reflector: a picture that is black stays black."""


class PerfectReflector(nn.Module):
    """Pictures of light, 0 to 1.15, the mean of their brightest pixels brought to 1; nothing is brighter."""

    def __init__(self, share: float = SHARE) -> None:
        super().__init__()
        self.share = share

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to the same shape."""
        return (image / reflector(image, self.share).clamp_min(LEAST)).clamp(0.0, 1.0)


def reflector(image: Tensor, share: float) -> Tensor:
    """The mean colour of each picture's brightest pixels, (n, 3, 1, 1); at least one pixel counts."""
    pixels = image.flatten(2)
    count = max(1, round(share * pixels.shape[2]))
    least = torch.topk(pixels.sum(1), count)[0][:, -1:]
    bright = (pixels.sum(1) >= least).to(image.dtype)[:, None]
    return ((pixels * bright).sum(2) / bright.sum(2))[:, :, None, None]
