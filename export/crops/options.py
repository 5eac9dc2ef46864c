"""How a network that sees pictures of cells is taught."""

from __future__ import annotations

from dataclasses import dataclass, field

from export.learning.options import LoopOptions
from export.opinion.augment import AugmentOptions
from export.stain.augment import StainOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class CropOptions(LoopOptions):
    """One training.

    view       of a cell that the network sees
    size_px    side of the picture that it takes
    smoothing  of the labels: experts disagree about one cell in twenty
    films      pictures of the training cells whose stains are brought into others
    augment, stain   what cameras and laboratories do to a picture
    """

    steps: int = 2000
    batch: int = 32
    view: str = "relative-density"
    size_px: int = 80
    learning_rate: float = 2e-3
    weight_decay: float = 1e-2
    warm_up: float = 0.15
    clip: float | None = 1.0
    smoothing: float = 0.05
    films: int = 256
    augment: AugmentOptions = field(default_factory=AugmentOptions)
    stain: StainOptions = field(default_factory=StainOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class DistilOptions(CropOptions):
    """One training by a teacher.

    temperature  that softens the teacher's and the student's answers (Hinton et al., arXiv 1503.02531)
    taught       share of the loss that the teacher has; the labels have the rest
    attention    weight of the difference between where both look (Zagoruyko and Komodakis, arXiv 1612.03928)
    """

    temperature: float = 3.0
    taught: float = 0.7
    attention: float = 0.5
