"""Means over parts of a picture, written as products of matrices: every engine takes them, at every size."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MeansOfParts(nn.Module):
    """`nn.AdaptiveAvgPool2d(parts)`: as many means down as across; a part may share a line with its neighbour.

    ONNX has no such layer and exporters refuse it where the size is no multiple of the parts.
    """

    def __init__(self, parts: int) -> None:
        super().__init__()
        self.parts = parts

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to (n, channels, parts, parts)."""
        height, width = picture.shape[2:]
        if (height, width) == (self.parts, self.parts):
            return picture
        down, across = (shares(size, self.parts).to(picture) for size in (height, width))
        return down @ picture @ across.T


def shares(size: int, parts: int) -> Tensor:
    """By how much each of `size` lines counts in each part, (parts, size); rows add up to 1.

    Part k reaches from ⌊k · size / parts⌋ to ⌈(k + 1) · size / parts⌉.
    """
    lines, part = torch.arange(size), torch.arange(parts)[:, None]
    first, last = part * size // parts, -(-(part + 1) * size // parts)
    inside = ((lines >= first) & (lines < last)).float()
    return inside / inside.sum(1, keepdim=True)
