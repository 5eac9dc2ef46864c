"""The running mean of a network's weights, which is steadier than the weights of any one step."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

EARLY_STEPS, EARLY_SHARE, SHARE = 100, 0.2, 0.01
"""The first steps are forgotten fast."""


def begun_average(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A mean that has seen this state alone."""
    return {name: each.detach().clone() for name, each in state.items()}


@torch.no_grad()
def include(average: dict[str, Tensor], state: Mapping[str, Tensor], step: int) -> None:
    """Let the state after `step` into the mean, in place; counters are taken as they are."""
    share = EARLY_SHARE if step <= EARLY_STEPS else SHARE
    for name, each in state.items():
        if each.is_floating_point():
            average[name].lerp_(each, share)
        else:
            average[name].copy_(each)
