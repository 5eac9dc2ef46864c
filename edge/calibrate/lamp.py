"""The lamp over all fields: the mean of their second-order surfaces, 1 at the median."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.optics.channels import mean_channel
from edge.optics.planes import Field

Floats = NDArray[np.float64]
GRID = 64
"""Side of the square on which a surface is looked at; it has no finer detail."""


def lamp_coefficients(surface: Field) -> Floats:
    """(6,) of 1, x, y, x², xy, y² (x and y from −1 to 1) for the brightness of an RGB surface, 1 at its median."""
    brightness = mean_channel(surface).astype(np.float64)
    terms = _terms(*brightness.shape).reshape(-1, 6)
    found, *_ = np.linalg.lstsq(terms, (brightness / np.median(brightness)).ravel(), rcond=None)
    return np.asarray(found, np.float64)


def mean_lamp(each: Sequence[Floats]) -> Floats:
    """The mean of several, 1 at its own median."""
    mean = np.mean(each, axis=0)
    return np.asarray(mean / np.median(lamp_surface(mean)), np.float64)


def lamp_surface(coefficients: Sequence[float] | Floats, height: int = GRID, width: int = GRID) -> Floats:
    """Brightness over the field, (height, width)."""
    return np.asarray(_terms(height, width) @ np.asarray(coefficients), np.float64)


def unevenness(coefficients: Floats) -> float:
    """Brightest over dimmest point, less one."""
    surface = lamp_surface(coefficients)
    return float(surface.max() / max(float(surface.min()), 1e-3) - 1.0)


def _terms(height: int, width: int) -> Floats:
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    return np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), axis=2)
