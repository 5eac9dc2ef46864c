"""From pictures of an empty field to the factors that make every picture even.

Cameras answer light with a power law (gamma), and (a·b)^γ = a^γ·b^γ: what the lamp lacks is a factor on grey levels
too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import FlatFieldRefused
from firmware_bridge.picture import Pixels

PICTURES = 16
GRID_PX = 96
"""Longer side of what is kept: light from a lamp has no finer detail."""
MOST_GAIN = 2.5
CLIPPED_LEVEL, MOST_CLIPPED = 250, 0.002
DARKEST_LEVEL = 60.0
SOMETHING, MOST_COVERED = 0.04, 0.002
"""What is darker than its surroundings by this share is no glass; a few specks of dust may be."""
_DEGREE = 4
MOST_FLICKER = 0.03
_ANOTHER_PLACE = "Move to clear glass, beyond the end of the smear, and take it again."

Gain = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FlatField:
    """How much light each part of the picture gets.

    light  (rows, columns, 3) float32, 1 where a channel is brightest; the longer side has `GRID_PX`
    """

    light: Gain

    def apply(self, pixels: Pixels) -> Pixels:
        """The picture as an even lamp would have made it.

        Raises:
            FlatFieldRefused: the picture has other proportions than the field that was measured.
        """
        height, width = pixels.shape[:2]
        return np.asarray(cv2.multiply(pixels, self._gain(height, width), dtype=cv2.CV_8U), np.uint8)

    def _gain(self, height: int, width: int) -> Gain:
        rows, columns = self.light.shape[:2]
        if abs(rows * width / (height * columns) - 1.0) > 0.05:
            what = f"The flat field was taken with another shape of picture than {width} × {height}."
            raise FlatFieldRefused(what, "Take it again with the camera's present settings.")
        return _enlarged(self, height, width)


@lru_cache(maxsize=2)
def _enlarged(field: FlatField, height: int, width: int) -> Gain:
    light = cv2.resize(field.light, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(1.0 / np.clip(light, 1.0 / MOST_GAIN, None), np.float32)


def measure(pictures: Sequence[Pixels]) -> FlatField:
    """The light of an empty field, from several pictures of it.

    Args:
        pictures: of one size; some `PICTURES` of them take the noise out.

    Raises:
        FlatFieldRefused: it is not empty, too bright, too dark, or not the same in all pictures.
    """
    _refuse_unsteady(pictures)
    mean = np.mean(np.stack([cv2.resize(each, _grid(each), interpolation=cv2.INTER_AREA) for each in pictures]), axis=0)
    _refuse_level(pictures[-1], mean)
    smooth = _smooth(mean.astype(np.float32))
    _refuse_cells(mean[..., 1])
    light = smooth / smooth.reshape(-1, 3).max(axis=0)
    if light.min() < 1.0 / MOST_GAIN:
        what = f"The darkest corner has {100 * light.min():.0f} % of the brightest part's light."
        raise FlatFieldRefused(what, "Centre the condenser and the lamp first.")
    return FlatField(light)


def _grid(pixels: Pixels) -> tuple[int, int]:
    height, width = pixels.shape[:2]
    shrink = GRID_PX / max(height, width)
    return max(2, round(width * shrink)), max(2, round(height * shrink))


def _smooth(mean: Gain) -> Gain:
    return np.asarray(cv2.GaussianBlur(mean, (0, 0), GRID_PX / 24), np.float32)


def _refuse_unsteady(pictures: Sequence[Pixels]) -> None:
    levels = np.array([each[::16, ::16].mean() for each in pictures])
    if np.ptp(levels) > MOST_FLICKER * levels.mean():
        percent = 100 * np.ptp(levels) / max(levels.mean(), 1.0)
        what = f"The light changed by {percent:.0f} % while the pictures were taken."
        raise FlatFieldRefused(what, "Wait until lamp and camera are steady; lock the exposure (?lock=1).")


def _refuse_level(pixels: Pixels, mean: NDArray[np.float64]) -> None:
    clipped = float((pixels >= CLIPPED_LEVEL).any(axis=2).mean())
    if clipped > MOST_CLIPPED:
        what = f"The field is too bright: {100 * clipped:.1f} % of it is at the end of the camera's range."
        raise FlatFieldRefused(what, "Turn down the lamp or the exposure time.")
    middle = float(np.median(mean))
    if middle < DARKEST_LEVEL:
        what = f"The field is too dark: its middle level is {middle:.0f} of 255."
        raise FlatFieldRefused(what, "Turn up the lamp or the exposure time.")


def _refuse_cells(green: NDArray[np.float64]) -> None:
    """Look for what is darker than the light there: lamps and lenses make a gentle surface, cells make pits in it."""
    surface = _surface(green)
    covered = float((green < (1.0 - SOMETHING) * surface).mean())
    if covered > MOST_COVERED:
        what = f"The field is not empty: there is something on {100 * covered:.1f} % of it."
        raise FlatFieldRefused(what, _ANOTHER_PLACE)


def _surface(green: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polynomial of two variables that fits best, by least squares."""
    rows, columns = (np.linspace(-1.0, 1.0, size) for size in green.shape)
    y, x = np.meshgrid(rows, columns, indexing="ij")
    powers = [(i, k) for i in range(_DEGREE + 1) for k in range(_DEGREE + 1 - i)]
    terms = np.stack([(y**i * x**k).ravel() for i, k in powers], axis=1)
    factors = np.linalg.lstsq(terms, green.ravel(), rcond=None)[0]
    return np.asarray((terms @ factors).reshape(green.shape), np.float64)
