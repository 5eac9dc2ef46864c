"""Red cells as a ruler: they are 7.5 µm across, in every field, whatever the objective and the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.grain import grain_diameters_px
from edge.optics.planes import Mask
from edge.optics.squeeze import released, squeeze_of
from edge.optics.stain import Stained, stained
from edge.optics.survey import Survey, survey
from edge.scale.discs import Discs, arc_discs, merged, red_cells, whole_discs
from edge.scale.nuclei import equal_diameter_px, widest_nucleus
from edge.scale.options import STANDARD, RulerOptions
from edge.scale.outlines import arcs, outlines
from edge.types import Pixels

STRONG = 0.25
"""Share of the stained area that, explained, needs no comparison with other sizes."""
SETTLED = 0.05
"""Relative change of the size at which another round would not move it."""
STAINED_LIGHT = 0.7
"""Green over the mean of red and blue below which the "background" is itself stained: a cell cut out, no field."""


@dataclass(frozen=True, slots=True)
class RulerReading:
    """What the red cells say: micrometres per pixel of the input, its relative standard uncertainty, how many cells.

    Cells seen in part count as cells here and less in the figures. `squeeze` is that of `edge.optics.squeeze`; with it
    the scale is the geometric mean of both directions.
    """

    um_per_px: float
    relative_sd: float
    red_cells: int
    squeeze: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Red cells of one size: radius (pixels of the survey) and weight of each, and the stained area they explain."""

    radius_px: NDArray[np.float64]
    weight: NDArray[np.float64]
    explained: float

    @property
    def diameter_px(self) -> float:
        return 2 * _weighted_median(self.radius_px, self.weight)


def measure(pixels: Pixels, options: RulerOptions = STANDARD) -> RulerReading | None:
    """Read the scale of `pixels` (RGB uint8) from its red cells; None where there are none to speak of.

    Whole cells count by the disc of equal area, touching and cut ones by the circle through their outline.
    """
    squeeze = squeeze_of(pixels) if options.squeezed else 1.0
    field = survey(released(pixels, squeeze), options.budget_px)
    red, green, blue = field.light.level
    matter = stained(field)
    if matter is None or green < STAINED_LIGHT * (red + blue) / 2:
        return None
    best = _best_fit(field, matter, options)
    if best is None or best.explained < options.least_explained or not _plausible(best, field, matter, options):
        return None
    um_per_px = options.red_cell_um / (best.diameter_px * field.factor)
    return RulerReading(um_per_px, _relative_sd(best, options), len(best.radius_px), squeeze)


def _best_fit(field: Survey, matter: Stained, options: RulerOptions) -> _Fit | None:
    best: _Fit | None = None
    for guess in grain_diameters_px(matter.mask & ~matter.nuclear):
        fit = _settle(field, matter, guess, options)
        if fit is not None and (best is None or fit.explained > best.explained):
            best = fit
        if best is not None and best.explained >= STRONG:
            break
    return best


def _settle(field: Survey, matter: Stained, diameter_px: float, options: RulerOptions) -> _Fit | None:
    """Red cells of about `diameter_px`, looked for again at the size that was found until it stays."""
    fit: _Fit | None = None
    for _ in range(options.rounds):
        fit = _fit(field, matter, diameter_px, options)
        if fit is None or abs(fit.diameter_px / diameter_px - 1) < SETTLED:
            break
        diameter_px = fit.diameter_px
    return fit


def _fit(field: Survey, matter: Stained, diameter_px: float, options: RulerOptions) -> _Fit | None:
    zoom = options.normal_px / diameter_px
    mask, nuclear, inside = _at(field, matter, zoom, options)
    rings = outlines(mask)
    whole = whole_discs(rings, inside, options.normal_px, options)
    pieces = arc_discs(arcs(rings, inside, options.normal_px), options.normal_px, options)
    cells = red_cells(merged(whole, pieces), mask, nuclear)
    return _common_size(cells, mask, zoom, options) if len(cells) else None


