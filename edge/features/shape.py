"""Size and outline of a binary mask. Masks are bool (height, width); lengths are in pixels of the mask."""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge.optics.framed import framed
from edge.optics.planes import Mask, Plane

NECK = 0.55
"""Share of the largest inscribed radius down to which a nucleus is eroded to count its lobes: a neck narrower than
this parts two lobes, a dent shallower than this does not."""
LEAST_LOBE = 0.06
"""Share of the nucleus' area that a part needs to be a lobe and not a fragment."""


_KNIGHT = math.atan(0.5)
_DIAGONAL = math.pi / 4 - _KNIGHT
_LINES = (
    *((1, 0, _KNIGHT), (0, 1, _KNIGHT), (1, 1, _DIAGONAL), (-1, 1, _DIAGONAL)),
    *((right, down, math.pi / 8) for right, down in ((2, 1), (1, 2), (-2, 1), (-1, 2))),
)
"""Directions in which lines are laid through the pixels, and the angle that each stands for; together π."""


def equivalent_diameter(area: float) -> float:
    """Diameter of the circle of the same area, 2·sqrt(A/π)."""
    return 2.0 * math.sqrt(area / math.pi)


def perimeter(mask: Mask) -> float:
    """Length of the outline by Crofton's formula over eight directions.

    Counting crossings of lines is unbiased for smooth shapes, where a chain code is 5 % too long; with four directions
    an ellipse's perimeter still depends on how it lies, by up to 4 %.
    Source: Legland, Kiêu, Devaux, Image Anal Stereol 26 (2007) 83–92.
    """
    padded = framed(mask, 2)
    return sum(angle / math.hypot(right, down) * _crossings(padded, right, down) for right, down, angle in _LINES) / 2


def _crossings(mask: Mask, right: int, down: int) -> int:
    """How often lines through the pixels, in steps of (right, down), enter or leave the mask."""
    height, width = mask.shape
    here = mask[: height - down, max(0, -right) : width - max(0, right)]
    there = mask[down:, max(0, right) : width + min(0, right)]
    return int(np.count_nonzero(here != there))


def circularity(mask: Mask) -> float:
    """4πA/P², at most 1; 0 for an empty mask (Cox, J Paleontol 1 (1927) 179)."""
    length = perimeter(mask)
    return min(1.0, 4.0 * math.pi * np.count_nonzero(mask) / length**2) if length else 0.0


def solidity(mask: Mask) -> float:
    """Share of the pixels within the convex hull that are set, 0–1; 1 for a disc, 0 for an empty mask.

    The hull of pixel centres is a lattice polygon, so the pixels in it are counted without drawing it:
    area + half of those on its border + 1 (Pick's theorem, 1899).
    """
    if not mask.any():
        return 0.0
    outlines, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(outlines))
    steps = np.abs(np.diff(hull[:, 0], axis=0, append=hull[:1, 0]))
    within = cv2.contourArea(hull) + np.gcd(steps[:, 0], steps[:, 1]).sum() / 2 + 1
    return float(np.count_nonzero(mask) / within)


def elongation(mask: Mask) -> float:
    """Major over minor axis of the ellipse with the same second moments, at least 1."""
    moments = cv2.moments(mask.view(np.uint8), binaryImage=True)
    if moments["m00"] == 0.0:
        return 1.0
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]) / moments["m00"]
    minor, major = np.linalg.eigvalsh(spread + np.eye(2) / 12.0)
    return math.sqrt(major / minor)


def lobes(mask: Mask) -> int:
    """How many lobes a nucleus has: parts that remain when necks are eroded away; 0 for an empty mask."""
    padded = framed(mask, 1).view(np.uint8)
    distance = np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 5), np.float32)
    _, parts = cv2.connectedComponents(padded, connectivity=8)
    areas = np.bincount(parts.ravel())
    areas[0] = 0
    large = np.flatnonzero(areas >= max(1.0, LEAST_LOBE * areas.sum()))
    return sum(_lobes_of_part(np.where(parts == k, distance, np.float32(0))) for k in large)


def _lobes_of_part(distance: Plane) -> int:
    """Lobes of one connected part, from the distance to its border."""
    _, cores = cv2.connectedComponents((distance > NECK * distance.max()).view(np.uint8), connectivity=8)
    areas = np.bincount(cores.ravel())[1:]
    return int(np.count_nonzero(areas >= LEAST_LOBE * areas.max()))
