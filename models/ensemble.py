"""Several networks that are asked together: the mean of their probabilities, said as logarithms.

Logarithms of probabilities are logits like any other: their softmax is the mean, and a temperature calibrates them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


class Ensemble(nn.Module):
    """Members that see the same picture; `members` holds them by their names."""

    def __init__(self, members: Mapping[str, nn.Module]) -> None:
        super().__init__()
        if not members:
            raise ValueError("an ensemble needs a member")
        self.members = nn.ModuleDict(dict(members))

    def forward(self, image: Tensor) -> Tensor:
        """(n, channels, height, width) to logarithms of the mean probabilities, (n, classes)."""
        return log_mean(member(image) for member in self.members.values())


def log_mean(logits: Iterable[Tensor]) -> Tensor:
    """The logarithm of the mean of the softmaxes, each (n, classes), to the same shape; exact where all are small."""
    each = torch.stack([torch.log_softmax(one, 1) for one in logits])
    most = each.amax(0).detach()
    return most + torch.log(torch.exp(each - most).sum(0)) - math.log(len(each))