def _at(field: Survey, matter: Stained, zoom: float, options: RulerOptions) -> tuple[Mask, Mask, Mask]:
    """Stained, nuclear and well-inside masks at `zoom`; `inside` is False at the borders and beside padding.

    Where that would be large the middle of the field is taken: small cells are many.
    """
    middle = _middle(matter.plane.shape, options.largest_px / zoom**2)
    height, width = matter.plane[middle].shape
    size = max(8, round(width * zoom)), max(8, round(height * zoom))
    plane = cv2.resize(matter.plane[middle], size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR)
    mask = cv2.GaussianBlur(plane, (0, 0), 1.0) > matter.threshold
    nuclear = cv2.resize(matter.nuclear[middle].view(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    picture = cv2.resize(field.picture[middle].view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    inside = cv2.erode(picture, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    return mask, nuclear, inside


def _middle(shape: tuple[int, ...], most_px: float) -> tuple[slice, slice]:
    """The window in the middle of `shape` (height, width) that holds at most `most_px` pixels."""
    share = min(1.0, float(np.sqrt(most_px / (shape[0] * shape[1]))))
    spans = [(round(length * (1 - share) / 2), max(1, round(length * share))) for length in shape]
    (top, high), (left, wide) = spans
    return slice(top, top + high), slice(left, left + wide)


def _common_size(cells: Discs, mask: Mask, zoom: float, options: RulerOptions) -> _Fit:
    """The cells around the commonest size, by a smoothed histogram over the logarithm of the radius."""
    log, weight = np.log(cells[:, 2]), cells[:, 3]
    grid = np.linspace(log.min(), log.max(), 80)
    curve = (np.exp(-0.5 * ((grid[:, None] - log) / options.bandwidth) ** 2) * weight).sum(axis=1)
    near = np.abs(log - grid[np.argmax(curve)]) < options.window
    explained = np.pi * np.sum(weight[near] * cells[near, 2] ** 2) / np.count_nonzero(mask)
    return _Fit(cells[near, 2] / zoom, weight[near], float(explained))


def _plausible(fit: _Fit, field: Survey, matter: Stained, options: RulerOptions) -> bool:
    """Not specks, and not dwarfed by a nucleus: then what was measured is platelets or debris beside a white cell.

    One or two discs prove little: beside them the whole nucleus counts, with all its lobes, not only its widest circle.
    So it does beside weak evidence, and as `edge.scale.nuclei` sees it.
    """
    widest = options.widest_nucleus * fit.diameter_px
    inscribed = 2 * float(cv2.distanceTransform(matter.nuclear.view(np.uint8), cv2.DIST_L2, 3).max())
    lonely = len(fit.radius_px) < options.few and equal_diameter_px(matter.nuclear) > widest
    dwarfed = lonely or (_is_weak(fit, options) and _widest_px(field) > options.weak_nucleus * fit.diameter_px)
    return fit.diameter_px * field.factor >= options.least_px and inscribed <= widest and not dwarfed


def _is_weak(fit: _Fit, options: RulerOptions) -> bool:
    """A few arcs that explain next to nothing of what is stained: they may be of anything round."""
    return fit.explained < options.weak_explained and float(fit.weight.sum()) < options.weak_weight


def _widest_px(field: Survey) -> float:
    nucleus = widest_nucleus(field)
    return 0.0 if nucleus is None else equal_diameter_px(nucleus)


def _relative_sd(fit: _Fit, options: RulerOptions) -> float:
    """Spread over the root of the evidence, people's own red cells, and the place of the boundary, added in squares."""
    radius = fit.diameter_px / 2
    spread = 1.4826 * _weighted_median(np.abs(fit.radius_px - radius), fit.weight) / radius
    if len(fit.radius_px) < 8:
        spread = max(spread, options.spread_floor)
    parts = spread / np.sqrt(fit.weight.sum()), options.red_cell_sd, options.edge_px / radius
    told = float(np.sqrt(np.sum(np.square(parts))))
    return max(told, options.weak_sd) if _is_weak(fit, options) else told


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])
