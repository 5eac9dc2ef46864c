"""White balance, filter, and a DenseNet: one graph from the picture of a cell to its lineage."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from models.backbones.densenet import BLOCKS, FIRST, GROWTH, DenseNet
from models.backbones.published import Standardised
from models.huang2020_densenet121.filtering import SelfAdaptive
from models.huang2020_densenet121.light import PerfectReflector

FEATURES = "body.features"
"""The module that gives the last picture, before the head averages it."""


class HuangNet(nn.Module):
    """Pictures of light that passed in, one logit per class out. `body` has torchvision's names."""

    def __init__(self, body: DenseNet) -> None:
        super().__init__()
        self.prepared = nn.Sequential(PerfectReflector(), SelfAdaptive(), Standardised())
        self.body = body

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), sides of at least 32, to logits (n, classes)."""
        return self.body(self.prepared(image))  # type: ignore[no-any-return]


def network(classes: int, growth: int = GROWTH, blocks: Sequence[int] = BLOCKS, first: int = FIRST) -> HuangNet:
    """The room's network with random weights: DenseNet121, or what the settings of `DenseNet` make of it."""
    return HuangNet(DenseNet(classes, growth, blocks, first))
