"""How the shipped bundle is made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from export.cells.stages import CellsOptions
from export.cells.stages import quick_options as quick_cells
from export.opinion.options import TrainOptions


@dataclass(frozen=True, slots=True)
class DefaultOptions:
    """Every choice that the result depends on, beside the images.

    cells, opinion   the trainings of the two networks
    folds            of the predictions that thresholds and calibration come from
    finder           what finds the cells that are learned from: the shipped network, or thresholds on density
    calibration_cells, calibration_fields   real crops and fields by which activations are quantised
    """

    cells: CellsOptions = field(default_factory=CellsOptions)
    opinion: TrainOptions = field(default_factory=TrainOptions)
    folds: int = 5
    finder: Literal["network", "density"] = "network"
    calibration_cells: int = 384
    calibration_fields: int = 72

    def opinion_of(self, number: int) -> TrainOptions:
        """The opinion's training with a seed of its own: 1, 2 … for folds, 20 and more for left-out sets."""
        return replace(self.opinion, seed=self.opinion.seed + number)


def quick_options() -> DefaultOptions:
    """A few steps of tiny networks: everything happens, nothing is learned, so thresholds find the cells."""
    opinion = TrainOptions(steps=4, batch=16, widths=(4, 4, 4, 4), keep_every=2)
    return DefaultOptions(quick_cells(), opinion, 2, "density", calibration_cells=16, calibration_fields=4)
