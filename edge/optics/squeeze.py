"""Pictures that were squeezed into a square: most cameras are 4:3 or 16:9, many programs save squares.

In a squeezed picture every cell is an upright ellipse, its size depends on the direction, and a round nucleus is not
round. Cells lie in all directions, so an untouched picture crosses as many outlines along its rows as along its
columns (Cauchy and Crofton); squeezing to 1/s in width takes nothing from the crossings along rows and leaves 1/s of
those along columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.planes import Mask
from edge.optics.stain import stained
from edge.optics.survey import survey
from edge.types import Pixels


@dataclass(frozen=True, slots=True)
class SqueezeLimits:
    """When a picture was squeezed.

    square      largest relative difference of the sides of a square
    least       crossings along rows over those along columns from which on it was: in 4 sets of square pictures that
                were not, 1.19 at most in 566; in 5 that were, 1.20 or more in 195 of 204
    crossings   of both kinds, fewest that tell: single cells may be longer than wide
    blurred     share of the true ratio that is left after smoothing, which rounds thin ellipses
    formats     width over height of cameras
    budget_px   size of the working copy
    """

    square: float = 0.02
    least: float = 1.2
    crossings: int = 1500
    blurred: float = 0.957
    formats: tuple[float, ...] = (4 / 3, 16 / 9)
    budget_px: float = 3.5e5


STANDARD = SqueezeLimits()


def squeeze_of(pixels: Pixels, limits: SqueezeLimits = STANDARD) -> float:
    """How many times wider the picture (RGB uint8) was before it was made a square; 1 where nothing tells so."""
    height, width = pixels.shape[:2]
    if abs(width / height - 1) > limits.square:
        return 1.0
    along_rows, along_columns = _crossings(pixels, limits)
    ratio = along_rows / max(along_columns, 1)
    if along_rows + along_columns < limits.crossings or ratio < limits.least:
        return 1.0
    return min(limits.formats, key=lambda each: abs(np.log(each * limits.blurred / ratio)))


def released(pixels: Pixels, squeeze: float) -> Pixels:
    """The picture in its true proportions, of as many pixels, so that the mean micrometres per pixel stay."""
    if squeeze == 1.0:
        return pixels
    height, width = pixels.shape[:2]
    size = round(width * np.sqrt(squeeze)), round(height / np.sqrt(squeeze))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _crossings(pixels: Pixels, limits: SqueezeLimits) -> tuple[int, int]:
    """How often a walk along every row, and one along every column, crosses the outline of something stained."""
    field = survey(pixels, limits.budget_px)
    matter = stained(field)
    if matter is None:
        return 0, 0
    mask = cv2.GaussianBlur(matter.plane, (0, 0), 1.0) > matter.threshold
    inside = cv2.erode(field.picture.view(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    return _changes(mask, inside), _changes(mask.T, inside.T)


def _changes(mask: Mask, inside: Mask) -> int:
    return int(np.count_nonzero((mask[:, 1:] != mask[:, :-1]) & inside[:, 1:]))
