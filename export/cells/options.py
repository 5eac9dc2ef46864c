"""How long and how fast a cells network is trained."""

from __future__ import annotations

from dataclasses import dataclass

from models.marrowkit2026_cells.net import WIDTHS


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """One round of training.

    steps, batch   optimiser steps, and composed fields in each
    seed           decides the first weights and every composed field
    learning_rate, weight_decay, warm_up, clip   AdamW; one cycle that rises for a share of the steps; gradients' norm
    widths         of the network
    device         where torch computes: `cpu`, `cuda`
    threads, workers   of torch, and processes that compose fields; they change no result but in the last bits
    keep_every     steps between two files that a killed run goes on from
    """

    steps: int = 6000
    batch: int = 8
    seed: int = 0
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    warm_up: float = 0.1
    clip: float = 1.0
    widths: tuple[int, ...] = WIDTHS
    device: str = "cpu"
    threads: int = 2
    workers: int = 1
    keep_every: int = 250
