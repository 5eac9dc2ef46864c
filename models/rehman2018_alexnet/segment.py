"""What is stained: Otsu's threshold on the saturation, then an opening; all of it in the graph.

Source: Rehman et al. name thresholding; which, and of what, is assumed (see README.md). Serra, Image analysis and
mathematical morphology (1982), for the opening.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.histogram import LEVELS, otsu

OPENED_PX = 3
FAINT = 1e-6
"""Light below which a pixel has no colour."""


class Segmented(nn.Module):
    """Pictures of light, black where nothing is stained.

    opened_px  odd side of the square that a stained part must hold
    """

    def __init__(self, opened_px: int = OPENED_PX) -> None:
        super().__init__()
        self.opened_px = opened_px

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), 0 to 1.15, to the same shape, 0 to 1."""
        return image.clamp(0.0, 1.0) * opened(stained(image), self.opened_px)[:, None]


def stained(image: Tensor) -> Tensor:
    """1 where the saturation is above Otsu's threshold, else 0, (n, height, width)."""
    levels = saturation(image)
    return (levels > otsu(levels)[:, None, None]).to(image.dtype)


def saturation(image: Tensor) -> Tensor:
    """(max − min) / max of each pixel in whole levels 0–255, as HSV has it, (n, height, width)."""
    light = image.clamp(0.0, 1.0)
    most, least = light.amax(1), light.amin(1)
    return torch.round((most - least) / most.clamp_min(FAINT) * (LEVELS - 1))


def opened(mask: Tensor, side_px: int) -> Tensor:
    """What squares of an odd side that lie wholly within the mask cover, (n, height, width); beyond the picture
    nothing is in its way."""
    within = -functional.max_pool2d(-mask[:, None], side_px, 1, side_px // 2)
    return functional.max_pool2d(within, side_px, 1, side_px // 2)[:, 0]
