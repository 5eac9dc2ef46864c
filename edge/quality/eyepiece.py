"""A photograph through the eyepiece: a bright disc in the dark, seen whole or in part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.channels import mean_channel
from edge.optics.planes import Mask
from edge.optics.survey import Survey

DARK = 0.3
"""Brightness over that of the light below which nothing is lit: nuclei at the border stay above or are small."""
LEAST_DARK = 0.03
"""Share of the image that must be dark around the disc."""
ROUND = 0.04
"""Largest rms distance of its rim from a circle over the radius: the corners of a turned image leave 0.08."""
RADII = 0.2, 1.5
"""Radius of the disc over the image's diagonal: smaller is a cell, larger is a straight edge."""
CORNER = 0.06
"""Size of the corners, over the image's sides, one of which must be dark."""


@dataclass(frozen=True, slots=True)
class Disc:
    """The lit disc in pixels of the input image."""

    x_px: float
    y_px: float
    radius_px: float


def eyepiece_disc(field: Survey) -> Disc | None:
    """The disc of light in `field`, or None where the image is lit to its corners or its dark part is not round."""
    dark = _dark_around(field)
    if np.mean(dark) < LEAST_DARK or not _holds_a_corner(dark):
        return None
    rim = _rim(dark)
    if len(rim) < 16:
        return None
    x, y, radius, roughness = _circle(rim)
    diagonal = float(np.hypot(*dark.shape))
    if roughness > ROUND or not RADII[0] * diagonal < radius < RADII[1] * diagonal:
        return None
    return Disc(x * field.factor, y * field.factor, radius * field.factor)


def _dark_around(field: Survey) -> Mask:
    """Dark areas that reach the image's border, smoothed over what lies on the rim."""
    lit = field.light.level.mean()
    dark = (mean_channel(cv2.GaussianBlur(field.rgb, (0, 0), 2.0).astype(np.float32)) < DARK * lit).view(np.uint8)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(dark)
    border = np.unique(np.concatenate((parts[0], parts[-1], parts[:, 0], parts[:, -1])))
    kept = [int(k) for k in border if k and stats[k, cv2.CC_STAT_AREA] > 0.2 * LEAST_DARK * dark.size]
    around: Mask = np.isin(parts, kept)
    return around


def _holds_a_corner(dark: Mask) -> bool:
    height, width = (max(2, round(CORNER * side)) for side in dark.shape)
    corners = dark[:height, :width], dark[:height, -width:], dark[-height:, :width], dark[-height:, -width:]
    return any(bool(corner.mean() > 0.8) for corner in corners)


def _rim(dark: Mask) -> NDArray[np.float64]:
    """Points where dark meets light, off the image's border; (n, 2)."""
    edge = cv2.morphologyEx(dark.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    edge[:3] = edge[-3:] = 0
    edge[:, :3] = edge[:, -3:] = 0
    rows, columns = np.nonzero(edge)
    return np.stack((columns, rows), axis=1).astype(np.float64)


def _circle(points: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Least-squares circle (Kåsa 1976): centre, radius, and rms distance from it over the radius."""
    middle = points.mean(axis=0)
    u, v = (points - middle).T
    design = np.stack((2 * u, 2 * v, np.ones_like(u)), axis=1)
    (a, b, c), *_ = np.linalg.lstsq(design, u * u + v * v, rcond=None)
    radius = float(np.sqrt(max(c + a * a + b * b, 1e-9)))
    off = np.hypot(u - a, v - b) - radius
    return float(a + middle[0]), float(b + middle[1]), radius, float(np.sqrt(np.mean(off**2))) / radius
