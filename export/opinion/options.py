"""How long and how fast an opinion network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from export.opinion.augment import AugmentOptions
from models.marrowkit2026_opinion.net import VIEW, WIDTHS


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """One training.

    steps, batch   optimiser steps, and cells in each
    seed           decides the first weights, which cells are drawn, and how they are shown
    learning_rate, weight_decay, warm_up   AdamW; one cycle that rises for a share of the steps
    smoothing      of the labels: experts disagree about one cell in twenty
    widths, view   of the network, and the input view that it is shown
    keep_every     steps between two files that a killed run goes on from
    """

    steps: int = 900
    batch: int = 64
    seed: int = 0
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    warm_up: float = 0.15
    smoothing: float = 0.05
    widths: tuple[int, ...] = WIDTHS
    view: str = VIEW
    keep_every: int = 150
    augment: AugmentOptions = field(default_factory=AugmentOptions)
