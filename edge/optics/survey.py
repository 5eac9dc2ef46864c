"""A first look at a field on a coarse copy: what is picture, where the light is, how dense everything else is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.light import Light, light
from edge.optics.padding import padding
from edge.optics.planes import Field, Mask
from edge.types import Pixels

THUMBNAIL_PX = 192
"""Longest side of the copy on which the light is fitted: it has no finer detail than a few pixels of that."""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A field at working resolution.

    rgb      uint8 (height, width, 3)
    factor   pixels of the input image per pixel of this copy
    picture  where it is picture and not padding
    light    the clear background
    density  optical density −log10(I / background), float32 (height, width, 3), 0 where padded
    """

    rgb: Pixels
    factor: float
    picture: Mask
    light: Light
    density: Field


def survey(pixels: Pixels, budget_px: float) -> Survey:
    """Look at `pixels` (RGB uint8) on a copy of at most `budget_px` pixels."""
    rgb = shrink(pixels, budget_px)
    picture = ~padding(rgb)
    small = shrink(rgb, THUMBNAIL_PX**2 * rgb.shape[0] * rgb.shape[1] / max(rgb.shape[:2]) ** 2)
    small_picture = cv2.resize(picture.view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    lamp = light(small, small_picture)
    return Survey(rgb, pixels.shape[1] / rgb.shape[1], picture, lamp, _density(rgb, lamp.surface, picture))


def shrink(pixels: Pixels, budget_px: float) -> Pixels:
    """`pixels` by area averaging down to at most `budget_px` pixels; as they are where they fit.

    Halved first where that is more than they fit into: that is quick, and the rest has a quarter to read.
    """
    height, width = pixels.shape[:2]
    ratio = float(np.sqrt(budget_px / (height * width)))
    if ratio >= 1.0:
        return pixels
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    while ratio <= 0.5 and not (pixels.shape[0] % 2 or pixels.shape[1] % 2):
        pixels, ratio = _resized(pixels, (pixels.shape[1] // 2, pixels.shape[0] // 2)), 2 * ratio
    return _resized(pixels, size)


def _resized(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _density(rgb: Pixels, surface: Field, picture: Mask) -> Field:
    log = np.log10(np.maximum(np.arange(256, dtype=np.float32), 1.0))
    clear = cv2.resize(np.log10(surface), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    density: Field = np.maximum(np.asarray(clear - cv2.LUT(rgb, log), np.float32), np.float32(0))
    density[~picture] = 0.0
    return density
