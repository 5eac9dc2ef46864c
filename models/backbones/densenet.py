"""DenseNets as torchvision has them; DenseNet121 unless told otherwise.

Source: Huang G. et al., Densely connected convolutional networks, arXiv 1608.06993.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.initial import draw_as_he

GROWTH, BLOCKS, FIRST = 32, (6, 12, 24, 16), 64
"""DenseNet121: channels that a layer adds, layers of each block, channels of the stem."""
BOTTLENECK = 4
"""Channels before a layer's 3 × 3 convolution, in growths."""
HEAD = "classifier"
FEATURES = "features"


class DenseNet(nn.Module):
    """RGB pictures in, one logit per class out."""

    def __init__(self, classes: int, growth: int = GROWTH, blocks: Sequence[int] = BLOCKS, first: int = FIRST) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict(
            conv0=nn.Conv2d(3, first, 7, 2, 3, bias=False),
            norm0=nn.BatchNorm2d(first),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, 2, 1),
        )
        channels = first
        for number, count in enumerate(blocks, 1):
            layers[f"denseblock{number}"] = dense_block(channels, growth, count)
            channels += count * growth
            if number < len(blocks):
                layers[f"transition{number}"] = transition(channels)
                channels //= 2
        layers["norm5"] = nn.BatchNorm2d(channels)
        self.features = nn.Sequential(layers)
        self.classifier = nn.Linear(channels, classes)
        draw_as_he(self)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), sides of at least 32, to logits (n, classes)."""
        return self.classifier(functional.relu(self.features(image)).mean((2, 3)))  # type: ignore[no-any-return]


class DenseLayer(nn.Module):
    """What came before, and what it adds to it."""

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        inner = BOTTLENECK * growth
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), nn.Conv2d(inputs, inner, 1, bias=False)
        self.norm2, self.conv2 = nn.BatchNorm2d(inner), nn.Conv2d(inner, growth, 3, padding=1, bias=False)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, inputs, height, width) to (n, inputs + growth, height, width)."""
        narrow = self.conv1(functional.relu(self.norm1(picture)))
        return torch.cat([picture, self.conv2(functional.relu(self.norm2(narrow)))], 1)


def dense_block(channels: int, growth: int, count: int) -> nn.Sequential:
    """So many layers, each of which sees all before it."""
    layers = {f"denselayer{k + 1}": DenseLayer(channels + k * growth, growth) for k in range(count)}
    return nn.Sequential(OrderedDict(layers))


def transition(channels: int) -> nn.Sequential:
    """Half of the channels and half of the size."""
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(channels),
            relu=nn.ReLU(),
            conv=nn.Conv2d(channels, channels // 2, 1, bias=False),
            pool=nn.AvgPool2d(2, 2),
        )
    )
