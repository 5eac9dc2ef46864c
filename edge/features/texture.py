"""Texture of chromatin and cytoplasm, from optical density inside a mask."""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge.optics.framed import framed
from edge.optics.planes import Mask, Plane
from edge.optics.quantiles import median, percentiles

FEW_PX = 12
"""Pixels below which a texture is not estimable and is given as 0."""
CLEAR = 0.45
"""Density relative to the cytoplasm's median below which a round hole is a vacuole."""


def masked_blur(plane: Plane, mask: Mask, sigma_px: float) -> Plane:
    """Gaussian blur that sees only the inside of `mask` (normalised convolution); outside is undefined."""
    weight = mask.astype(np.float32)
    blurred = _blurred(plane * weight, sigma_px)
    return np.asarray(blurred / np.maximum(_blurred(weight, sigma_px), 1e-6), np.float32)


def contrast(plane: Plane, mask: Mask) -> float:
    """Robust spread over median, (p90 − p10) / (2.56 · median): a normal law's standard deviation over its mean."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    low, middle, high = percentiles(plane[mask], (10, 50, 90))
    return float((high - low) / (2.56 * max(middle, 1e-3)))


def coarseness(plane: Plane, mask: Mask, sigma_px: float) -> float:
    """Share of the variance inside `mask` that survives a blur of `sigma_px`: 0 fine and even, 1 coarse clumps."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    _, total = _mean_and_variance(plane, mask)
    return _mean_and_variance(masked_blur(plane, mask, sigma_px), mask)[1] / total if total > 1e-9 else 0.0


def granularity(plane: Plane, mask: Mask, sigma_px: float) -> float:
    """Fine texture: standard deviation of what a blur of `sigma_px` removes, over the mean density."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    mean, _ = _mean_and_variance(plane, mask)
    _, fine = _mean_and_variance(plane - masked_blur(plane, mask, sigma_px), mask)
    return math.sqrt(fine) / max(mean, 1e-2)


def vacuoles(plane: Plane, cytoplasm: Mask, cell: Mask) -> float:
    """Share of the cytoplasm that is clear holes; what is open to the outside of `cell` is its pale rim, no hole."""
    if np.count_nonzero(cytoplasm) < FEW_PX:
        return 0.0
    clear = cytoplasm & (plane < CLEAR * median(plane[cytoplasm]))
    return float(np.count_nonzero(_closed(clear, cell)) / np.count_nonzero(cytoplasm)) if clear.any() else 0.0


def _closed(clear: Mask, cell: Mask) -> Mask:
    """The parts of `clear` that do not touch the outside of `cell`."""
    outside = framed(~cell, 1, beyond=True)
    count, parts = cv2.connectedComponents((outside | framed(clear, 1)).view(np.uint8), connectivity=4)
    is_open = np.zeros(count, np.bool_)
    is_open[parts[outside]] = True
    return np.asarray(clear & ~is_open[parts[1:-1, 1:-1]], np.bool_)


def _mean_and_variance(plane: Plane, mask: Mask) -> tuple[float, float]:
    """Of the plane inside the mask, which is not empty."""
    mean, deviation = cv2.meanStdDev(plane, mask=mask.view(np.uint8))
    return float(mean[0, 0]), float(deviation[0, 0]) ** 2


def _blurred(plane: Plane, sigma_px: float) -> Plane:
    """Blurred as if nothing lay beyond the patch."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_CONSTANT), np.float32)
