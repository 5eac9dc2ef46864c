"""A photograph through the eyepiece made fit to be examined: cropped to its disc, flat, black around it.

The whole disc is kept rather than the square within it: that has 64 % of its area, and of its cells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from edge.optics.planes import Mask
from edge.optics.survey import shrink, survey
from edge.quality.eyepiece import Disc, eyepiece_disc
from edge.quality.gate import cut_out
from edge.quality.options import STANDARD, GateOptions
from edge.quality.vignette import Vignette, distance_px, flattened, vignette
from edge.types import Pixels, Reason

SMALL_PX = 480
"""Diameter of the clear disc below which red cells are under 18 pixels: an eyepiece shows about 200 µm at 100×."""
BUDGET_PX = 4_000_000
"""Pixels that are kept: a quarter of a micrometre each across the 500 µm that a 40× objective shows."""
THUMBNAIL_PX = 2.5e5
"""Size of the copy on which the light's fall is read."""
LEAST_SEEN = 0.5
"""Share of the disc that must be in the picture, unless the disc fills that much of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Photograph:
    """What of a photograph is examined.

    pixels    RGB uint8: the upright box around the clear disc, black outside of it, shrunk by `factor`
    lit       where it is picture, shape (height, width)
    left_px, top_px   place of that box in the input image …
    size_px   … and its width and height there
    disc      the clear part of the eyepiece's view, in pixels of the input image
    reasons   why it should not be examined; empty if it may
    """

    pixels: Pixels
    lit: Mask
    left_px: int
    top_px: int
    size_px: tuple[int, int]
    disc: Disc
    reasons: tuple[Reason, ...]

    @property
    def factor(self) -> float:
        """Pixels of the input image per pixel of `pixels`."""
        return self.size_px[0] / int(self.pixels.shape[1])


def photograph(pixels: Pixels, options: GateOptions = STANDARD) -> Photograph | None:
    """What of `pixels` (RGB uint8) an eyepiece shows; None where they are no photograph through one."""
    disc = eyepiece_disc(pixels)
    if disc is None or cut_out(survey(pixels, options.budget_px), options):
        return None
    small = shrink(pixels, THUMBNAIL_PX)
    light = vignette(small, scaled(disc, small.shape[1] / pixels.shape[1]))
    return _cropped(pixels, disc, light)


def scaled(disc: Disc, ratio: float) -> Disc:
    """The disc on a copy of the image with `ratio` times as many pixels along each side."""
    return Disc((disc.x_px + 0.5) * ratio - 0.5, (disc.y_px + 0.5) * ratio - 0.5, disc.radius_px * ratio)


def _cropped(pixels: Pixels, disc: Disc, light: Vignette) -> Photograph:
    clear = replace(disc, radius_px=disc.radius_px * light.clear_share)
    top, left, bottom, right = _box(clear, pixels.shape)
    kept = shrink(pixels[top:bottom, left:right], BUDGET_PX)
    there = scaled(replace(disc, x_px=disc.x_px - left, y_px=disc.y_px - top), kept.shape[1] / (right - left))
    radius_px = distance_px(kept.shape, there)
    flat = flattened(kept, radius_px, there.radius_px, light)
    lit = radius_px <= there.radius_px * light.clear_share
    reasons = _reasons(clear, pixels.shape, float(lit.mean()) * (bottom - top) * (right - left))
    return Photograph(flat, lit, left, top, (right - left, bottom - top), clear, tuple(reasons))


def _box(disc: Disc, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Rows and columns of the image that hold the disc: top, left, bottom, right; at least one of each."""
    low = [int(np.floor(middle - disc.radius_px)) for middle in (disc.y_px, disc.x_px)]
    high = [int(np.ceil(middle + disc.radius_px)) + 1 for middle in (disc.y_px, disc.x_px)]
    top, left = (min(max(0, at), side - 1) for at, side in zip(low, shape, strict=False))
    bottom, right = (max(1, min(at, side)) for at, side in zip(high, shape, strict=False))
    return top, left, max(bottom, top + 1), max(right, left + 1)


def _reasons(clear: Disc, shape: tuple[int, ...], seen_px: float) -> list[Reason]:
    whole_px, picture_px = np.pi * clear.radius_px**2, shape[0] * shape[1]
    if 2 * clear.radius_px < SMALL_PX:
        return [Reason("eyepiece.small", {"diameter_px": round(2 * clear.radius_px), "limit_px": SMALL_PX})]
    if seen_px < LEAST_SEEN * whole_px and seen_px < LEAST_SEEN * picture_px:
        return [Reason("eyepiece.cut", {"percent": round(100 * seen_px / whole_px), "limit": round(100 * LEAST_SEEN)})]
    return []
