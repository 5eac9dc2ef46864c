"""A CNN whose features are chosen by chi-square and judged by dense layers, or beside them by a random forest.

While the convolutions learn, one dense layer sees all features. `finish.py` then chooses, and fits what judges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.trees import Forest

WIDTHS = (32, 64, 128, 128)
"""Channels after each of the four blocks at width 1."""
COUNT, HIDDEN = 512, 128
"""Features that chi-square chooses from, and neurons of the layer that sees the chosen ones, at width 1."""
MULTIPLE_PX = 16
FEATURES = "body"
"""The module that gives the last picture."""
RAREST = 1e-3
"""The share of a forest that no tree at all stands for, so that it has a logarithm."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the network's layers.

    width     of all of them
    chosen    how many features are left after the selection
    judge     what sees these in the end: `dense`, `forest`
    trees, depth   of the forest
    channels  planes of the input view
    """

    classes: int
    width: float = 1.0
    chosen: int = 256
    judge: str = "dense"
    trees: int = 100
    depth: int = 8
    channels: int = 3

    @property
    def features(self) -> int:
        """How many there are to choose from."""
        return int(COUNT * self.width)


class DenseCnn(nn.Module):
    """Pictures of single cells in, one logit per class out."""

    chosen: Tensor

    def __init__(self, shape: Shape, finished: bool = False) -> None:
        super().__init__()
        if shape.judge not in JUDGES or not 0 < shape.chosen <= shape.features:
            raise ValueError(f"of {shape.features} features {shape.chosen} cannot be chosen for {shape.judge!r}")
        self.shape = shape
        widths = [int(each * shape.width) for each in WIDTHS]
        self.body = nn.Sequential(*(block(a, b) for a, b in pairwise((shape.channels, *widths))))
        self.described = nn.Linear(widths[-1], shape.features)
        self.register_buffer("chosen", torch.arange(shape.chosen if finished else shape.features))
        self.judge = JUDGES[shape.judge](shape) if finished else nn.Linear(shape.features, shape.classes)

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, s, s), s at least 16, to logits (n, classes)."""
        return self.judge(self.vector(image)[:, self.chosen])  # type: ignore[no-any-return]

    def vector(self, image: Tensor) -> Tensor:
        """All features, none below 0, (n, features)."""
        return torch.relu(self.described(self.body(image).mean((2, 3))))


class Voted(nn.Module):
    """A random forest: the logarithm of the share of trees for each class."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.forest = Forest(shape.trees, shape.depth, shape.classes)

    def forward(self, features: Tensor) -> Tensor:
        """(n, chosen) to (n, classes)."""
        return torch.log(self.forest(features).clamp_min(RAREST))


def dense(shape: Shape) -> nn.Module:
    """Two dense layers."""
    hidden = int(HIDDEN * shape.width)
    return nn.Sequential(nn.Linear(shape.chosen, hidden), nn.ReLU(), nn.Linear(hidden, shape.classes))


JUDGES: Mapping[str, Callable[[Shape], nn.Module]] = MappingProxyType({"dense": dense, "forest": Voted})


def network(classes: int, finished: bool = False, **settings: float | int | str) -> DenseCnn:
    """The room's network with random weights; settings are the fields of `Shape`.

    Raises:
        TypeError: another field.
        ValueError: more features are to be chosen than there are, or there is no such judge.
    """
    return DenseCnn(Shape(classes, **settings), finished)  # type: ignore[arg-type]  # a card's values, checked above


def loss(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """Sigmoid cross-entropy of every class against all others, as in the paper; cells without a label say nothing."""
    return crossed(network(image), labels)


def crossed(logits: Tensor, labels: Tensor) -> Tensor:
    """The same of logits (n, classes)."""
    known = labels >= 0
    due = functional.one_hot(labels[known], logits.shape[1]).to(logits.dtype)
    told = functional.binary_cross_entropy_with_logits(logits[known], due, reduction="sum")
    return told / logits.numel()


def block(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution, batch norm, ReLU, and half the size."""
    weights = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(weights, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))
