"""A plain CNN of as many blocks, channels, and neurons as a swarm of cats has found best."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

MOST_BLOCKS = 5
MULTIPLE_PX = 2**MOST_BLOCKS
FEATURES = "body"
"""The module that gives the last picture, before it is averaged."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What the swarm chooses.

    blocks    of two convolutions and a halving each
    width     channels of the first block; each further one has twice as many
    kernel    side of the convolutions
    dense     neurons before the last layer
    dropout   share of them that is dropped while it learns
    channels  planes of the input view; not chosen
    """

    classes: int
    blocks: int = 3
    width: int = 16
    kernel: int = 3
    dense: int = 64
    dropout: float = 0.3
    channels: int = 3


class TunedCnn(nn.Module):
    """Pictures of single cells in, one logit per class out."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        if not 1 <= shape.blocks <= MOST_BLOCKS or min(shape.width, shape.dense) < 1 or shape.kernel % 2 == 0:
            raise ValueError(f"there is no network of {shape}")
        self.shape = shape
        widths = [shape.channels, *(shape.width * 2**number for number in range(shape.blocks))]
        self.body = nn.Sequential(*(block(a, b, shape.kernel) for a, b in pairwise(widths)))
        first, last = nn.Linear(widths[-1], shape.dense), nn.Linear(shape.dense, shape.classes)
        self.head = nn.Sequential(first, nn.ReLU(), nn.Dropout(shape.dropout), last)

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, s, s), s at least 2 to the number of blocks, to logits (n, classes)."""
        return self.head(self.body(image).mean((2, 3)))  # type: ignore[no-any-return]


def network(classes: int, **settings: float) -> TunedCnn:
    """The room's network with random weights; settings are the fields of `Shape`.

    Raises:
        TypeError: another field.
        ValueError: no such network.
    """
    return TunedCnn(Shape(classes, **settings))  # type: ignore[arg-type]  # a card's values


def block(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """Two convolutions with batch norm and ReLU, and half the size."""
    return nn.Sequential(*conv(inputs, outputs, kernel), *conv(outputs, outputs, kernel), nn.MaxPool2d(2))


def conv(inputs: int, outputs: int, kernel: int) -> tuple[nn.Module, ...]:
    """A convolution, batch norm, ReLU."""
    weights = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return weights, nn.BatchNorm2d(outputs), nn.ReLU()
