"""The slide as a camera sees it: the part around a point, and what is true there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.sim.canvas import Labels, Mask, Plane
from firmware_bridge.sim.field import TruthCell, shifted_truth
from firmware_bridge.sim.slide.places import Tile
from firmware_bridge.sim.slide.stamps import Stamp, overlap
from firmware_bridge.sim.slide.terrain import Terrain
from firmware_bridge.sim.slide.tiles import Tiles

WIDEST_UM = 18.0
"""No cell reaches further from its centre."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the slide that is seen, in pixels of the slide."""

    left_px: int
    top_px: int


class Slide:
    """One slide, endless to all sides. For one thread.

    Args:
        options: size and scale of the picture, density of cells, seed.
    """

    def __init__(self, options: SimOptions) -> None:
        self._options = options
        self.terrain = Terrain(options.seed)
        self._tiles = Tiles(options, self.terrain)

    def window(self, x_um: float, y_um: float) -> Window:
        """What the picture shows when its middle is at this point of the slide."""
        um = self._options.um_per_px
        return Window(round(x_um / um - self._options.width / 2), round(y_um / um - self._options.height / 2))

    def transmitted(self, window: Window) -> Plane:
        """Share of the lamp's light that passes, (height, width, 3)."""
        seen = np.empty((self._options.height, self._options.width, 3), np.float32)
        size = self._tiles.size_px
        for tile in self._tiles_in(window, margin_px=0):
            columns = overlap(window.left_px, self._options.width, tile[0] * size, size)
            rows = overlap(window.top_px, self._options.height, tile[1] * size, size)
            if columns is not None and rows is not None:
                seen[rows[0], columns[0]] = self._tiles.transmitted(tile)[rows[1], columns[1]]
        return seen

    def truth(self, window: Window) -> tuple[TruthCell, ...]:
        """Every nucleated cell, smudge and platelet whose centre is seen, in pixels and µm of the picture."""
        seen = (self._seen(cell, window) for _, cell in self._known(window))
        return tuple(cell for cell in seen if cell is not None)

    def labels(self, window: Window) -> tuple[Labels, Labels]:
        """Label images of whole cells and of nuclei, with the ids of `truth`; (height, width) uint16.

        Cells whose centre is outside have labels too.
        """
        shape = (self._options.height, self._options.width)
        cells, nuclei = np.zeros(shape, np.uint16), np.zeros(shape, np.uint16)
        for stamp, cell in self._known(window):
            _mark(cells, stamp, stamp.cell, cell.id, window)
            _mark(nuclei, stamp, stamp.nucleus, cell.id, window)
        return cells, nuclei

    def _seen(self, cell: TruthCell, window: Window) -> TruthCell | None:
        return shifted_truth(cell, window.left_px, window.top_px, self._options)

    def _known(self, window: Window) -> Iterator[tuple[Stamp, TruthCell]]:
        """What may be seen and has a truth, numbered; in pixels of the slide."""
        um = self._options.um_per_px
        corner_um = (window.left_px * um, window.top_px * um)
        size_um = (self._options.width * um, self._options.height * um)
        number = 0
        for tile in self._tiles_in(window, margin_px=round(WIDEST_UM / um)):
            for stamp in self._tiles.stamps(tile, corner_um, size_um, known=True):
                if stamp.truth is not None:
                    number += stamp.truth.nucleated
                    yield stamp, replace(stamp.truth, id=number if stamp.truth.nucleated else 0)

    def _tiles_in(self, window: Window, margin_px: int) -> Iterator[Tile]:
        size = self._tiles.size_px
        first_x, first_y = (window.left_px - margin_px) // size, (window.top_px - margin_px) // size
        last_x = (window.left_px + self._options.width - 1 + margin_px) // size
        last_y = (window.top_px + self._options.height - 1 + margin_px) // size
        return ((x, y) for y in range(first_y, last_y + 1) for x in range(first_x, last_x + 1))


def _mark(labels: Labels, stamp: Stamp, mask: Mask, number: int, window: Window) -> None:
    columns = overlap(window.left_px, labels.shape[1], stamp.left_px, mask.shape[1])
    rows = overlap(window.top_px, labels.shape[0], stamp.top_px, mask.shape[0])
    if columns is not None and rows is not None:
        labels[rows[0], columns[0]][mask[rows[1], columns[1]]] = number
