"""The lamp behind the cells: the level and the slow unevenness of the clear background.

The background is the brightest level that a fair share of smooth pixels has, followed across the field by a
second-order polynomial (the usual model of uneven Köhler illumination and vignetting).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.channels import mean_channel
from edge.optics.planes import Field, Mask, Plane
from edge.optics.quantiles import median
from edge.types import Pixels

LEAST_SHARE = 0.05
"""Share of the smooth pixels that a level needs to be the background: dense fields still show 8 to 10 % of it."""
LEAST_PEAK = 0.12
"""Height of the background's peak over the tallest in the histogram of levels: smaller ones are glare and fat."""
TOLERANCE = 0.07
"""Relative distance from the fitted surface that is still background: noise, JPEG and the film's own tint."""
ROUNDS = 4
"""Refits of the surface at most; it has all but settled after three on every set we have."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """The background of a field.

    surface  RGB of the clear background at each pixel, float32 (height, width, 3), 1–255
    level    its median, (3,)
    share    share of the picture that is clear background, 0–1
    unevenness  brightest over dimmest point of the surface within the picture, less one: 0 is even
    """

    surface: Field
    level: NDArray[np.float32]
    share: float
    unevenness: float


def light(thumbnail: Pixels, picture: Mask) -> Light:
    """The background of a small copy (RGB uint8, about 200 px) where `picture` is True.

    Where no pixel is picture the light is white, of share 0.
    """
    if not picture.any():
        return Light(np.full(thumbnail.shape, 255, np.float32), np.full(3, 255, np.float32), 0.0, 0.0)
    values = np.ascontiguousarray(thumbnail.reshape(-1, 3).T, np.float32)
    brightness = mean_channel(thumbnail.astype(np.float32))
    near = picture & (np.abs(brightness / _level(brightness, picture) - 1.0) <= TOLERANCE)
    terms = _terms(*brightness.shape)
    for _ in range(ROUNDS):
        fitted = _fitted(terms, near, brightness.reshape(1, -1)).reshape(brightness.shape)
        known, near = near, picture & (np.abs(brightness / np.maximum(fitted, 1.0) - 1.0) <= TOLERANCE)
        if not near.any():
            near = picture
        if np.array_equal(near, known):
            break
    surface = np.clip(_fitted(terms, near, values), 1.0, 255.0)
    share = float(np.count_nonzero(near) / np.count_nonzero(picture))
    seen = surface[:, picture.ravel()]
    luminance = seen.mean(axis=0)
    unevenness = float(luminance.max() / luminance.min() - 1.0)
    level = np.array([median(channel) for channel in seen])
    return Light(np.ascontiguousarray(surface.T).reshape(thumbnail.shape), level, share, unevenness)


def _level(brightness: Plane, picture: Mask) -> float:
    """The brightest level that stands out in the histogram of the smooth pixels."""
    rises_x, rises_y = cv2.Sobel(brightness, cv2.CV_32F, 1, 0), cv2.Sobel(brightness, cv2.CV_32F, 0, 1)
    slope = np.asarray(cv2.magnitude(rises_x, rises_y), np.float32)
    smooth = picture & (slope <= median(slope[picture]))
    counts = np.bincount(brightness[smooth].astype(np.int64), minlength=256).astype(np.float32)
    padded = np.concatenate((counts, counts[::-1][:16]))
    curve = cv2.GaussianBlur(padded.reshape(1, -1), (0, 0), 3.0, borderType=cv2.BORDER_CONSTANT).ravel()[:256]
    share = np.convolve(counts, np.ones(17, np.float32), "same") / max(1.0, float(counts.sum()))
    rises = np.concatenate(([True], curve[1:] >= curve[:-1]))
    falls = np.concatenate((curve[:-1] >= curve[1:], [True]))
    peaks = np.flatnonzero(rises & falls & (share >= LEAST_SHARE) & (curve >= LEAST_PEAK * curve.max()))
    return float(max(peaks.max() if peaks.size else np.argmax(curve), 1.0))


@lru_cache(maxsize=4)
def _terms(height: int, width: int) -> NDArray[np.float32]:
    """1, x, y, x², xy, y² of every pixel, (6, pixels), read-only: cameras do not change their size."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32).reshape(2, -1)
    terms = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y))
    terms.flags.writeable = False
    return terms


def _fitted(terms: NDArray[np.float32], where: Mask, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Planes of values (n, pixels) as the terms (6, pixels) explain them by least squares over the pixels of `where`,
    with a whiff of ridge on all but the level, so that a corner of background cannot tilt the rest."""
    weighed = terms * where.ravel()  # faster than to gather the pixels
    ridge = np.diag([0.0, *[0.02 * np.count_nonzero(where)] * 5]).astype(np.float32)
    solution: NDArray[np.float32] = np.linalg.solve(weighed @ terms.T + ridge, weighed @ values.T)
    return solution.T @ terms
