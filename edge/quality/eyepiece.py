"""A photograph through the eyepiece: a bright disc in the dark, seen whole or in part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.channels import mean_channel
from edge.optics.planes import Mask
from edge.optics.quantiles import percentile
from edge.optics.survey import shrink
from edge.types import Pixels

BUDGET_PX = 1.5e5
"""Size of the copy that is searched."""
GLANCE_PX = 8
"""Every so many pixels are looked at first: nearly every picture is lit to its corners."""
DARK = 0.3
"""Brightness over that of the light below which nothing is lit: nuclei at the border stay above or are small."""
LIT_PERCENTILE = 98.0
"""Of the brightness of all pixels: that of the light, for the smallest disc fills 4 % of a picture."""
LEAST_DARK = 0.03
"""Share of the image that must be dark around the disc."""
ROUND = 0.02
"""Largest rms distance of its rim from a circle over the radius: discs leave 0.008, a turned image 0.044 and more."""
KEPT, ROUNDS = 0.67, 3
"""Share of the rim's points by which the circle is fitted, and how often those are chosen anew."""
RADII = 0.08, 1.5
"""Radius of the disc over the image's diagonal: smaller is a cell, larger is a straight edge."""
CORNER = 0.06
"""Size of the corners, over the image's sides, one of which must be dark."""


@dataclass(frozen=True, slots=True)
class Disc:
    """The lit disc in pixels of the input image."""

    x_px: float
    y_px: float
    radius_px: float


def eyepiece_disc(pixels: Pixels) -> Disc | None:
    """The disc of light in `pixels` (RGB uint8), or None where they are lit to their corners or the dark is not round.

    Cells cut out on black are for the caller to tell apart: some of them are as round.
    """
    if not _holds_a_corner(_dark(pixels[::GLANCE_PX, ::GLANCE_PX])):
        return None
    small = shrink(pixels, BUDGET_PX)
    dark = _dark(np.asarray(cv2.GaussianBlur(small, (0, 0), 2.0), np.uint8))
    around = _reaching_the_border(dark)
    if np.mean(around) < LEAST_DARK or not _holds_a_corner(around):
        return None
    return _round(around, pixels.shape[1] / small.shape[1])


def _dark(pixels: Pixels) -> Mask:
    brightness = mean_channel(pixels.astype(np.float32))
    dark: Mask = brightness < DARK * percentile(brightness.ravel(), LIT_PERCENTILE)
    return dark


def _reaching_the_border(dark: Mask) -> Mask:
    """The large dark areas that reach the image's border."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(dark.view(np.uint8))
    border = np.unique(np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1])))
    kept = [int(k) for k in border if k and stats[k, cv2.CC_STAT_AREA] > 0.2 * LEAST_DARK * dark.size]
    around: Mask = np.isin(parts, kept)
    return around


def _holds_a_corner(dark: Mask) -> bool:
    height, width = (max(2, round(CORNER * side)) for side in dark.shape)
    corners = dark[:height, :width], dark[:height, -width:], dark[-height:, :width], dark[-height:, -width:]
    return any(bool(corner.mean() > 0.8) for corner in corners)


def _round(around: Mask, factor: float) -> Disc | None:
    """The circle where the dark meets light, in pixels `factor` times as fine; None where that is no circle."""
    rim = _rim(around)
    if len(rim) < 16:
        return None
    x, y, radius, roughness = _circle_without_cells(rim)
    diagonal = float(np.hypot(*around.shape))
    if roughness > ROUND or not RADII[0] * diagonal < radius < RADII[1] * diagonal:
        return None
    return Disc((x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5, radius * factor)


def _rim(dark: Mask) -> NDArray[np.float64]:
    """Points where dark meets light, off the image's border; (n, 2)."""
    edge = cv2.morphologyEx(dark.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge[:3] = edge[-3:] = 0
    edge[:, :3] = edge[:, -3:] = 0
    rows, columns = np.nonzero(edge)
    return np.stack((columns, rows), axis=1).astype(np.float64)


def _circle_without_cells(rim: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """The circle through most of the rim: a cell on it is a dent, a third of the points are left out as such."""
    x, y, radius, _ = _circle(rim)
    for _round in range(ROUNDS):
        off = np.abs(np.hypot(rim[:, 0] - x, rim[:, 1] - y) - radius)
        x, y, radius, roughness = _circle(rim[off <= np.quantile(off, KEPT)])
    return x, y, radius, roughness


def _circle(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Least-squares circle (Kåsa 1976): centre, radius, and rms distance from it over the radius."""
    middle = points.mean(axis=0)
    u, v = (points - middle).T
    design = np.stack((2 * u, 2 * v, np.ones_like(u)), axis=1)
    (a, b, c), *_ = np.linalg.lstsq(design, u * u + v * v, rcond=None)
    radius = float(np.sqrt(max(c + a * a + b * b, 1e-9)))
    off = np.hypot(u - a, v - b) - radius
    return float(a + middle[0]), float(b + middle[1]), radius, float(np.sqrt(np.mean(off**2))) / radius
