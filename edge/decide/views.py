"""How a cell is shown to a network: named input views, so that a bundle says which one it was trained with.

Each view is a function of one cell's crop and gives planes (channels, size, size), float32, before the manifest's mean
and std. A view is a contract with every bundle that names it: never change one, add another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.labels import Window
from edge.optics.normal import WORKING_UM_PER_PX, NormalField, density
from edge.optics.planes import Field, Plane
from edge.types import Labels, Outlines

Planes = NDArray[np.float32]
"""(channels, height, width), or one such per cell, (cells, channels, height, width)."""

LEAST_DENSITY = 0.05
"""Nuclear density below which a cell is not divided by it: it would only raise noise."""


class Shown(Protocol):
    """A square around one cell at the network's scale, cell and nucleus 0–1. A view asks for each plane at most once,
    and only for what it shows."""

    @property
    def transmittance(self) -> Field:
        """I/I₀, (s, s, 3)."""

    @property
    def cell(self) -> Plane:
        """Share of each pixel, (s, s)."""

    @property
    def nucleus(self) -> Plane:
        """Share of each pixel, (s, s)."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """`Shown` as it was kept."""

    transmittance: Field
    cell: Plane
    nucleus: Plane


View = Callable[[Shown], Planes]


def rgb(crop: Shown) -> Planes:
    """The three channels divided by the lamp's light, surroundings included: 3 planes, 0–1.15."""
    return np.ascontiguousarray(crop.transmittance.transpose(2, 0, 1))


def rgb_on_black(crop: Shown) -> Planes:
    """The cell alone on black, as sets of cut-out cells show it: 3 planes, 0–1.15."""
    return np.ascontiguousarray(rgb(crop) * crop.cell)


def bgr(crop: Shown) -> Planes:
    """As `rgb`, blue first: for networks that learned from pictures as OpenCV reads them."""
    return np.ascontiguousarray(rgb(crop)[::-1])


def bgr_on_black(crop: Shown) -> Planes:
    """As `rgb_on_black`, blue first."""
    return np.ascontiguousarray(rgb_on_black(crop)[::-1])


def nucleus_on_black(crop: Shown) -> Planes:
    """The nucleus alone on black: 3 planes, 0–1.15.

    Some sets hold whole cells and others cells cut out around their nuclei: how much cytoplasm is left tells the set.
    """
    return np.ascontiguousarray(rgb(crop) * crop.nucleus)


def cell_density(crop: Shown) -> Planes:
    """Optical density of the cell alone, each channel over its mean in the nucleus, and the nucleus' mask: 4 planes.

    Stain strength, exposure and hue of the nucleus are divided out, the surroundings are 0: what is left is the shape,
    the texture and how the cytoplasm differs from the nucleus.
    """
    chromatin = crop.nucleus
    return np.concatenate([_relative(crop.transmittance, crop.cell, chromatin), chromatin[None]]).astype(np.float32)


def relative_density(crop: Shown) -> Planes:
    """As `cell_density`, without the mask: 3 planes, for networks that take pictures in colour."""
    return _relative(crop.transmittance, crop.cell, crop.nucleus)


def nucleus(crop: Shown) -> Planes:
    """The outline of the nucleus alone: 1 plane, 0–1.

    Nothing of stain, exposure, focus or camera is left, nor of how tightly a cell was cut out. On laboratories never
    seen this told blasts from other cells better than any view with colour or texture (see DECISIONS.md).
    """
    return np.ascontiguousarray(crop.nucleus[None], np.float32)


def planes(crop: Shown) -> Planes:
    """Everything that is known of a cell: the three channels with their surroundings, cell and nucleus, 5 planes.

    For several networks together that each look at their own view, within one graph.
    """
    return np.ascontiguousarray(np.dstack((crop.transmittance, crop.cell, crop.nucleus)).transpose(2, 0, 1))


def _relative(transmittance: Field, cell: Plane, chromatin: Plane) -> Planes:
    absorbed = density(transmittance)
    mean = (absorbed * chromatin[..., None]).sum(axis=(0, 1)) / (chromatin.sum() + 1e-6)
    relative = absorbed / np.maximum(mean, LEAST_DENSITY) * cell[..., None]
    return np.ascontiguousarray(relative.transpose(2, 0, 1), np.float32)


VIEWS: Mapping[str, View] = {
    "rgb": rgb,
    "rgb-on-black": rgb_on_black,
    "bgr": bgr,
    "bgr-on-black": bgr_on_black,
    "nucleus-on-black": nucleus_on_black,
    "cell-density": cell_density,
    "relative-density": relative_density,
    "nucleus": nucleus,
    "planes": planes,
}


def channels(view: View) -> int:
    """How many planes a view gives."""
    nothing = np.zeros((1, 1), np.float32)
    return len(view(Crop(np.ones((1, 1, 3), np.float32), nothing, nothing)))


def show_cells(
    normal: NormalField,
    outlines: Outlines,
    windows: Iterable[tuple[int, Window]],
    view: View,
    size_px: int,
    um_per_px: float,
) -> Planes:
    """At least one cell through a view: (cells, channels, size_px, size_px), each centred on its box.

    windows  ids and boxes as `edge.optics.labels.label_windows` gives them, of all cells or of some
    """
    reach = round(size_px * um_per_px / WORKING_UM_PER_PX / 2)
    shown = (_InField(normal, outlines, k, box.square(max(1, reach)), size_px) for k, box in windows)
    return np.stack([view(each) for each in shown])


@dataclass(frozen=True, slots=True, eq=False)
class _InField:
    """`Shown` of a field's cell `k`, cut out and brought to the network's scale when asked; clear and empty outside."""

    normal: NormalField
    outlines: Outlines
    k: int
    window: Window
    size_px: int

    @property
    def transmittance(self) -> Field:
        return self._at_size(self.window.cut(self.normal.transmittance, 1))

    @property
    def cell(self) -> Plane:
        return self._share_of(self.outlines.cells)

    @property
    def nucleus(self) -> Plane:
        return self._share_of(self.outlines.nuclei)

    def _share_of(self, labels: Labels) -> Plane:
        return self._at_size((self.window.cut(labels) == self.k).astype(np.float32))

    def _at_size(self, plane: Planes) -> Planes:
        how = cv2.INTER_AREA if self.size_px < len(plane) else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(plane, (self.size_px, self.size_px), interpolation=how), np.float32)
