"""How long and how fast a cells network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from export.learning.options import LoopOptions
from models.marrowkit2026_cells.net import WIDTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions(LoopOptions):
    """One round of training on composed fields.

    widths  of the network
    """

    steps: int = 6000
    batch: int = 8
    learning_rate: float = 3e-3
    clip: float | None = 1.0
    threads: int | None = 2
    workers: int = 1
    widths: tuple[int, ...] = WIDTHS
