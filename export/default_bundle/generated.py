"""Pictures that may be given to anyone: the simulated microscope's, for test vectors and for trying the whole way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, Floats
from edge.decide.network import prepared
from edge.features import measure_cells
from edge.optics.labels import Window, label_windows
from edge.optics.normal import WORKING_UM_PER_PX, normalise
from edge.types import Outlines, Pixels
from firmware_bridge.options import SimOptions
from firmware_bridge.sim import TruthCell
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import SourceUri

VECTOR_FIELDS, VECTOR_HEIGHT_PX, VECTOR_WIDTH_PX = 2, 144, 176
VECTOR_CELLS = 16
"""As much as there is room for: a field weighs 600 kB with its answer, a cell 26 kB."""
ORDINARY = SimOptions(width=640, height=480, um_per_px=WORKING_UM_PER_PX, cells=9, blast_fraction=0.4, dwell=1)
CROWDED = replace(ORDINARY, cells=40)


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """A picture of the simulated microscope with the truth about it."""

    pixels: Pixels
    outlines: Outlines
    truth: tuple[TruthCell, ...]

    def whole(self) -> list[TruthCell]:
        """The nucleated cells that the border does not cut."""
        return [cell for cell in self.truth if cell.nucleated and not cell.cut]


def generated(options: SimOptions) -> Iterator[Generated]:
    """Endless fields, the same for the same options."""
    source = SimSource(SourceUri("sim", "", options))
    while (picture := source.read()) is not None:
        cells, nuclei = source.labels()
        yield Generated(picture.pixels, Outlines(cells, nuclei, {}), source.truth())


def field_vectors() -> dict[str, Floats]:
    """Parts of generated fields as the cells network takes them, each around a cell."""
    return {IMAGE: np.stack([_part(field) for field in islice(generated(ORDINARY), VECTOR_FIELDS)])}


def cell_vectors(inputs: Preprocessing) -> dict[str, NDArray[np.float32]]:
    """Generated cells, as the opinion network takes them."""
    field = next(generated(CROWDED))
    normal = normalise(field.pixels, WORKING_UM_PER_PX)
    windows = list(label_windows(field.outlines.cells))[:VECTOR_CELLS]
    features = measure_cells(normal, field.outlines)[:VECTOR_CELLS]
    return dict(prepared(inputs, normal, field.outlines, windows, features))


def _part(field: Generated) -> NDArray[np.float32]:
    """Transmittance (3, height, width) around the field's first whole cell."""
    x, y = field.whole()[0].centre_px
    transmittance = normalise(field.pixels, WORKING_UM_PER_PX).transmittance
    top, left = (int(each) for each in (y - VECTOR_HEIGHT_PX / 2, x - VECTOR_WIDTH_PX / 2))
    around = Window(top, left, top + VECTOR_HEIGHT_PX, left + VECTOR_WIDTH_PX)
    return np.ascontiguousarray(around.cut(transmittance, 1).transpose(2, 0, 1))
