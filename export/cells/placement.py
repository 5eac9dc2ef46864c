"""Turning, mirroring and resizing a tile into a square of the working scale."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.normal import WORKING_UM_PER_PX, density
from edge.optics.planes import Field, Mask
from export.cells.tile import BACKGROUND, KNOWN, Plane8, Tile, transmittance

Matrix = NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """What a tile is in its new place: optical density (height, width, 3), labels, doubt."""

    density: Field
    labels: Plane8
    doubt: Plane8

    @property
    def cell(self) -> Mask:
        """Nucleus and cytoplasm."""
        return self.labels > BACKGROUND


def placed(tile: Tile, centre: Point, turn: Matrix, side_px: int) -> Layer:
    """The tile around `centre`, turned and resized, mirrored on at its borders."""
    matrix = centred(turn, centre, side_px)
    light = warped(tile.light, matrix, side_px, cv2.INTER_LINEAR, cv2.BORDER_REFLECT_101)
    labels, doubt = (
        warped(each, matrix, side_px, cv2.INTER_NEAREST, cv2.BORDER_REFLECT_101) for each in (tile.labels, tile.doubt)
    )
    return Layer(density(transmittance(light)), labels, doubt)


def cut(tile: Tile, turn: Matrix, side_px: int) -> Layer:
    """The tile's cell in the middle, turned and resized; beyond the tile is no cell."""
    rows, columns = np.nonzero(tile.labels)
    matrix = centred(turn, (float(columns.mean()), float(rows.mean())), side_px)
    light = warped(tile.light, matrix, side_px, cv2.INTER_LINEAR, cv2.BORDER_REPLICATE)
    labels = warped(tile.labels, matrix, side_px, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
    return Layer(density(transmittance(light)), labels, np.full(labels.shape, KNOWN, np.uint8))


def random_turn(random: Generator, um_per_px: float, spread: float) -> Matrix:
    """Any angle, either hand, to the working scale give or take `spread` (of the logarithm); (2, 2)."""
    angle = random.uniform(0.0, 2 * np.pi)
    scale = um_per_px / WORKING_UM_PER_PX * np.exp(random.normal(0.0, spread))
    hand = -1.0 if random.random() < 0.5 else 1.0
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cosine * hand, -sine], [sine * hand, cosine]])


def centred(turn: Matrix, centre: Point, side_px: int) -> Matrix:
    """The affine map (2, 3) that turns about `centre` and brings it to the middle of the square."""
    return np.column_stack([turn, side_px / 2 - turn @ np.asarray(centre)])


def warped(image: Plane8, matrix: Matrix, side_px: int, how: int, beyond: int) -> Plane8:
    """An affine map of an image into a square."""
    moved = cv2.warpAffine(image, matrix, (side_px, side_px), flags=how, borderMode=beyond)
    return np.asarray(moved, np.uint8)
