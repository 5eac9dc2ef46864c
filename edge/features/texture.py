"""Texture of chromatin and cytoplasm, from optical density inside a mask."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.features.shape import Mask

Plane = NDArray[np.float32]

FEW_PX = 12
"""Pixels below which a texture is not estimable and is given as 0."""
CLEAR = 0.45
"""Density relative to the cytoplasm's median below which a round hole is a vacuole."""


def masked_blur(plane: Plane, mask: Mask, sigma_px: float) -> Plane:
    """Gaussian blur that sees only the inside of `mask` (normalised convolution); outside is undefined."""
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), sigma_px)
    blurred: Plane = cv2.GaussianBlur(np.where(mask, plane, 0).astype(np.float32), (0, 0), sigma_px)
    return blurred / np.maximum(weight, 1e-6)


def contrast(plane: Plane, mask: Mask) -> float:
    """Robust spread over median, (p90 − p10) / (2.56 · median): a normal law's standard deviation over its mean."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    low, middle, high = np.percentile(plane[mask], (10, 50, 90))
    return float((high - low) / (2.56 * max(middle, 1e-3)))


def coarseness(plane: Plane, mask: Mask, sigma_px: float) -> float:
    """Share of the variance inside `mask` that survives a blur of `sigma_px`: 0 fine and even, 1 coarse clumps."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    total = float(plane[mask].var())
    return float(masked_blur(plane, mask, sigma_px)[mask].var() / total) if total > 1e-9 else 0.0


def granularity(plane: Plane, mask: Mask, sigma_px: float) -> float:
    """Fine texture: standard deviation of what a blur of `sigma_px` removes, over the mean density."""
    if np.count_nonzero(mask) < FEW_PX:
        return 0.0
    fine = (plane - masked_blur(plane, mask, sigma_px))[mask]
    return float(fine.std() / max(float(plane[mask].mean()), 1e-2))


def vacuoles(plane: Plane, cytoplasm: Mask) -> float:
    """Share of the cytoplasm that is clear holes not open to its border."""
    if np.count_nonzero(cytoplasm) < FEW_PX:
        return 0.0
    inside = cv2.erode(cytoplasm.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    clear = inside & (plane < CLEAR * np.median(plane[cytoplasm]))
    return float(np.count_nonzero(clear) / np.count_nonzero(cytoplasm))
