"""How long and how fast an opinion network is trained."""

from __future__ import annotations

from dataclasses import dataclass, field

from export.learning.options import LoopOptions
from export.opinion.augment import AugmentOptions
from models.marrowkit2026_opinion.net import VIEW, WIDTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions(LoopOptions):
    """One training.

    smoothing      of the labels: experts disagree about one cell in twenty
    widths, view   of the network, and the input view that it is shown
    """

    steps: int = 900
    batch: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    warm_up: float = 0.15
    keep_every: int = 150
    smoothing: float = 0.05
    widths: tuple[int, ...] = WIDTHS
    view: str = VIEW
    augment: AugmentOptions = field(default_factory=AugmentOptions)
