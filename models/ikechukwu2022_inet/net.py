"""Grey and contrast, the nucleus' outline by a U-Net, and a CNN that sees what lies within it; one graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.ikechukwu2022_inet.grey import EnhancedGrey
from models.ikechukwu2022_inet.unet import UNet, conv
from models.inner import inner, results_of

OUTLINING, SEEING = (32, 64, 128, 256), (32, 64, 128, 256)
"""Channels of the U-Net's levels and of the CNN's."""
DROPPED = 0.5
NUCLEUS = 1
"""Place of the nucleus among the outlines that a cell is kept with."""
FEATURES = "cnn.features"
"""The module that gives the last picture, before the head averages it."""


class CellNet(nn.Module):
    """The CNN from scratch: grey pictures in, one logit per class out."""

    def __init__(self, classes: int, widths: Sequence[int]) -> None:
        super().__init__()
        halvings = [nn.Sequential(conv(a, b), nn.MaxPool2d(2)) for a, b in pairwise([1, *widths])]
        self.features = nn.Sequential(*halvings)
        self.head = nn.Sequential(nn.Dropout(DROPPED), nn.Linear(widths[-1], classes))

    def forward(self, grey: Tensor) -> Tensor:
        """(n, 1, height, width) to (n, classes)."""
        return self.head(self.features(grey).mean((2, 3)))  # type: ignore[no-any-return]


class INet(nn.Module):
    """Pictures of light that passed in, one logit per class out."""

    def __init__(self, outline: UNet, cnn: CellNet) -> None:
        super().__init__()
        self.grey = EnhancedGrey()
        self.outline, self.cnn = outline, cnn

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to logits (n, classes).

        Raises:
            ValueError: a side is no multiple of the U-Net's.
        """
        height, width = image.shape[2:]
        multiple = self.outline.multiple_px
        if height % multiple or width % multiple:
            raise ValueError(f"a picture of {width} × {height} has a side that is no multiple of {multiple}")
        grey = self.grey(image)
        return self.cnn(grey * torch.sigmoid(self.outline(grey)))  # type: ignore[no-any-return]


def network(classes: int, outlining: Sequence[int] = OUTLINING, seeing: Sequence[int] = SEEING) -> INet:
    """The room's network with random weights.

    outlining, seeing  channels at each halving of the U-Net and of the CNN

    Raises:
        ValueError: the U-Net has fewer than two levels, or too few channels for four looks.
    """
    if len(outlining) < 2 or min(outlining) < 4:
        raise ValueError(f"a U-Net of {list(outlining)} is none; name two levels or more, of at least 4 channels")
    return INet(UNet(outlining), CellNet(classes, seeing))


def loss(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy of the labels (n,), and of each pixel being nucleus, over cells (n, 3, s, s) whose outlines
    (n, 2, s, s) are known."""
    with results_of(inner(network, INet).outline) as outlined:
        logits = network(image)
    nucleus = masks[:, NUCLEUS : NUCLEUS + 1]
    return functional.cross_entropy(logits, labels) + functional.binary_cross_entropy_with_logits(outlined[0], nucleus)
