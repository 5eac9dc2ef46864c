"""Pictures that may be given to anyone: the simulated microscope's, for test vectors and for trying the whole way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.bundle.tensors import IMAGE, Floats
from edge.decide.network import prepared
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.optics.normal import WORKING_UM_PER_PX, normalise
from edge.types import Outlines, Pixels
from export.default_bundle.networks import whole_tiles
from firmware_bridge.options import SimOptions
from firmware_bridge.sim import TruthCell
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.uri import SourceUri

VECTOR_FIELDS, VECTOR_FIELD_PX = 4, 80
VECTOR_CELLS = 10
"""As many as there is room for: a cell weighs 100 kB."""
WIDE = SimOptions(width=640, height=480, um_per_px=WORKING_UM_PER_PX, cells=40, blast_fraction=0.4, dwell=1)


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
    """Small squares of generated fields, as the cells network takes them."""
    fields = (normalise(each.pixels, WORKING_UM_PER_PX).transmittance for each in generated(WIDE))
    squares = [next(fields)[-VECTOR_FIELD_PX:, :VECTOR_FIELD_PX] for _ in range(VECTOR_FIELDS)]
    return {IMAGE: np.stack([whole_tiles(square) for square in squares])}


def cell_vectors(inputs: Preprocessing) -> dict[str, NDArray[np.float32]]:
    """Generated cells, as the opinion network takes them."""
    field = next(generated(WIDE))
    normal = normalise(field.pixels, WORKING_UM_PER_PX)
    windows = list(label_windows(field.outlines.cells))[:VECTOR_CELLS]
    features = measure_cells(normal, field.outlines)[:VECTOR_CELLS]
    return dict(prepared(inputs, normal, field.outlines, windows, features))
