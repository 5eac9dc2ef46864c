"""Further cells laid into a field so that they touch those that are there, and the seams between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.planes import Field, Mask
from export.cells.placement import Layer
from export.cells.tile import KNOWN, Plane8
from export.cells.tint import blend

Instances = NDArray[np.int32]
Number = TypeVar("Number", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class PasteOptions:
    """Where a cell is laid.

    tries      places that are tried
    touching   chance that a place is beside a cell that is there
    least_px   of the cell that must be visible
    overlap    of the cell that may be hidden under one that is there
    """

    tries: int = 12
    touching: float = 0.6
    least_px: int = 60
    overlap: float = 0.06


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A field in the making: densities, labels, doubt, and which cell each pixel belongs to (0 none, 1 the first)."""

    density: Field
    labels: Plane8
    doubt: Plane8
    instances: Instances

    @property
    def occupied(self) -> Mask:
        """Where a cell is known to be."""
        return self.instances > 0


def begun(density: Field, layer: Layer) -> Scene:
    """A field of one layer."""
    return Scene(density, layer.labels, layer.doubt, layer.cell.astype(np.int32))


def pasted(random: Generator, scene: Scene, layer: Layer, options: PasteOptions) -> Scene:
    """The scene with a cell more, or as it was where none of the tried places has room."""
    for _ in range(options.tries):
        shift = _place(random, scene.occupied, layer, options)
        labels = shifted(layer.labels, shift)
        visible, hidden = _visible(labels, scene.occupied)
        if visible + hidden > options.least_px and hidden < options.overlap * (visible + hidden):
            return _laid(scene, shifted(layer.density, shift), labels)
    return scene


def seams(instances: Instances) -> Mask:
    """Pixels of a cell with another cell among their eight neighbours."""
    square = np.ones((3, 3), np.uint8)
    nowhere = np.float32(instances.max() + 1)
    ids = instances.astype(np.float32)
    most = cv2.dilate(ids, square)
    least = cv2.erode(np.where(instances == 0, nowhere, ids), square)
    return np.asarray((instances > 0) & (most != least), np.bool_)


def shifted(image: NDArray[Number], shift: tuple[float, float]) -> NDArray[Number]:
    """The image moved by (x, y) to the nearest whole pixel, 0 where nothing comes in."""
    across, down = round(shift[0]), round(shift[1])
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    if abs(across) < width and abs(down) < height:
        to_rows, to_columns = _span(down, height), _span(across, width)
        from_rows, from_columns = _span(-down, height), _span(-across, width)
        moved[to_rows, to_columns] = image[from_rows, from_columns]
    return moved


def _span(shift: int, length: int) -> slice:
    return slice(max(0, shift), length + min(0, shift))


def _place(random: Generator, occupied: Mask, layer: Layer, options: PasteOptions) -> tuple[float, float]:
    """A shift from the middle: beside a cell that is there, or anywhere."""
    height, width = occupied.shape
    if occupied.any() and random.random() < options.touching:
        rows, columns = np.nonzero(occupied)
        which = random.integers(len(rows))
        radius, angle = np.sqrt(np.count_nonzero(layer.cell) / np.pi), random.uniform(0.0, 2 * np.pi)
        x, y = columns[which] + np.cos(angle) * radius, rows[which] + np.sin(angle) * radius
        return float(x - width / 2), float(y - height / 2)
    return float(random.uniform(-width / 2, width / 2)), float(random.uniform(-height / 2, height / 2))


def _visible(labels: Plane8, occupied: Mask) -> tuple[int, int]:
    """Pixels of a cell that lie free, and that would be hidden."""
    hidden = int(np.count_nonzero(occupied & (labels > 0)))
    return int(np.count_nonzero(labels)) - hidden, hidden


def _laid(scene: Scene, density: Field, labels: Plane8) -> Scene:
    new = (labels > 0) & ~scene.occupied
    return Scene(
        blend(scene.density, density, new, 0.8),
        np.where(new, labels, scene.labels),
        np.where(new, KNOWN, scene.doubt).astype(np.uint8),
        np.where(new, scene.instances.max() + 1, scene.instances),
    )
