"""How a cell is shown to a network: named input views, so that a bundle says which one it was trained with.

Each view is a function of one cell's crop and gives planes (channels, size, size), float32, before the manifest's mean
and std. A view is a contract with every bundle that names it: never change one, add another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.labels import Window, label_windows
from edge.optics.normal import WORKING_UM_PER_PX, Density, NormalField, density
from edge.types import Outlines

Planes = NDArray[np.float32]

LEAST_DENSITY = 0.05
"""Nuclear density below which a cell is not divided by it: it would only raise noise."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A square around one cell at the network's scale: transmittance (s, s, 3), and how much of each pixel is cell and
    nucleus, 0–1, (s, s)."""

    transmittance: Density
    cell: Planes
    nucleus: Planes


View = Callable[[Crop], Planes]


def rgb(crop: Crop) -> Planes:
    """The three channels divided by the lamp's light, surroundings included: 3 planes, 0–1.15."""
    return np.ascontiguousarray(crop.transmittance.transpose(2, 0, 1))


def cell_density(crop: Crop) -> Planes:
    """Optical density of the cell alone, each channel over its mean in the nucleus, and the nucleus' mask: 4 planes.

    Stain strength, exposure and hue of the nucleus are divided out, the surroundings are 0: what is left is the shape,
    the texture and how the cytoplasm differs from the nucleus.
    """
    absorbed = density(crop.transmittance)
    weight = crop.nucleus.sum() + 1e-6
    mean = (absorbed * crop.nucleus[..., None]).sum(axis=(0, 1)) / weight
    relative = absorbed / np.maximum(mean, LEAST_DENSITY) * crop.cell[..., None]
    planes: Planes = np.concatenate((relative, crop.nucleus[..., None]), axis=2).transpose(2, 0, 1)
    return np.ascontiguousarray(planes, np.float32)


VIEWS: Mapping[str, View] = {"rgb": rgb, "cell-density": cell_density}


def show_cells(normal: NormalField, outlines: Outlines, view: View, size_px: int, um_per_px: float) -> Planes:
    """Every cell of a field through a view: (cells, channels, size_px, size_px), centred on the cell's box."""
    reach = round(size_px * um_per_px / WORKING_UM_PER_PX / 2)
    crops = [_crop(normal, outlines, k, window, reach) for k, window in label_windows(outlines.cells)]
    return np.stack([view(_resized(crop, size_px)) for crop in crops])


def _crop(normal: NormalField, outlines: Outlines, k: int, window: Window, reach: int) -> Crop:
    """`reach` working pixels around the middle of the cell's box; clear and empty outside the field."""
    rows, columns = (_around(side, reach) for side in window)
    cells, nuclei = _cut(outlines.cells, rows, columns, 0), _cut(outlines.nuclei, rows, columns, 0)
    transmittance = _cut(normal.transmittance, rows, columns, 1)
    return Crop(transmittance, (cells == k).astype(np.float32), (nuclei == k).astype(np.float32))


def _around(side: slice, reach: int) -> tuple[int, int]:
    middle = round((side.start + side.stop) / 2)
    return middle - reach, middle + reach


def _cut(image: NDArray[Any], rows: tuple[int, int], columns: tuple[int, int], fill: float) -> NDArray[Any]:
    """`image` from rows[0] to rows[1] and columns likewise, filled where that lies outside."""
    height, width = image.shape[:2]
    out = np.full((rows[1] - rows[0], columns[1] - columns[0], *image.shape[2:]), fill, image.dtype)
    top, bottom = max(0, rows[0]), min(height, rows[1])
    left, right = max(0, columns[0]), min(width, columns[1])
    out[top - rows[0] : bottom - rows[0], left - columns[0] : right - columns[0]] = image[top:bottom, left:right]
    return out


def _resized(crop: Crop, size_px: int) -> Crop:
    shrinking = size_px < crop.cell.shape[0]
    how = cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR

    def at_size(plane: NDArray[Any]) -> Planes:
        return np.asarray(cv2.resize(plane, (size_px, size_px), interpolation=how), np.float32)

    return Crop(at_size(crop.transmittance), at_size(crop.cell), at_size(crop.nucleus))
