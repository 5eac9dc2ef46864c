"""What every training run has: how long, how fast, on what, in which precision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeVar

Precision = Literal["float32", "bfloat16", "float16"]
Optimiser = Literal["adamw", "sgd", "adam-gan"]
SomeOptions = TypeVar("SomeOptions", bound="LoopOptions")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopOptions:
    """One round of training.

    steps, batch   optimiser steps, and samples in each (on each machine)
    seed           decides the first weights and everything drawn
    optimiser      `adamw`; `sgd` with Nesterov's momentum of 0.9; `adam-gan` with GANs' short memory, 0.5 and 0.999
    learning_rate, weight_decay, warm_up   one cycle that rises for a share of the steps
    clip           the gradients' largest norm; none: as they are
    device         where torch computes: `cpu`, `cuda`
    precision      of what autocast lets be less than float32; float16 scales its losses
    threads, workers   of torch, and processes that make batches; they change no result but in the last bits
    keep_every     steps between two files that a killed run goes on from
    """

    steps: int
    batch: int
    seed: int = 0
    optimiser: Optimiser = "adamw"
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warm_up: float = 0.1
    clip: float | None = None
    device: str = "cpu"
    precision: Precision = "float32"
    threads: int | None = None
    workers: int = 0
    keep_every: int = 250


def deciding(options: SomeOptions) -> SomeOptions:
    """The same, with what decides no result set to one value: runs that differ in that alone are one run."""
    return replace(options, threads=None, workers=0, keep_every=1)
