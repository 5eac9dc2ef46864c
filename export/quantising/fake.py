"""Eight bits in torch, so that a network can learn to live with them: rounded forwards, straight through backwards.

The numbers are those of `export.quantise`: weights of 7 bits, symmetric, one scale per output channel; what a
convolution takes in of 8 bits, unsigned, over a range that holds 0. Straight-through gradients: Bengio et al., arXiv
1308.3432; fake quantisation: Jacob et al., arXiv 1712.05877.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from export.errors import NotQuantisable

WEIGHT_LEVELS = 64
"""Largest whole number of a weight, either way."""
INPUT_LEVELS = 255
TINY = 1e-12


class Rounded(nn.Module):
    """A convolution on rounded input with rounded weights; before it is told a range it only watches its input."""

    low: Tensor
    high: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        super().__init__()
        self.convolution, self.watching = convolution, True
        self.register_buffer("low", torch.zeros(()))
        self.register_buffer("high", torch.zeros(()))

    def forward(self, picture: Tensor) -> Tensor:
        """As the convolution."""
        if self.watching:
            self.low, self.high = torch.minimum(self.low, picture.min()), torch.maximum(self.high, picture.max())
            return cast(Tensor, self.convolution(picture))
        values, weights = rounded_input(picture, self.low, self.high), rounded_weights(self.convolution.weight)
        # The one way to give a convolution other weights and keep all else that it is.
        found: Tensor = self.convolution._conv_forward(values, weights, self.convolution.bias)
        return found


def rounded_weights(weights: Tensor) -> Tensor:
    """Weights (outputs, …) as 7 bits hold them; gradients pass as if they were not rounded."""
    most = weights.detach().abs().flatten(1).amax(1).clamp_min(TINY)
    scale = (most / WEIGHT_LEVELS).reshape(-1, *[1] * (weights.ndim - 1))
    return _straight_through(weights, (weights / scale).round() * scale)


def rounded_input(values: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Values as 8 bits hold them between `low` (0 or less) and `high` (0 or more); beyond them no gradient passes."""
    scale = ((high - low) / INPUT_LEVELS).clamp_min(TINY)
    zero = (-low / scale).round()
    inside = values.clamp(-zero * scale, (INPUT_LEVELS - zero) * scale)
    return _straight_through(inside, (inside / scale).round() * scale)


def with_rounding(module: nn.Module, watched: Iterable[Tensor]) -> nn.Module:
    """A copy whose convolutions round; ranges are those that they see on the `watched` inputs.

    Raises:
        NotQuantisable: batch norms are not part of their convolutions yet, or nothing was watched.
    """
    if any(isinstance(each, _BatchNorm) for each in module.modules()):
        raise NotQuantisable(
            f"{type(module).__name__} has batch norms of its own, which are no layers of their own on a kit.",
            "Fold them first (`export.quantising.folding`); what follows no convolution cannot be.",
        )
    copied = _replaced(copy.deepcopy(module), nn.Conv2d, Rounded)
    seen = 0
    with torch.no_grad():
        for picture in watched:
            copied(picture)
            seen += 1
    if not seen:
        raise NotQuantisable("There is nothing to take ranges from.", "Give at least a few dozen real inputs.")
    for each in copied.modules():
        if isinstance(each, Rounded):
            each.watching = False
    return copied


def without_rounding(module: nn.Module) -> nn.Module:
    """A copy with ordinary convolutions again, of the weights that they have learned."""
    return _replaced(copy.deepcopy(module), Rounded, lambda each: each.convolution)


def _replaced(
    module: nn.Module, kind: type[nn.Module], by: Callable[[nn.Conv2d], nn.Module] | Callable[[Rounded], nn.Module]
) -> nn.Module:
    for name, child in list(module.named_children()):
        found = by(child) if isinstance(child, kind) else _replaced(child, kind, by)  # type: ignore[arg-type]
        setattr(module, name, found)
    return module


def _straight_through(exact: Tensor, rounded: Tensor) -> Tensor:
    return exact + (rounded - exact).detach()
