"""Grey pictures of more contrast: what the paper does before anything else."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.histogram import LEVELS, equalised, whole_levels

LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601: how bright red, green and blue seem."""


class EnhancedGrey(nn.Module):
    """Colour pictures to grey ones whose levels are spread evenly; what is black is surroundings and stays so."""

    luma: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("luma", torch.tensor(LUMA).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), light 0 to 1.15, to (n, 1, height, width), 0 to 1."""
        grey = (image.clamp(0.0, 1.0) * self.luma).sum(1)
        return equalised(whole_levels(grey))[:, None] / (LEVELS - 1)
