"""How wide the edges of cells are, in micrometres.

An edge's width is its contrast over its steepest slope. Both scale alike with stain, exposure and contrast, so the
ratio does not depend on content or brightness; the slope is the square root of the squared-gradient measure that did
best of 28 on blood films (SYSTEMS.md). The width an ideal edge would have at this sampling is taken out in squares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Mask, Plane
from edge.optics.quantiles import median, percentile
from edge.optics.survey import Survey
from edge.quality.options import FocusOptions
from edge.types import Pixels

FAINTEST = 0.5
"""Slope, grey levels per pixel, below which nothing is an edge."""
ACROSS = 2.0
"""How much steeper along its own axis than across it a slope must be to belong to that axis' edges."""


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Typical edge width, that along the worse and the better axis, and the pixel size they were measured at; µm."""

    width_um: float
    widest_um: float
    narrowest_um: float
    working_um: float


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Steepest points of edges: contrast (grey levels), slope (levels per pixel), axis (0 along x, 1 along y)."""

    contrast: NDArray[np.float32]
    slope: NDArray[np.float32]
    axis: NDArray[np.intp]

    def where(self, chosen: Mask) -> _Edges:
        return _Edges(self.contrast[chosen], self.slope[chosen], self.axis[chosen])


def sharpness(pixels: Pixels, field: Survey, um_per_px: float, options: FocusOptions) -> Sharpness | None:
    """How sharp `pixels` (RGB uint8) are, from the strong edges of the tiles with most contrast; None without edges."""
    zoom = max(1.0, options.working_um / um_per_px)
    pixel_um = um_per_px * zoom
    reach = max(3, round(options.window_um / pixel_um))
    tiles = _tiles(pixels, field, zoom, options)
    found = [edges for green, picture in tiles for edges in _edges(green, picture, reach, options)]
    edges = _joined(found)
    if len(edges.slope) < options.fewest:
        return None
    edges = edges.where(edges.contrast >= options.strong * percentile(edges.contrast, 95))
    width_um, axes_um = _true_um(edges, pixel_um, options), _axes_um(edges, pixel_um, options)
    return Sharpness(width_um, max(axes_um, default=width_um), min(axes_um, default=width_um), pixel_um)


def _joined(found: list[_Edges]) -> _Edges:
    contrast, slope, axis = ([getattr(edges, name) for edges in found] for name in ("contrast", "slope", "axis"))
    return _Edges(np.concatenate(contrast), np.concatenate(slope), np.concatenate(axis))


def _true_um(edges: _Edges, pixel_um: float, options: FocusOptions) -> float:
    width_px = float(median(edges.contrast / edges.slope))
    return float(np.sqrt(max(width_px**2 - options.own_px**2, 0.0))) * pixel_um


def _axes_um(edges: _Edges, pixel_um: float, options: FocusOptions) -> list[float]:
    axes = [edges.where(edges.axis == axis) for axis in (0, 1)]
    return [_true_um(along, pixel_um, options) for along in axes if len(along.slope) >= options.fewest]


def _tiles(pixels: Pixels, field: Survey, zoom: float, options: FocusOptions) -> Iterator[tuple[Plane, Mask]]:
    """The tiles with most contrast: green channel at working size, and where it is picture."""
    side = round(options.tile_px * zoom)
    for top, left in _busiest(pixels.shape[:2], field, side, options.tiles):
        green = pixels[top : top + side, left : left + side, 1]
        size = max(1, round(green.shape[1] / zoom)), max(1, round(green.shape[0] / zoom))
        if zoom > 1:
            green = np.asarray(cv2.resize(green, size, interpolation=cv2.INTER_AREA), np.uint8)
        window = [slice(int(a / field.factor), int((a + side) / field.factor) + 1) for a in (top, left)]
        picture = field.picture[window[0], window[1]].view(np.uint8)
        yield green.astype(np.float32), cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST) > 0


def _busiest(shape: tuple[int, ...], field: Survey, side: int, most: int) -> list[tuple[int, int]]:
    plane = field.density[..., 1]
    box = max(1, round(side / field.factor)), max(1, round(side / field.factor))
    spread = cv2.boxFilter(plane * plane, -1, box) - cv2.boxFilter(plane, -1, box) ** 2
    corners = [(top, left) for top in _starts(shape[0], side) for left in _starts(shape[1], side)]
    middle = np.array([(min(t + side / 2, shape[0] - 1), min(c + side / 2, shape[1] - 1)) for t, c in corners])
    row, column = np.minimum(middle / field.factor, np.array(plane.shape) - 1).astype(np.intp).T
    order = np.argsort(-spread[row, column])[:most]
    return [corners[i] for i in order]


def _starts(length: int, side: int) -> list[int]:
    count = max(1, length // side)
    return [round(k * max(0, length - side) / max(1, count - 1)) for k in range(count)]


def _edges(green: Plane, picture: Mask, reach: int, options: FocusOptions) -> tuple[_Edges, _Edges]:
    """The edges that rise along x and those that rise along y, away from padding and the tile's border.

    Each axis is read along its own lines only, so that what motion leaves sharp does not hide what it smears.
    """
    smooth = np.asarray(cv2.GaussianBlur(green, (0, 0), options.blur_px), np.float32)
    slope_x = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8))
    slope_y = np.abs(cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8))
    window = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    inside = cv2.erode(picture.view(np.uint8), window, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    return (
        _steepest(smooth, slope_x, inside & (slope_x > ACROSS * slope_y), window[:1], 0),
        _steepest(smooth, slope_y, inside & (slope_y > ACROSS * slope_x), window[:, :1], 1),
    )


def _steepest(smooth: Plane, slope: Plane, among: Mask, line: NDArray[np.uint8], axis: int) -> _Edges:
    top = cv2.dilate(slope, line)
    ridge = among & (slope >= top) & (slope > FAINTEST)
    contrast = cv2.dilate(smooth, line) - cv2.erode(smooth, line)
    return _Edges(contrast[ridge], slope[ridge], np.full(np.count_nonzero(ridge), axis))
