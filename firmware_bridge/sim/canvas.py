"""What the smear is painted on: the amount of each dye at every pixel, and whose pixel it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]
Labels = NDArray[np.uint16]

AZURE, EOSIN, HAEM = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """A window of the canvas around one cell.

    window       rows and columns of the canvas
    x_um, y_um   distance of each pixel from the cell's centre, (rows, columns)
    um_per_px    size of a pixel
    """

    window: tuple[slice, slice]
    x_um: Plane
    y_um: Plane
    um_per_px: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.x_um.shape[0], self.x_um.shape[1]

    @property
    def edge_um(self) -> float:
        """Width of a cell's edge: the optics' resolution, or one pixel where that is more."""
        return max(0.22, self.um_per_px)


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """Dyes (3, height, width) in units of a typical stain, and label images of cells and nuclei."""

    dyes: Plane
    cells: Labels
    nuclei: Labels
    um_per_px: float

    def add(self, patch: Patch, dye: int, amount: Plane) -> None:
        """Lay more of a dye over what is there: optical densities add up."""
        self.dyes[dye][patch.window] += amount

    def patch(self, centre_um: tuple[float, float], reach_um: float) -> Patch | None:
        """The window that holds everything within `reach_um` of a centre; None if that is off the canvas."""
        height, width = self.cells.shape
        columns = _span(centre_um[0], reach_um, self.um_per_px, width)
        rows = _span(centre_um[1], reach_um, self.um_per_px, height)
        if columns.start >= columns.stop or rows.start >= rows.stop:
            return None
        x = (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) * self.um_per_px - centre_um[0]
        y = (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * self.um_per_px - centre_um[1]
        x_um, y_um = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        return Patch((rows, columns), x_um, y_um, self.um_per_px)


def new_canvas(width_px: int, height_px: int, um_per_px: float) -> Canvas:
    """An empty one."""
    labels = np.zeros((2, height_px, width_px), np.uint16)
    return Canvas(np.zeros((3, height_px, width_px), np.float32), labels[0], labels[1], um_per_px)


def _span(centre_um: float, reach_um: float, um_per_px: float, size_px: int) -> slice:
    first = int(np.floor((centre_um - reach_um) / um_per_px))
    last = int(np.ceil((centre_um + reach_um) / um_per_px))
    return slice(min(max(first, 0), size_px), min(max(last, 0), size_px))
