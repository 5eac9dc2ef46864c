"""How large the round things in a mask are: a granulometry by the largest discs that fit inside."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Mask

SMALLEST_PX = 2.5
"""Radius of the smallest disc considered."""
MOST_PEAKS = 3000
"""Candidates looked at, largest first: bounds the time on noise."""
BANDWIDTH = 0.15
"""Width of the smoothing over the logarithm of the radius: red cells of one field spread by less."""
FAINT_PEAK = 0.25
"""Height over the tallest peak below which a size is not worth trying."""


def grain_diameters_px(mask: Mask, most: int = 3) -> tuple[float, ...]:
    """The commonest diameters of round things in `mask`, in its pixels, likeliest first; empty if there are none.

    Discs are the maxima of the distance to the background after round holes (the pallor of red cells) are filled, each
    standing for those inside it; sizes are weighted by radius^1.5, between counting cells and counting area.
    """
    radii = _inscribed_radii(_with_pallor_filled(mask))
    if not radii.size:
        return ()
    grid = np.linspace(np.log(SMALLEST_PX), np.log(max(mask.shape)), 160)
    curve = (np.exp(-0.5 * ((grid[:, None] - np.log(radii)) / BANDWIDTH) ** 2) * radii**1.5).sum(axis=1)
    peaks = np.flatnonzero(
        (curve >= np.roll(curve, 1)) & (curve > np.roll(curve, -1)) & (curve > FAINT_PEAK * curve.max())
    )
    best = peaks[np.argsort(-curve[peaks])][:most]
    return tuple(float(2 * np.exp(grid[i])) for i in best)


def _with_pallor_filled(mask: Mask) -> NDArray[np.uint8]:
    """Round holes are the pale centres of red cells; the gaps between cells have hollow sides and stay open."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    height, width = mask.shape
    left, top, wide, high, area = (stats[:, i] for i in range(5))
    inside = (left > 0) & (top > 0) & (left + wide < width) & (top + high < height)
    rounded = (area > 0.66 * wide * high) & (np.minimum(wide, high) > 0.6 * np.maximum(wide, high))
    filled: NDArray[np.uint8] = (mask | (inside & (rounded | (area < 12)))[parts]).astype(np.uint8)
    return filled


def _inscribed_radii(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    if mask.all():  # no background to be distant from
        return np.zeros(0, np.float32)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    ys, xs = np.nonzero((distance == cv2.dilate(distance, np.ones((3, 3), np.uint8))) & (distance >= SMALLEST_PX))
    order = np.argsort(-distance[ys, xs])[:MOST_PEAKS]
    taken, kept = np.zeros(mask.shape, np.uint8), []
    for y, x in zip(ys[order].tolist(), xs[order].tolist(), strict=True):
        if not taken[y, x]:
            radius = float(distance[y, x])
            kept.append(radius)
            cv2.circle(taken, (x, y), int(radius), 1, -1)
    return np.array(kept, np.float32)
