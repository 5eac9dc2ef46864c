"""How a stain GAN is taught."""

from __future__ import annotations

from dataclasses import dataclass, field

from export.learning.options import LoopOptions, Optimiser
from models.yang2023_mobilevitv2.gan import BLOCKS, HALVINGS, WIDTH
from models.yang2023_mobilevitv2.gan_losses import Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class GanOptions(LoopOptions):
    """One training; every step moves the critic or the generator.

    stains         that films are put together to
    critic_steps   of the critic before each of the generator
    width, blocks, halvings   see `models.yang2023_mobilevitv2.gan`
    weights        of the losses
    """

    steps: int = 6000
    batch: int = 16
    optimiser: Optimiser = "adam-gan"
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    stains: int = 5
    critic_steps: int = 5
    width: int = WIDTH
    blocks: int = BLOCKS
    halvings: int = HALVINGS
    weights: Weights = field(default_factory=Weights)
