"""Focus stacking: one picture that is sharp everywhere, and which slice each pixel came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.picture import Pixels
from firmware_bridge.scope.autofocus import Focusable, Look

ENERGY_SIGMA_PX = 3.0
"""Over how far around a pixel sharpness is judged."""

INDEX_MEDIAN_PX = 5
"""Neighbours that outvote a stray choice; odd."""

MOST_SLICES = 64


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """A stack in one.

    pixels  RGB, (height, width, 3) uint8
    depth   which slice each pixel came from, (height, width) uint8
    z_um    where each slice was taken
    """

    pixels: Pixels
    depth: NDArray[np.uint8]
    z_um: tuple[float, ...]

    def height_um(self) -> NDArray[np.float32]:
        """Height of the surface, (height, width), as far as the slices resolve it."""
        return np.asarray(self.z_um, np.float32)[self.depth]


def take_stack(scope: Focusable, look: Look, step_um: float, slices: int) -> Fused:
    """Take slices around the present focus, upward, fuse them, and return to it.

    Raises:
        ValueError: fewer than two slices, more than `MOST_SLICES`, or no step.
        ScopeFault: the stage fails, or the stack would leave its limits.
    """
    if not (2 <= slices <= MOST_SLICES and step_um > 0):
        raise ValueError(f"no stack of {slices} slices {step_um} µm apart")
    centre_um = scope.position.z_um
    places = [centre_um + step_um * (k - (slices - 1) / 2) for k in range(slices)]
    pictures = [_taken(scope, look, z_um) for z_um in places]
    scope.move_to(z_um=centre_um)
    return fuse(pictures, places)


def fuse(pictures: Sequence[Pixels], z_um: Sequence[float]) -> Fused:
    """Of every pixel the slice with the most squared gradient around it, with stray choices outvoted.

    Source: Pieper and Korpel, Appl. Opt. 22 (1983) 1449; shape from focus, Nayar and Nakagawa, PAMI 16 (1994) 824.

    Raises:
        ValueError: no pictures, of different sizes, or not one height for each.
    """
    if not pictures or len(pictures) != len(z_um) or len({each.shape for each in pictures}) != 1:
        raise ValueError("a stack needs pictures of one size and one height for each")
    sharpest = np.argmax(np.stack([_energy(each) for each in pictures]), axis=0).astype(np.uint8)
    depth = np.asarray(cv2.medianBlur(np.ascontiguousarray(sharpest), INDEX_MEDIAN_PX), np.uint8)
    chosen = np.zeros_like(pictures[0])
    for index, picture in enumerate(pictures):
        np.copyto(chosen, picture, where=(depth == index)[..., None])
    return Fused(chosen, depth, tuple(z_um))


def _taken(scope: Focusable, look: Look, z_um: float) -> Pixels:
    scope.move_to(z_um=z_um)
    return look()


def _energy(picture: Pixels) -> NDArray[np.float32]:
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), 0.8)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.GaussianBlur(across * across + down * down, (0, 0), ENERGY_SIGMA_PX), np.float32)
