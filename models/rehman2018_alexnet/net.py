"""Segmentation by a threshold and AlexNet in one graph, and a loss that weighs the classes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.alexnet import AlexNet
from models.backbones.published import Standardised
from models.inner import inner
from models.rehman2018_alexnet.segment import Segmented

FEATURES = "body.features"
"""The module that gives the last picture."""


class RehmanNet(nn.Module):
    """Pictures of light that passed in, one logit per class out. `body` has torchvision's names.

    weights  by which the classes count in the loss, (classes,); not a part of what is trained
    """

    weights: Tensor

    def __init__(self, body: AlexNet, weights: Sequence[float]) -> None:
        super().__init__()
        self.prepared = nn.Sequential(Segmented(), Standardised())
        self.body = body
        self.register_buffer("weights", torch.tensor(weights), persistent=False)

    def forward(self, image: Tensor) -> Tensor:
        """(n, 3, height, width), sides of at least 63, to logits (n, classes)."""
        return self.body(self.prepared(image))  # type: ignore[no-any-return]


def network(
    classes: int, width: float = 1.0, dropped: float = 0.5, weights: Sequence[float] | None = None
) -> RehmanNet:
    """The room's network with random weights.

    width    how many times AlexNet's channels and hidden units
    weights  of the classes in the loss; none: all alike

    Raises:
        ValueError: there are not as many weights as classes, or one is not above 0.
    """
    each = [1.0] * classes if weights is None else [float(weight) for weight in weights]
    if len(each) != classes or min(each) <= 0:
        raise ValueError(f"{classes} classes need as many weights above 0, not {each}")
    return RehmanNet(AlexNet(classes, width, dropped), each)


def loss(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy in which rare classes count as the network's weights say, over cells (n, 3, s, s) and labels
    (n,)."""
    return functional.cross_entropy(network(image), labels, weight=inner(network, RehmanNet).weights)
