"""The bundle's opinion network: every cell of a field through its input view, to calibrated probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration, Preprocessing
from edge.bundle.tensors import IMAGE, LOGITS, MEASURES, probabilities
from edge.decide.measures import table
from edge.decide.views import VIEWS, show_cells
from edge.optics.normal import NormalField
from edge.runtime.session import Session
from edge.types import Features, Outlines

BATCH = 64
"""Cells per inference: bounds the memory in a crowded field."""


@dataclass(frozen=True, eq=False)
class NetworkOpinion:
    """Asks a session for its opinion of every cell, prepared as the manifest says."""

    session: Session
    inputs: Preprocessing
    calibration: Calibration

    def judge(self, normal: NormalField, outlines: Outlines, features: Sequence[Features]) -> NDArray[np.float32]:
        """Calibrated probabilities (cells, labels) of at least one cell, in the order of the ids."""
        image, measures = self.prepare(normal, outlines, features)
        logits = [self._run(image[at : at + BATCH], measures[at : at + BATCH]) for at in range(0, len(image), BATCH)]
        return probabilities(np.concatenate(logits), self.calibration)

    def prepare(
        self, normal: NormalField, outlines: Outlines, features: Sequence[Features]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The network's inputs: images (cells, channels, s, s) and measures (cells, k), both standardised."""
        inputs = self.inputs
        planes = show_cells(normal, outlines, VIEWS[inputs.view], inputs.size_px, inputs.um_per_px)
        image = (planes - _column(inputs.mean)) / _column(inputs.std)
        measures = table(features, inputs.measures) - np.asarray(inputs.measures_mean)
        return image.astype(np.float32), (measures / np.asarray(inputs.measures_std)).astype(np.float32)

    def _run(self, image: NDArray[np.float32], measures: NDArray[np.float32]) -> NDArray[np.float32]:
        given = {IMAGE: image} | ({MEASURES: measures} if self.inputs.measures else {})
        return self.session.run(given)[LOGITS]


def _column(values: Sequence[float]) -> NDArray[np.float32]:
    """One value per channel, shaped to spread over (cells, channels, s, s)."""
    return np.asarray(values, np.float32)[:, None, None]
