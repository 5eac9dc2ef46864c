"""Weights that somebody published for one of these networks, brought into it without their head."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor, nn

COLOURS_MEAN, COLOURS_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""ImageNet's, that torchvision's weights expect pictures from 0 to 1 to be standardised by."""
_OLD_DENSE = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
"""DenseNet's published files are older than the names in torchvision."""


class Standardised(nn.Module):
    """Pictures from 0 to 1 as ImageNet's networks expect them."""

    mean: Tensor
    std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(COLOURS_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(COLOURS_STD).view(3, 1, 1), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width) to the same shape."""
        return (image - self.mean) / self.std


def start_from(network: nn.Module, published: Mapping[str, Tensor], head: str) -> None:
    """Take a checkpoint's weights, all but those of the head, which is for other classes.

    Raises:
        ValueError: a weight is missing, too many, or of another shape.
    """
    given = {_OLD_DENSE.sub(r"\1\2.", name): each for name, each in published.items()}
    body = {name: each for name, each in given.items() if not name.startswith(f"{head}.")}
    due = {name: each for name, each in network.state_dict().items() if not name.startswith(f"{head}.")}
    shapes = {name: tuple(each.shape) for name, each in body.items() if not _counter(name)}
    wrong = shapes.items() ^ {(name, tuple(each.shape)) for name, each in due.items() if not _counter(name)}
    if wrong:
        name, shape = min(wrong)
        raise ValueError(f"{len(wrong)} weights are of another network, the first {name} {shape}")
    network.load_state_dict(body, strict=False)


def _counter(name: str) -> bool:
    """Whether it counts batches: older files lack it, and evaluation never asks."""
    return name.endswith("num_batches_tracked")
