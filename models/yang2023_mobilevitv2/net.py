"""MobileViTv2 of any width under timm's parameter names, so that any checkpoint of timm's loads.

Source: Mehta and Rastegari, Separable self-attention for mobile vision transformers, arXiv 2206.02680; the names are
those of timm 1.0 (`mobilevitv2_050` to `mobilevitv2_200`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from models.yang2023_mobilevitv2.attention import TransformerBlock

STEM, CHANNELS = 32, (64, 128, 256, 384, 512)
"""Channels of the stem and of the five stages at width 1."""
DEPTHS = (0, 0, 2, 4, 3)
"""Transformer blocks of each stage; a stage without one is of convolutions alone."""
EXPAND = 2
MULTIPLE_PX = 64
"""Height and width of the input are multiples of it: five halvings, and patches of two at the last."""
SIZE_PX, MEAN, STD = 256, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
"""What the published weights were trained on: RGB from 0 to 1, not centred."""
NARROWEST, WIDEST = 0.5, 2.0
FEATURES = "stages"
"""The module that gives the last picture, before the head averages it."""


class MobileViTv2(nn.Module):
    """RGB pictures in, one logit per class out.

    width    0.5 to 2.0: how many times the channels of width 1
    classes  of the head
    """

    def __init__(self, classes: int, width: float = 1.5) -> None:
        super().__init__()
        if not NARROWEST <= width <= WIDEST or classes < 1:
            raise ValueError(f"there is no MobileViTv2 of width {width} and {classes} classes; width is 0.5 to 2.0")
        channels = [int(each * width) for each in CHANNELS]
        self.stem = conv(3, int(STEM * width), 3, stride=2)
        self.stages = nn.Sequential(*_stages(int(STEM * width), channels))
        self.head = nn.Sequential(
            OrderedDict(pool=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten(), fc=nn.Linear(channels[-1], classes))
        )

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to logits (n, classes)."""
        return self.head(self.features(image))  # type: ignore[no-any-return]

    def features(self, image: Tensor) -> Tensor:
        """What the head averages, (n, channels, height / 32, width / 32).

        Raises:
            ValueError: a side is no multiple of 64.
        """
        height, width = image.shape[2:]
        if height % MULTIPLE_PX or width % MULTIPLE_PX:
            raise ValueError(f"a picture of {width} × {height} has a side that is no multiple of {MULTIPLE_PX}")
        return self.stages(self.stem(image))  # type: ignore[no-any-return]


def network(classes: int, width: float = 1.5) -> MobileViTv2:
    """The room's network with random weights; the published one has width 1.5."""
    return MobileViTv2(classes, width)


def load(state: Mapping[str, Tensor]) -> MobileViTv2:
    """The network that these weights are of, for evaluation.

    Raises:
        KeyError: the weights are of another network.
        RuntimeError: torch's list of the tensors that do not fit.
    """
    network = MobileViTv2(len(state["head.fc.bias"]), len(state["stem.bn.bias"]) / STEM)
    network.load_state_dict(dict(state))
    return network.eval()


def conv(inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1, act: bool = True) -> nn.Sequential:
    """A convolution, batch norm, and SiLU unless the result is to stay linear."""
    weights = nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False)
    layers: OrderedDict[str, nn.Module] = OrderedDict(conv=weights, bn=nn.BatchNorm2d(outputs))
    return nn.Sequential(layers | OrderedDict(act=nn.SiLU()) if act else layers)


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, look around channel by channel, narrow; added to its input where shapes allow."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        wide = EXPAND * inputs
        self.conv1_1x1 = conv(inputs, wide)
        self.conv2_kxk = conv(wide, wide, 3, stride, groups=wide)
        self.conv3_1x1 = conv(wide, outputs, act=False)
        self.added = stride == 1 and inputs == outputs

    def forward(self, picture: Tensor) -> Tensor:
        """(n, inputs, height, width) to (n, outputs, height / stride, width / stride)."""
        found: Tensor = self.conv3_1x1(self.conv2_kxk(self.conv1_1x1(picture)))
        return picture + found if self.added else found


class MobileViTBlock(nn.Module):
    """Neighbours by a convolution, everything else by transformers at half the channels."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        inner = channels // 2
        self.conv_kxk = conv(channels, channels, 3, groups=channels)
        self.conv_1x1 = nn.Conv2d(channels, inner, 1, bias=False)
        self.transformer = nn.Sequential(*(TransformerBlock(inner) for _ in range(depth)))
        self.norm = nn.GroupNorm(1, inner)
        self.conv_proj = conv(inner, channels, act=False)

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width) to the same shape."""
        seen = self.transformer(self.conv_1x1(self.conv_kxk(picture)))
        return self.conv_proj(self.norm(seen))  # type: ignore[no-any-return]


def _stages(inputs: int, channels: Sequence[int]) -> list[nn.Module]:
    stages: list[nn.Module] = []
    for k, (outputs, depth) in enumerate(zip(channels, DEPTHS, strict=True)):
        first = InvertedResidual(inputs, outputs, stride=1 if k == 0 else 2)
        second = [MobileViTBlock(outputs, depth)] if depth else [InvertedResidual(outputs, outputs)] * (k > 0)
        stages.append(nn.Sequential(first, *second))
        inputs = outputs
    return stages
