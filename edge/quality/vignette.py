"""How the light falls off towards the rim of an eyepiece's disc, and how far out it is still good.

Towards the rim phones see less light, and of a changed colour (lateral colour leaves a blue fringe). The background is
followed ring by ring, channel by channel; what has fallen by less than half is divided out, what has fallen further is
left away.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Plane
from edge.quality.eyepiece import Disc
from edge.types import Pixels

RINGS = 64
"""Rings between centre and rim."""
BACKGROUND_PERCENTILE = 85.0
"""Of a ring's pixels in each channel: clear glass, for a fair share of every ring is clear of cells."""
FEW_PX = 24
"""Pixels of a ring from which on it has a background."""
INNER = 0.7
"""Share of the radius within which the light is that of the disc."""
DIMMEST = 0.45
"""Light over that of the inner disc below which, in any channel, a ring is left away: its noise would be doubled."""
RIM = 0.985
"""Share of the radius beyond which nothing is believed: the rim itself is blurred."""

FINE = 1024
"""Steps from centre to rim in which the light is divided out."""
SLICE = 256
"""Rows of a picture that are worked on at once."""

Rings = NDArray[np.float32]
"""(rings, 3)."""


@dataclass(frozen=True, slots=True, eq=False)
class Vignette:
    """Light over that of the inner disc, 0–1, per ring and channel; up to which share of the radius it is good."""

    fall: Rings
    clear_share: float


def vignette(small: Pixels, disc: Disc) -> Vignette:
    """How the light of `disc` falls off in a small copy (RGB uint8), all in its pixels."""
    ring = np.minimum(distance_px(small.shape[:2], disc) / disc.radius_px * RINGS, 2 * RINGS).astype(np.intp)
    background = _filled(_backgrounds(small, ring))
    level = np.median(background[: round(INNER * RINGS)], axis=0)
    smooth = cv2.GaussianBlur(background, (1, 5), 0, borderType=cv2.BORDER_REPLICATE)
    fall = np.minimum.accumulate(np.clip(smooth / np.maximum(level, 1.0), 0.0, 1.0), axis=0).astype(np.float32)
    good = fall.min(axis=1) >= DIMMEST
    share = float(np.argmin(good)) / RINGS if not good.all() else 1.0
    return Vignette(fall, min(share, RIM))


def flattened(pixels: Pixels, radius_px: Plane, whole_px: float, light: Vignette) -> Pixels:
    """`pixels` with the fall of the light divided out, black beyond the clear radius; in slices, to spare memory.

    Args:
        radius_px: distance of each pixel from the disc's centre.
        whole_px: radius of the whole disc, to which the rings of `light` belong, in the same pixels.
        light: read on a copy of any size.
    """
    gain = np.zeros((FINE + 2, 3), np.float32)
    places, share = (np.arange(RINGS) + 0.5) * FINE / RINGS, light.clear_share
    kept = np.arange(FINE + 1) <= share * FINE
    for channel in range(3):
        fall = np.interp(np.arange(FINE + 1), places, np.maximum(light.fall[:, channel], DIMMEST))
        gain[: FINE + 1, channel] = kept / fall
    flat = np.empty_like(pixels)
    for rows in (slice(at, at + SLICE) for at in range(0, len(pixels), SLICE)):
        place = np.minimum(radius_px[rows] * np.float32(FINE / whole_px), np.float32(FINE + 1)).astype(np.intp)
        flat[rows] = cv2.convertScaleAbs(pixels[rows] * gain[place])
    return flat


def distance_px(shape: tuple[int, ...], disc: Disc) -> Plane:
    """Distance of every pixel from the centre of `disc`, float32 (height, width)."""
    y, x = np.arange(shape[0], dtype=np.float32), np.arange(shape[1], dtype=np.float32)
    away: Plane = np.hypot(x[None, :] - np.float32(disc.x_px), y[:, None] - np.float32(disc.y_px))
    return away


def _backgrounds(small: Pixels, ring: NDArray[np.intp]) -> Rings:
    """The background of each ring; not a number where hardly any of it is in the picture."""
    order = np.argsort(ring, axis=None, kind="stable")
    ends = np.searchsorted(ring.ravel()[order], np.arange(RINGS + 1))
    flat = small.reshape(-1, 3)
    found = np.full((RINGS, 3), np.nan, np.float32)
    for k in range(RINGS):
        inside = order[ends[k] : ends[k + 1]]
        if len(inside) >= FEW_PX:
            found[k] = np.percentile(flat[inside], BACKGROUND_PERCENTILE, axis=0)
    return found


def _filled(background: Rings) -> Rings:
    """Rings without a background get that of their neighbours; all white where there is none at all."""
    known = np.flatnonzero(~np.isnan(background[:, 0]))
    if not known.size:
        return np.full_like(background, 255)
    rings = np.arange(RINGS)
    return np.stack([np.interp(rings, known, background[known, c]) for c in range(3)], axis=1).astype(np.float32)
