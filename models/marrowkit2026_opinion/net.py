"""The network: a narrow stack of convolutions over the outline of a nucleus, beside six measures of the cell.

A smear has no up: a cell that is turned or mirrored gets the same answer by construction, in one pass instead of eight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from models.symmetry import Channels, conv, make_plain

LABELS = ("blast", "lymphoid", "erythroid", "granulocyte", "precursor", "monocyte")
MEASURES = ("nucleus_diameter_um", "diameter_um", "nc_ratio", "circularity", "solidity", "lobes")
VIEW, CHANNELS = "nucleus", 1
"""What the network is shown as shipped, and the planes of that input view."""
SIZE_PX, UM_PER_PX = 80, 0.25
"""A square of 20 µm."""
WIDTHS = (24, 32, 48, 64)
HIDDEN = 64
BELIEVED = 3.0
"""How many standard deviations from the training cells' mean a measure is believed."""
DROPPED_BEFORE, DROPPED_AFTER = 0.3, 0.2


class OpinionNet(nn.Module):
    """A cell's picture and measures in, one logit per label out.

    `widths` are the channels at 0.5, 1, 2 and 4 µm per pixel. Mean and maximum over the picture are both kept: the mean
    for what is everywhere, the maximum for what occurs once, such as a cleft or a neck.
    """

    averaging: Tensor

    def __init__(self, widths: Sequence[int] = WIDTHS, channels: int = CHANNELS) -> None:
        super().__init__()
        levels = [Channels.mixed(width) for width in widths]
        first, deep, last = levels[0], levels[-2], levels[-1]
        inner = [layer for pair in pairwise(levels[:-1]) for layer in (nn.MaxPool2d(2), *block(*pair))]
        stem = conv(Channels(scalars=channels), first, 4, stride=2)
        self.body = nn.Sequential(stem, conv(first, first), *inner, nn.MaxPool2d(2), conv(deep, last))
        self.register_buffer("averaging", last.averaging, persistent=False)
        self.head = nn.Sequential(
            nn.Dropout(DROPPED_BEFORE),
            nn.Linear(2 * self.averaging.shape[1] + len(MEASURES), HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPPED_AFTER),
            nn.Linear(HIDDEN, len(LABELS)),
        )

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:
        """Logits (cells, 6) from the view (cells, channels, 80, 80) and standardised measures (cells, 6)."""
        seen = self.body(image)
        mean, most = seen.mean((2, 3)) @ self.averaging, seen.amax((2, 3)) @ self.averaging
        logits: Tensor = self.head(torch.cat([mean, most, measures.clamp(-BELIEVED, BELIEVED)], 1))
        return logits


class Standardising(nn.Module):
    """The network for measures in their own units: their scale is among its weights."""

    mean: Tensor
    std: Tensor

    def __init__(self, opinion: OpinionNet) -> None:
        super().__init__()
        self.opinion = opinion
        self.register_buffer("mean", torch.zeros(len(MEASURES)))
        self.register_buffer("std", torch.ones(len(MEASURES)))

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:
        """Logits (cells, 6) from the view and measures in `MEASURES`' order and units (cells, 6)."""
        logits: Tensor = self.opinion(image, (measures - self.mean) / self.std)
        return logits


def network(classes: int) -> Standardising:
    """The room as every room's is made, with random weights.

    Raises:
        ValueError: there are as many classes as `LABELS`.
    """
    if classes != len(LABELS):
        raise ValueError(f"the opinion network tells {len(LABELS)} labels, not {classes}")
    return Standardising(OpinionNet())


def block(inputs: Channels, outputs: Channels) -> tuple[nn.Module, nn.Module]:
    """Two convolutions."""
    return conv(inputs, outputs), conv(outputs, outputs)


def load(state: Mapping[str, Tensor], widths: Sequence[int] = WIDTHS, channels: int = CHANNELS) -> OpinionNet:
    """The network with these weights, for evaluation: its layers are ordinary ones."""
    network = OpinionNet(widths, channels)
    network.load_state_dict(dict(state))
    make_plain(network)
    return network.eval()
