"""The students: narrow stacks of convolutions whose answer does not depend on how a cell lies.

What a student passes on to compare with its teacher is its last picture of features (`features`); the head averages it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import torch
from torch import Tensor, nn

from models.symmetry import Channels, SymmetricConv2d, SymmetricNorm2d, make_plain

SIZES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"small": (16, 24, 40, 64), "medium": (24, 40, 72, 128), "large": (32, 64, 128, 256)}
)
"""Channels at each halving, by the student's name."""
MULTIPLE_PX = 16
DROPPED = 0.2
FEATURES = "body"
"""The module that gives the last picture, before the head averages it."""


class StudentNet(nn.Module):
    """Pictures of single cells in, one logit per class out.

    widths    channels after the first, second, … halving
    channels  planes of the input view
    """

    averaging: Tensor

    def __init__(self, classes: int, widths: Sequence[int], channels: int = 3) -> None:
        super().__init__()
        levels = [Channels.mixed(width) for width in widths]
        self.stem = nn.Sequential(conv(Channels(scalars=channels), levels[0], 4, 2), conv(levels[0], levels[0]))
        inner = [nn.Sequential(nn.MaxPool2d(2), conv(a, b), conv(b, b)) for a, b in pairwise(levels)]
        self.body = nn.Sequential(*inner)
        self.register_buffer("averaging", levels[-1].averaging, persistent=False)
        self.head = nn.Sequential(nn.Dropout(DROPPED), nn.Linear(2 * self.averaging.shape[1], classes))

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, s, s), s a multiple of 16, to logits (n, classes)."""
        seen = self.features(image)
        everywhere, once = (each @ self.averaging for each in (seen.mean((2, 3)), seen.amax((2, 3))))
        return self.head(torch.cat([everywhere, once], 1))  # type: ignore[no-any-return]

    def features(self, image: Tensor) -> Tensor:
        """What the head averages, (n, last width, s / 16, s / 16)."""
        return self.body(self.stem(image))  # type: ignore[no-any-return]


def network(classes: int, size: str = "small", channels: int = 3) -> StudentNet:
    """A student with random weights: `small`, `medium` or `large`.

    Raises:
        ValueError: there is no such size.
    """
    if size not in SIZES:
        raise ValueError(f"there is no student {size!r}, only {', '.join(SIZES)}")
    return StudentNet(classes, SIZES[size], channels)


def load(state: Mapping[str, Tensor], classes: int, size: str = "small", channels: int = 3) -> StudentNet:
    """The student with these weights, for evaluation: its layers are ordinary ones."""
    student = network(classes, size, channels)
    student.load_state_dict(dict(state))
    make_plain(student)
    return student.eval()


def conv(inputs: Channels, outputs: Channels, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution, batch norm, ReLU."""
    return nn.Sequential(SymmetricConv2d(inputs, outputs, size, stride), SymmetricNorm2d(outputs), nn.ReLU())
