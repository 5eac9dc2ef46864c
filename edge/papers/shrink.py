"""Pictures of cells made smaller, in pixels and in JPEG's quality, until a paper fits its limit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.papers.case_file import CellFacts
from edge.papers.faults import PictureDamaged


@dataclass(frozen=True, slots=True)
class Fit:
    """How many cells are shown and how: the longer a paper is tried, the less of all of them.

    doubtful, typical  how many; typical ones of each class
    classes            of how many classes typical ones are shown
    side_px            at most; quality is JPEG's, 1–100
    """

    doubtful: int
    typical: int
    classes: int
    side_px: int
    quality: int


STEPS = (
    Fit(18, 5, 12, 220, 92),
    Fit(18, 5, 12, 180, 85),
    Fit(18, 5, 8, 140, 80),
    Fit(12, 5, 8, 120, 75),
    Fit(12, 4, 6, 110, 65),
    Fit(12, 3, 6, 96, 50),
    Fit(6, 2, 4, 80, 35),
)
"""From generous to frugal. The last shows 14 cells of at most 80 × 80 pixels: 14 · 19 kB even if JPEG saved nothing."""


def shrunk(cell: CellFacts, side_px: int, quality: int) -> bytes:
    """A cell's picture with at most so many pixels on a side, as a new JPEG without anything but the picture.

    Raises:
        PictureDamaged: it is no picture.
    """
    pixels = cv2.imdecode(np.frombuffer(cell.crop_jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise PictureDamaged(f"The picture of cell {cell.name} cannot be read.", "Leave the cell out and try again.")
    longest = max(pixels.shape[:2])
    if longest > side_px:
        size = (round(pixels.shape[1] * side_px / longest), round(pixels.shape[0] * side_px / longest))
        pixels = cv2.resize(pixels, (max(1, size[0]), max(1, size[1])), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return jpeg.tobytes()
