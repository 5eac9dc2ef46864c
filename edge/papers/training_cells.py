"""Cells as a training learns from them: five planes of bytes at one scale, as `marrowkit-export` keeps its own.

The light that passed in three channels, divided by the lamp's, and how much of each pixel is cell and nucleus. Cut out
by the kit's own code from the recorded field and its recorded outlines, so nothing is found anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.decide.views import Planes, Shown, show_cells
from edge.optics.labels import label_windows
from edge.optics.normal import normalise
from edge.types import Features, Labels, Outlines, Pixels

SIZE_PX, UM_PER_PX = 80, 0.25
CLEAR, WHOLE = 200.0, 255.0
"""Grey levels that stand for transmittance 1, which glare exceeds, and for a pixel that is wholly cell or nucleus."""
Planes8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingCell:
    """One cell to learn from.

    label     what a person says it is
    machine   what the kit said
    planes    uint8 (5, 80, 80)
    countable whole and intact, as the kit counts
    """

    field: int
    id: int
    label: str
    machine: str
    planes: Planes8
    features: Features
    countable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class RecordedField:
    """A field as the record keeps it.

    pixels         RGB uint8, (height, width, 3)
    cells, nuclei  label images of the same height and width
    squeeze        as `edge.types.Scale` has it
    """

    pixels: Pixels
    cells: Labels
    nuclei: Labels
    um_per_px: float
    squeeze: float = 1.0


def planes_of(field: RecordedField, ids: Sequence[int]) -> dict[int, Planes8]:
    """The planes of some cells of a field, by id; an id that the label image does not have is left out."""
    normal = normalise(field.pixels, field.um_per_px, field.squeeze)
    height, width = normal.transmittance.shape[:2]
    cells, nuclei = (_at_size(each, width, height) for each in (field.cells, field.nuclei))
    windows = [(k, window) for k, window in label_windows(cells) if k in set(ids)]
    if not windows:
        return {}
    shown = show_cells(normal, Outlines(cells, nuclei, {}), windows, _as_it_is, SIZE_PX, UM_PER_PX)
    full = np.array([CLEAR] * 3 + [WHOLE] * 2, np.float32)[:, None, None]
    planes = np.asarray(np.clip(np.rint(shown * full), 0, 255), np.uint8)
    return {k: each for (k, _), each in zip(windows, planes, strict=True)}


def _at_size(labels: Labels, width_px: int, height_px: int) -> Labels:
    return np.asarray(cv2.resize(labels, (width_px, height_px), interpolation=cv2.INTER_NEAREST), np.uint16)


def _as_it_is(crop: Shown) -> Planes:
    return np.ascontiguousarray(np.dstack((crop.transmittance, crop.cell, crop.nucleus)).transpose(2, 0, 1))
