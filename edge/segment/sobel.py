"""The route of Ordaz-Gutierrez et al.: greyscale, histogram equalisation, Sobel edges, mathematical morphology.

The paper names the four steps and no more (S); thresholds, structuring elements and their sizes are ours (A): the
nucleus is the darkest class of the equalised grey (Otsu within the dark half), the cell is what closed Sobel edges
enclose around it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import WORKING_UM_PER_PX, NormalField
from edge.optics.otsu import threshold
from edge.optics.planes import Mask
from edge.segment.likelihood import Likelihood

Bytes = NDArray[np.uint8]

CLOSE_UM = 1.0
"""Gaps in an outline that closing bridges."""
OPEN_UM = 1.0
"""Bits and bridges that opening removes."""
REACH_UM = 4.0
"""How far outside its nucleus a cell's outline is looked for."""
LEVELS = 256


class SobelFinder:
    """The paper's route as a selectable method, for comparison; binary answers, no seams."""

    def likelihood(self, field: NormalField) -> Likelihood:
        """0 or 1 per pixel."""
        grey = (255 * np.clip(field.transmittance[..., 1], 0.0, 1.0)).astype(np.uint8)
        nucleus = _nuclei(grey)
        cell = nucleus | (_enclosed(_edges(grey)) & _near(nucleus))
        return Likelihood(cell.astype(np.float32), nucleus.astype(np.float32), np.zeros(grey.shape, np.float32))


def _nuclei(grey: Bytes) -> Mask:
    """The darkest class: Otsu among the pixels that equalisation put into the dark half."""
    dark = grey[cv2.equalizeHist(grey) < LEVELS // 2]
    if not dark.size:
        return np.zeros(grey.shape, np.bool_)
    return _morphed(grey <= threshold(dark.astype(np.float32), LEVELS), cv2.MORPH_OPEN, OPEN_UM)


def _edges(grey: Bytes) -> Mask:
    """Sobel magnitude above its Otsu threshold, gaps closed."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    magnitude = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    strong = magnitude > threshold(np.asarray(magnitude, np.float32), LEVELS)
    return _morphed(strong, cv2.MORPH_CLOSE, CLOSE_UM)


def _enclosed(edges: Mask) -> Mask:
    """The edges and what they enclose."""
    outlines, _ = cv2.findContours(edges.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros(edges.shape, np.uint8), outlines, -1, 1, cv2.FILLED)
    return _morphed(np.asarray(filled, np.bool_), cv2.MORPH_OPEN, OPEN_UM)


def _near(nucleus: Mask) -> Mask:
    distance = cv2.distanceTransform((~nucleus).view(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(distance <= REACH_UM / WORKING_UM_PER_PX, np.bool_)


def _morphed(mask: Mask, how: int, diameter_um: float) -> Mask:
    side = max(1, round(diameter_um / WORKING_UM_PER_PX)) | 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), how, disc), np.bool_)
