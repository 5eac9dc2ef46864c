"""ResNets and ResNeXts as torchvision has them: one definition, a plan for each.

Sources: He et al., Deep residual learning, arXiv 1512.03385, with the stride in the 3 × 3 convolution (version 1.5);
Xie et al., Aggregated residual transformations, arXiv 1611.05431.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from torch import Tensor, nn
from torch.nn import functional

from models.backbones.initial import draw_as_he

CHANNELS = (64, 128, 256, 512)
"""Of the four layers at width 1; what a bottleneck gives has four times as many."""
WIDENED = 4
HEAD = "fc"
FEATURES = "layer4"


@dataclass(frozen=True, slots=True)
class Plan:
    """One of the family.

    blocks     of each of the four layers
    groups, per_group   groups of the 3 × 3 convolutions and, at the first layer, the channels of one
    bottleneck whether blocks narrow before their 3 × 3 convolution; else they have two of them
    width      how many times the published channels
    """

    blocks: tuple[int, int, int, int]
    groups: int = 1
    per_group: int = 64
    bottleneck: bool = True
    width: float = 1.0

    def inner(self, channels: int) -> int:
        """Channels of the 3 × 3 convolution of a block of a layer of so many."""
        return int(channels * self.per_group / CHANNELS[0]) * self.groups

    def outer(self, channels: int) -> int:
        """Channels that a block of a layer of so many gives."""
        return channels * WIDENED if self.bottleneck else channels


PUBLISHED: Mapping[str, Plan] = MappingProxyType(
    {
        "resnet34": Plan((3, 4, 6, 3), bottleneck=False),
        "resnet50": Plan((3, 4, 6, 3)),
        "resnext50_32x4d": Plan((3, 4, 6, 3), groups=32, per_group=4),
        "resnext101_32x8d": Plan((3, 4, 23, 3), groups=32, per_group=8),
    }
)


class ResNet(nn.Module):
    """RGB pictures in, one logit per class out."""

    def __init__(self, classes: int, plan: Plan) -> None:
        super().__init__()
        first, *later = (int(each * plan.width) for each in CHANNELS)
        self.conv1 = nn.Conv2d(3, first, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(first)
        self.layer1 = _layer(first, first, 0, plan)
        self.layer2 = _layer(plan.outer(first), later[0], 1, plan)
        self.layer3 = _layer(plan.outer(later[0]), later[1], 2, plan)
        self.layer4 = _layer(plan.outer(later[1]), later[2], 3, plan)
        self.fc = nn.Linear(plan.outer(later[2]), classes)
        draw_as_he(self)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to logits (n, classes)."""
        return self.fc(self.features(image).mean((2, 3)))  # type: ignore[no-any-return]

    def features(self, image: Tensor) -> Tensor:
        """What the head averages, (n, channels, height / 32, width / 32)."""
        return self.layer4(self.layer3(self.layer2(self.layer1(self.stem(image)))))  # type: ignore[no-any-return]

    def stem(self, image: Tensor) -> Tensor:
        """What the first layer is given, (n, channels, height / 4, width / 4)."""
        return functional.max_pool2d(functional.relu(self.bn1(self.conv1(image))), 3, 2, 1)


class Bottleneck(nn.Module):
    """Narrow, look around in groups, widen; added to the input, brought to shape where it has another."""

    def __init__(self, inputs: int, channels: int, stride: int, plan: Plan) -> None:
        super().__init__()
        inner, outputs = plan.inner(channels), plan.outer(channels)
        self.conv1 = nn.Conv2d(inputs, inner, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, 1, groups=plan.groups, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = _shortcut(inputs, outputs, stride)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, inputs, height, width) to (n, outputs, height / stride, width / stride)."""
        narrow = functional.relu(self.bn1(self.conv1(picture)))
        around = functional.relu(self.bn2(self.conv2(narrow)))
        return functional.relu(self.bn3(self.conv3(around)) + self.downsample(picture))


class Basic(nn.Module):
    """Two 3 × 3 convolutions, added to the input, brought to shape where it has another."""

    def __init__(self, inputs: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = _shortcut(inputs, channels, stride)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, inputs, height, width) to (n, channels, height / stride, width / stride)."""
        around = functional.relu(self.bn1(self.conv1(picture)))
        return functional.relu(self.bn2(self.conv2(around)) + self.downsample(picture))


def resnet(classes: int, name: str, width: float = 1.0, blocks: tuple[int, int, int, int] | None = None) -> ResNet:
    """One of the published networks with random weights, or one of its kind that is narrower or has fewer blocks.

    Raises:
        ValueError: there is none of that name, or the width leaves no whole groups.
    """
    if name not in PUBLISHED:
        raise ValueError(f"there is no {name!r}, only {', '.join(PUBLISHED)}")
    plan = replace(PUBLISHED[name], width=width, blocks=blocks or PUBLISHED[name].blocks)
    if plan.inner(int(CHANNELS[0] * width)) < 1:
        raise ValueError(f"a {name} of width {width} has no channels left in its groups")
    return ResNet(classes, plan)


def _layer(inputs: int, channels: int, number: int, plan: Plan) -> nn.Sequential:
    """A layer's blocks; all but the first layer halve the picture."""
    stride, outputs = 1 if number == 0 else 2, plan.outer(channels)
    first = _block(inputs, channels, stride, plan)
    return nn.Sequential(first, *(_block(outputs, channels, 1, plan) for _ in range(plan.blocks[number] - 1)))


def _block(inputs: int, channels: int, stride: int, plan: Plan) -> nn.Module:
    return Bottleneck(inputs, channels, stride, plan) if plan.bottleneck else Basic(inputs, channels, stride)


def _shortcut(inputs: int, outputs: int, stride: int) -> nn.Module:
    if stride == 1 and inputs == outputs:
        return nn.Identity()
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))


def resnet34(classes: int, width: float = 1.0) -> ResNet:
    """ResNet-34, which `marrowkit-export train` takes by its place as well: the eyes of the stain GAN."""
    return resnet(classes, "resnet34", width)
