"""Is there anything in this field?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.picture import Pixels
from firmware_bridge.scope.sharpness import GREEN

WIDTH_PX = 64
EMPTY_SPREAD = 0.006
"""Bare simulated glass, vignette and noise: 0.002. Fields of 48 × 36 µm with few cells: 0.012 at 10 µm from focus."""


def unevenness(pixels: Pixels) -> float:
    """Spread of green over its mean in a small copy, after the best quadratic surface (the lamp) is divided out.

    Works out of focus too: blur of a field full of cells leaves much of it.
    """
    height, width = pixels.shape[:2]
    size = (WIDTH_PX, max(8, round(WIDTH_PX * height / width)))
    small = cv2.resize(np.ascontiguousarray(pixels[..., GREEN]), size, interpolation=cv2.INTER_AREA).astype(np.float64)
    lamp = _surface(small)
    return float(np.std(small / np.maximum(lamp, 1.0)))


def is_empty(pixels: Pixels) -> bool:
    """Nothing but glass. RGB (height, width, 3) uint8."""
    return unevenness(pixels) < EMPTY_SPREAD


def _surface(small: NDArray[np.float64]) -> NDArray[np.float64]:
    y, x = (axis / max(small.shape) for axis in np.indices(small.shape))
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    weights = np.linalg.lstsq(terms, small.reshape(-1), rcond=None)[0]
    return np.asarray((terms @ weights).reshape(small.shape))
