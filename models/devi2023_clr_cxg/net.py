"""CLR-CXG: four leaky convolutions give features, and trees that XGBoost has grown on them give the class.

While the convolutions learn, a linear layer stands where the trees will: `finish.py` plants them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from models.trees import Forest

WIDTHS = (32, 64, 128, 256)
"""Channels after each of the four blocks at width 1; the last are the features."""
SLOPE = 0.1
MULTIPLE_PX = 16
FEATURES = "body"
"""The module that gives the last picture, before it is averaged."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the network's layers.

    width     how many times the channels of width 1
    rounds, depth   of the trees: each round grows one for every class
    channels  planes of the input view
    """

    classes: int
    width: float = 1.0
    rounds: int = 400
    depth: int = 6
    channels: int = 3

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels after each block."""
        return tuple(int(each * self.width) for each in WIDTHS)

    def forest(self) -> Forest:
        """As many trees as there are rounds and classes, not planted yet."""
        return Forest(self.rounds * self.classes, self.depth, self.classes)


class ClrCxg(nn.Module):
    """Pictures of single cells in, one logit per class out; by trees once it is finished."""

    def __init__(self, shape: Shape, finished: bool = False) -> None:
        super().__init__()
        if min(shape.widths) < 1:
            raise ValueError(f"there is no network of width {shape.width}")
        self.shape = shape
        self.body = nn.Sequential(*(block(a, b) for a, b in pairwise((shape.channels, *shape.widths))))
        self.judge: nn.Module = shape.forest() if finished else nn.Linear(shape.widths[-1], shape.classes)

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, s, s), s at least 16, to logits (n, classes)."""
        return self.judge(self.vector(image))  # type: ignore[no-any-return]

    def vector(self, image: Tensor) -> Tensor:
        """What is judged: the mean of the last picture, (n, last width)."""
        seen: Tensor = self.body(image)
        return seen.mean((2, 3))


def network(classes: int, finished: bool = False, **settings: float) -> ClrCxg:
    """The room's network with random weights, or with empty trees; settings are the fields of `Shape`.

    Raises:
        TypeError: another field.
        ValueError: a width without channels, or a forest without trees.
    """
    return ClrCxg(Shape(classes, **settings), finished)  # type: ignore[arg-type]  # a card's values


def block(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution, batch norm, leaky ReLU, and half the size."""
    weights = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(outputs), nn.LeakyReLU(SLOPE), nn.MaxPool2d(2))
