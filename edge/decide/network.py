"""The bundle's opinion network: every cell of a field through its input view, to calibrated probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration, Preprocessing
from edge.bundle.tensors import IMAGE, LOGITS, MEASURES, MEMBERS, probabilities
from edge.decide.measures import table
from edge.decide.symmetry import answers
from edge.decide.views import VIEWS, show_cells
from edge.errors import BundleDamaged
from edge.optics.labels import Window, label_windows
from edge.optics.normal import NormalField
from edge.runtime.session import Session, Tensors
from edge.types import Features, Outlines

BATCH, BATCH_BYTES = 64, 64 * 2**20
"""Cells per inference, and bytes of their pictures: they bound the memory in a crowded field."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What a network says of n cells: calibrated probabilities (n, labels), and what each network that it asks says by
    itself, name to (n, labels)."""

    shares: NDArray[np.float32]
    members: Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class NetworkOpinion:
    """Asks a session for its opinion of every cell, prepared as the manifest says.

    members  names of the networks that it asks, where there are several
    """

    session: Session
    inputs: Preprocessing
    calibration: Calibration
    members: tuple[str, ...] = ()

    def judge(self, normal: NormalField, outlines: Outlines, features: Sequence[Features]) -> Judged:
        """What is said of at least one cell, in the order of the ids.

        Raises:
            EngineFault: the network fails.
            BundleDamaged: the network does not say what the networks that it asks say.
            BadMeasures: the manifest names a measure that there is not.
        """
        windows = tuple(label_windows(outlines.cells))
        said, many = [], batch_of(self.inputs)
        for at in range(0, len(windows), many):
            some = slice(at, at + many)
            given = prepared(self.inputs, normal, outlines, windows[some], features[some])
            said.append(answers(self.session, given, self.inputs.symmetric))
        shares = probabilities(np.concatenate([each[LOGITS] for each in said]), self.calibration)
        return Judged(shares, self._apart(said, len(self.calibration.bias)) if self.members else {})

    def _apart(self, said: Sequence[Mapping[str, NDArray[np.float32]]], labels: int) -> dict[str, NDArray[np.float32]]:
        due = (len(self.members), labels)
        if any(MEMBERS not in each or each[MEMBERS].shape[1:] != due for each in said):
            what = (
                f"The manifest names {len(self.members)} networks, but the bundle's network does not say what they say."
            )
            raise BundleDamaged(what, "Install the bundle again from its source.")
        apart = np.concatenate([each[MEMBERS] for each in said]).swapaxes(0, 1)
        return dict(zip(self.members, apart, strict=True))


def batch_of(inputs: Preprocessing) -> int:
    """How many cells are shown to the network at once."""
    picture_bytes = 4 * len(inputs.mean) * inputs.size_px**2
    return max(1, min(BATCH, BATCH_BYTES // picture_bytes))


def prepared(
    inputs: Preprocessing,
    normal: NormalField,
    outlines: Outlines,
    windows: Sequence[tuple[int, Window]],
    features: Sequence[Features],
) -> Tensors:
    """A network's inputs for at least one cell, as a manifest asks for them: `image` (cells, channels, s, s) and, where
    it names any, `measures` (cells, k), both standardised. `windows` and `features` belong to the same cells."""
    planes = show_cells(normal, outlines, windows, VIEWS[inputs.view], inputs.size_px, inputs.um_per_px)
    image = (planes - _column(inputs.mean)) / _column(inputs.std)
    if not inputs.measures:
        return {IMAGE: image}
    measures = (table(features, inputs.measures) - np.asarray(inputs.measures_mean)) / np.asarray(inputs.measures_std)
    return {IMAGE: image, MEASURES: measures.astype(np.float32)}


def _column(values: Sequence[float]) -> NDArray[np.float32]:
    """One value per channel, shaped to spread over (cells, channels, s, s)."""
    return np.asarray(values, np.float32)[:, None, None]
