"""Who moves the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from export.learning.options import LoopOptions

MOMENTUM = 0.9
MEMORY = (0.5, 0.999)
"""Of Adam where two networks learn against each other (Nazki et al., arXiv 2204.09782)."""

Parameters = Iterable[nn.Parameter]


def optimiser_of(parameters: Parameters, options: LoopOptions) -> Optimizer:
    """The optimiser that the options name."""
    return OPTIMISERS[options.optimiser](parameters, options)


def schedule_of(optimiser: Optimizer, options: LoopOptions) -> OneCycleLR:
    """One cycle of the learning rate. Where the momentum is part of the method it stays as it is."""
    return OneCycleLR(optimiser, options.learning_rate, total_steps=options.steps, pct_start=options.warm_up,
                      cycle_momentum=options.optimiser == "adamw")  # fmt: skip


def _adamw(parameters: Parameters, options: LoopOptions) -> Optimizer:
    return AdamW(parameters, options.learning_rate, weight_decay=options.weight_decay)


def _sgd(parameters: Parameters, options: LoopOptions) -> Optimizer:
    decay = options.weight_decay
    return SGD(parameters, options.learning_rate, momentum=MOMENTUM, weight_decay=decay, nesterov=True)


def _adam(parameters: Parameters, options: LoopOptions) -> Optimizer:
    return Adam(parameters, options.learning_rate, betas=MEMORY, weight_decay=options.weight_decay)


OPTIMISERS: Mapping[str, Callable[[Parameters, LoopOptions], Optimizer]] = MappingProxyType(
    {"adamw": _adamw, "sgd": _sgd, "adam-gan": _adam}
)
