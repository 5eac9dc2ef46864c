"""What is kept of a cell's picture, and the way from there to a network's input.

A cell is kept as five planes of bytes at the network's scale, cut out by the kit's own code: the light that passed in
three channels, and how much of each pixel is cell and nucleus.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, MEASURES
from edge.decide.views import VIEWS, Crop, Planes, Shown, show_cells
from edge.optics.labels import Window
from edge.optics.normal import NormalField
from edge.runtime.session import Tensors
from edge.types import Outlines
from export.opinion.table import CellTable, Planes8
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX

CLEAR, WHOLE = 200.0, 255.0
"""Grey levels that stand for transmittance 1, which glare exceeds, and for a pixel that is wholly cell or nucleus."""
LIGHT = slice(0, 3)
CELL, NUCLEUS = 3, 4


def planes_of(normal: NormalField, outlines: Outlines, windows: Sequence[tuple[int, Window]]) -> Planes8:
    """The planes of at least one cell, uint8 (cells, 5, size, size); `windows` as `show_cells` takes them."""
    shown = show_cells(normal, outlines, windows, _as_it_is, SIZE_PX, UM_PER_PX)
    full = np.array([CLEAR] * 3 + [WHOLE] * 2, np.float32)[:, None, None]
    return np.asarray(np.clip(np.rint(shown * full), 0, 255), np.uint8)


def crop_of(planes: Planes8) -> Crop:
    """One cell's planes (5, size, size) as the kit's views take them."""
    light = np.ascontiguousarray(planes[LIGHT].transpose(1, 2, 0)) * np.float32(1 / CLEAR)
    return Crop(light, planes[CELL] * np.float32(1 / WHOLE), planes[NUCLEUS] * np.float32(1 / WHOLE))


def tensors_of(cells: CellTable, inputs: Preprocessing) -> Tensors:
    """A network's inputs for these cells, as `edge.decide.network.prepared` makes them from a field."""
    view = VIEWS[inputs.view]
    seen = np.stack([view(crop_of(planes)) for planes in cells.planes])
    image = (seen - _column(inputs.mean)) / _column(inputs.std)
    measures = (cells.measures(inputs.measures) - np.asarray(inputs.measures_mean)) / np.asarray(inputs.measures_std)
    return {IMAGE: image, MEASURES: measures.astype(np.float32)}


def _as_it_is(crop: Shown) -> Planes:
    """An input view that changes nothing."""
    return np.ascontiguousarray(np.dstack((crop.transmittance, crop.cell, crop.nucleus)).transpose(2, 0, 1))


def _column(values: Sequence[float]) -> NDArray[np.float32]:
    return np.asarray(values, np.float32)[:, None, None]
