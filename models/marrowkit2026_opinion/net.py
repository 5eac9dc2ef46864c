"""The network: a narrow stack of convolutions over the outline of a nucleus, beside six measures of the cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

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

    def __init__(self, widths: Sequence[int] = WIDTHS, channels: int = CHANNELS) -> None:
        super().__init__()
        first, last = widths[0], widths[-1]
        inner = [layer for pair in pairwise(widths[:-1]) for layer in (nn.MaxPool2d(2), conv(*pair), conv(pair[1]))]
        self.body = nn.Sequential(
            conv(channels, first, stride=2), conv(first), *inner, nn.MaxPool2d(2), conv(widths[-2], last)
        )
        self.head = nn.Sequential(
            nn.Dropout(DROPPED_BEFORE),
            nn.Linear(2 * last + len(MEASURES), HIDDEN),
            nn.ReLU(),
            nn.Dropout(DROPPED_AFTER),
            nn.Linear(HIDDEN, len(LABELS)),
        )

    def forward(self, image: Tensor, measures: Tensor) -> Tensor:
        """Logits (cells, 6) from the view (cells, channels, 80, 80) and standardised measures (cells, 6)."""
        seen = self.body(image)
        believed = measures.clamp(-BELIEVED, BELIEVED)
        logits: Tensor = self.head(torch.cat([seen.mean((2, 3)), seen.amax((2, 3)), believed], 1))
        return logits


def conv(inputs: int, outputs: int | None = None, stride: int = 1) -> nn.Sequential:
    """A 3 × 3 convolution, batch norm, ReLU; as many channels out as in unless told."""
    weights = nn.Conv2d(inputs, outputs or inputs, 3, stride, 1, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(outputs or inputs), nn.ReLU())


def load(state: Mapping[str, Tensor], widths: Sequence[int] = WIDTHS, channels: int = CHANNELS) -> OpinionNet:
    """The network with these weights, for evaluation."""
    network = OpinionNet(widths, channels)
    network.load_state_dict(dict(state))
    return network.eval()
