"""The three networks under torchvision's names, and their loss: each learns by itself."""

from __future__ import annotations

from contextlib import ExitStack

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.backbones.resnet import PUBLISHED, ResNet, resnet
from models.ensemble import Ensemble
from models.inner import inner, results_of

MEMBERS = ("resnext101_32x8d", "resnext50_32x4d", "resnet50")
FEATURES = "members.resnext101_32x8d.layer4"
"""The module that gives the largest member's last picture."""
BLAST = 0
"""Place of the blasts in the card's head."""
NO_BLAST = -1
"""Label of a cell of which no more is known than that it is no blast."""


def network(classes: int, width: float = 1.0, depth: float = 1.0) -> Ensemble:
    """The room's networks with random weights.

    width, depth  how many times the published channels, and blocks of each layer, of which one at least is left

    Raises:
        ValueError: the width leaves no whole groups.
    """
    return Ensemble({name: _member(classes, name, width, depth) for name in MEMBERS})


def loss(network: nn.Module, image: Tensor, labels: Tensor, masks: Tensor) -> Tensor:
    """The mean of the members' own losses over cells (n, 3, s, s) and labels (n,): none leans on the others."""
    with ExitStack() as watching:
        members = inner(network, Ensemble).members.values()
        answers = [watching.enter_context(results_of(member)) for member in members]
        network(image)
    return torch.stack([label_loss(each[0], labels) for each in answers]).mean()


def label_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean of −log p(label); of −log(1 − p(blast)) for NO_BLAST."""
    shares = functional.log_softmax(logits, 1)
    named = shares.gather(1, labels.clamp_min(0)[:, None])[:, 0]
    others = torch.cat([shares[:, :BLAST], shares[:, BLAST + 1 :]], 1).logsumexp(1)
    return -torch.where(labels == NO_BLAST, others, named).mean()


def _member(classes: int, name: str, width: float, depth: float) -> ResNet:
    first, second, third, fourth = (max(1, round(count * depth)) for count in PUBLISHED[name].blocks)
    return resnet(classes, name, width, (first, second, third, fourth))
