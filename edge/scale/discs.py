"""Round things with their size: whole outlines by area, pieces of outline by the circle through them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Mask
from edge.scale.options import RulerOptions
from edge.scale.outlines import Arcs

Discs = NDArray[np.float64]
"""One row per disc: centre x, centre y, radius (pixels), weight. Shape (n, 4)."""

OUTWARD_PX = 0.2
"""From the outline to the cell's boundary: +0.5 as outlines run through the middle of the outermost pixels, −0.3 as the
working copy's blur (1.15 px) puts 40 % of the density that far outside of where half of it is."""


def whole_discs(rings: list[NDArray[np.int32]], inside: Mask, diameter_px: float, options: RulerOptions) -> Discs:
    """Complete, nearly round outlines near the expected size; the radius is that of the disc of equal area."""
    longest, shortest = 2.0 * np.pi * diameter_px, 0.5 * np.pi * diameter_px
    likely = [ring for ring in rings if shortest <= len(ring) * 1.1 <= longest]
    found = [_whole(ring, options) for ring in likely if inside[ring[:, 1], ring[:, 0]].all()]
    return _rows([disc for disc in found if disc is not None])


def _whole(ring: NDArray[np.int32], options: RulerOptions) -> tuple[float, float, float, float] | None:
    if cv2.contourArea(ring, oriented=True) >= 0:  # the outline of a hole
        return None
    moments = cv2.moments(ring)
    area = moments["m00"]
    if area <= options.solidity * cv2.contourArea(cv2.convexHull(ring)) or _elongation(moments) > options.elongation:
        return None
    full = area + OUTWARD_PX * cv2.arcLength(ring, closed=True)
    return moments["m10"] / area, moments["m01"] / area, float(np.sqrt(full / np.pi)), 1.0


def _elongation(moments: cv2.typing.Moments) -> float:
    xx, yy, xy = moments["mu20"], moments["mu02"], moments["mu11"]
    middle, half = (xx + yy) / 2, float(np.hypot((xx - yy) / 2, xy))
    return float(np.sqrt((middle + half) / max(middle - half, 1e-9)))


def arc_discs(arcs: Arcs, diameter_px: float, options: RulerOptions) -> Discs:
    """The circles through `arcs` (least squares after Kåsa, 1976) that fit well, far enough round and in size."""
    count = np.maximum(np.bincount(arcs.part), 1)
    x, y = arcs.points.T

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.bincount(arcs.part, values, len(count)), np.float64)

    middle_x, middle_y = total(x) / count, total(y) / count
    u, v = x - middle_x[arcs.part], y - middle_y[arcs.part]
    square = u * u + v * v
    uu, vv, uv, u3, v3 = total(u * u), total(v * v), total(u * v), total(u * square), total(v * square)
    determinant = np.maximum(uu * vv - uv * uv, 1e-9) * 2
    a, b = (u3 * vv - v3 * uv) / determinant, (v3 * uu - u3 * uv) / determinant
    radius = np.sqrt(a * a + b * b + total(square) / count)
    off = np.hypot(u - a[arcs.part], v - b[arcs.part]) - radius[arcs.part]
    angle = np.minimum(arcs.length / radius, 2 * np.pi)
    good = (np.sqrt(total(off * off) / count) < options.roughness * radius) & (angle >= options.least_angle_rad)
    good &= (radius > 0.25 * diameter_px) & (radius < diameter_px)
    weight = options.arc_weight * (angle / (2 * np.pi)) ** options.arc_power
    found: Discs = np.stack((middle_x + a, middle_y + b, radius + OUTWARD_PX, weight), axis=1)[good]
    return found


def merged(whole: Discs, partial: Discs) -> Discs:
    """Both, without the arcs that belong to an outline already taken whole."""
    if not len(whole) or not len(partial):
        return np.concatenate((whole, partial))
    apart = np.hypot(partial[:, None, 0] - whole[None, :, 0], partial[:, None, 1] - whole[None, :, 1])
    return np.concatenate((whole, partial[(apart > whole[None, :, 2]).all(axis=1)]))


def red_cells(discs: Discs, stained: Mask, nuclear: Mask) -> Discs:
    """Those discs whose rim is stained and whose inside is not nucleus: the pallor in the middle may be clear."""
    rim, seen = _sampled(stained, discs, 0.8)
    dark = _sampled(nuclear, discs, 0.8)[0].sum(axis=1) + _sampled(nuclear, discs, 0.4)[0].sum(axis=1)
    kept: Discs = discs[
        (rim.sum(axis=1) >= 0.7 * np.maximum(seen.sum(axis=1), 1)) & (dark <= 2) & (seen.sum(axis=1) >= 4)
    ]
    return kept


def _sampled(mask: Mask, discs: Discs, reach: float) -> tuple[Mask, Mask]:
    """`mask` at eight points around each disc at `reach` radii, and which of them lie in the image; each (n, 8)."""
    angles = np.arange(8) * np.pi / 4
    column = np.rint(discs[:, :1] + reach * discs[:, 2:3] * np.cos(angles)).astype(np.intp)
    row = np.rint(discs[:, 1:2] + reach * discs[:, 2:3] * np.sin(angles)).astype(np.intp)
    height, width = mask.shape
    seen = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return mask[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] & seen, seen


def _rows(found: list[tuple[float, float, float, float]]) -> Discs:
    return np.array(found, np.float64).reshape(-1, 4)
