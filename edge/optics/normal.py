"""The normalised field: one scale, one white, optical density. Everything after the gate works on it.

A red cell is 7–8 µm in every field, so a field resampled to `WORKING_UM_PER_PX` shows a cell at the same size whatever
the objective and camera were; dividing by the lamp's own light removes exposure, white balance and vignetting.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.light import light
from edge.optics.padding import BLACK, padding
from edge.optics.planes import Mask
from edge.optics.survey import THUMBNAIL_PX, shrink
from edge.types import Pixels

WORKING_UM_PER_PX = 0.2
"""Near the optical limit of oil immersion (0.25 µm), and 0.7 megapixels for a field of 190 × 150 µm."""
DARKEST = 1.0 / 255
"""Least transmittance: one grey level; darker than that the camera saw nothing."""

BRIGHTEST = 1.15
"""Largest transmittance kept: glare around thick cells is brighter than the background."""
WHITE = 255.0
CUT_OUT_SHARE = 0.1
"""Share of black surround from which on a picture is a cut-out without background."""

Density = NDArray[np.float32]
"""Optical density −log10(I/I₀) per channel (Beer–Lambert), float32, shape (height, width, 3), 0 is clear."""


@dataclass(frozen=True, slots=True, eq=False)
class NormalField:
    """A field at the working scale.

    transmittance  I/I₀ per channel, float32 (height, width, 3), 1 is clear background, at most 1.15
    picture        False where the image holds no picture (letter-box, black surround), (height, width)
    ratio          working pixels per input pixel: input = working / ratio
    """

    transmittance: NDArray[np.float32]
    picture: NDArray[np.bool_]
    ratio: float

    @property
    def density(self) -> Density:
        """Optical density of the whole field."""
        return density(self.transmittance)


def density(transmittance: NDArray[np.float32]) -> Density:
    """−log10 of a transmittance, at least 0."""
    clear: Density = np.clip(-np.log10(np.maximum(transmittance, DARKEST)), 0.0, None)
    return clear


def working_size(size_px: tuple[int, int], um_per_px: float) -> tuple[int, int]:
    """Width and height at the working scale of an image of `size_px` (width, height)."""
    ratio = um_per_px / WORKING_UM_PER_PX
    return max(1, round(size_px[0] * ratio)), max(1, round(size_px[1] * ratio))


def resample(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """`pixels` at `size` (width, height): area-averaged when shrinking, cubic when growing."""
    shrinking = size[0] < pixels.shape[1]
    resized: Pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
    return resized


def normalise(pixels: Pixels, um_per_px: float) -> NormalField:
    """`pixels` (RGB uint8) at the working scale, divided by the lamp's light.

    On cut-outs (a black surround, as in sets of single cells) no background is seen and the light is taken as white.
    """
    size = working_size((pixels.shape[1], pixels.shape[0]), um_per_px)
    rgb = resample(pixels, size)
    picture = ~padding(rgb)
    surface = cv2.resize(_lamp(rgb, picture), size, interpolation=cv2.INTER_LINEAR)
    transmittance = np.minimum((rgb + np.float32(1)) / (surface + np.float32(1)), BRIGHTEST)
    transmittance[~picture] = 1.0
    return NormalField(transmittance, picture, size[0] / pixels.shape[1])


def _lamp(rgb: Pixels, picture: Mask) -> NDArray[np.float32]:
    """Background light on a small copy, float32 (h, w, 3)."""
    small = shrink(rgb, THUMBNAIL_PX**2)
    seen = cv2.resize(picture.view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    if _is_cut_out(rgb, seen):
        return np.full(small.shape, WHITE, np.float32)
    return light(small, seen).surface


def _is_cut_out(rgb: Pixels, picture: Mask) -> bool:
    """A quarter of the frame and more is pure black surround."""
    return bool(1.0 - picture.mean() > CUT_OUT_SHARE and rgb[0, 0].max() <= BLACK)
