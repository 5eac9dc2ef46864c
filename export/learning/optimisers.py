"""Who moves the weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import isclose
from types import MappingProxyType

from torch import nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from export.learning.options import LoopOptions

MOMENTUM = 0.9
NEARLY = 1e-6
MEMORY = (0.5, 0.999)
"""Of Adam where two networks learn against each other (Nazki et al., arXiv 2204.09782)."""

Parameters = Iterable[nn.Parameter]


def optimiser_of(parameters: Parameters, options: LoopOptions) -> Optimizer:
    """The optimiser that the options name."""
    return OPTIMISERS[options.optimiser](parameters, options)


def schedule_of(optimiser: Optimizer, options: LoopOptions) -> OneCycleLR:
    """One cycle of the learning rate. Where the momentum is part of the method it stays as it is."""
    return OneCycleLR(optimiser, options.learning_rate, total_steps=options.steps, pct_start=_rising(options),
                      cycle_momentum=options.optimiser == "adamw")  # fmt: skip


def _rising(options: LoopOptions) -> float:
    """The share of the steps that the rate rises in; torch divides by zero where that is the first step alone."""
    return options.warm_up * (1 + NEARLY) if isclose(options.warm_up * options.steps, 1) else options.warm_up


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
