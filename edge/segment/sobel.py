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
from edge.segment.likelihood import Likelihood

Bytes = NDArray[np.uint8]

CLOSE_UM = 1.0
"""Gaps in an outline that closing bridges."""
OPEN_UM = 1.0
"""Bits and bridges that opening removes."""
REACH_UM = 4.0
"""How far outside its nucleus a cell's outline is looked for."""


class SobelFinder:
    """The paper's route as a selectable method, for comparison; binary answers, no seams."""

    def likelihood(self, field: NormalField) -> Likelihood:
        """0 or 1 per pixel."""
        grey = (255 * np.clip(field.transmittance[..., 1], 0.0, 1.0)).astype(np.uint8)
        nucleus = _nuclei(grey, cv2.equalizeHist(grey))
        cell = _enclosed(_edges(grey), nucleus) | nucleus
        return Likelihood(cell.astype(np.float32), nucleus.astype(np.float32), np.zeros(grey.shape, np.float32))


def _nuclei(grey: Bytes, equalised: Bytes) -> Bytes:
    """The darkest class: Otsu among the pixels that equalisation put into the dark half."""
    dark = grey[equalised < 128]
    if not dark.size:
        return np.zeros_like(grey)
    threshold, _ = cv2.threshold(dark.reshape(1, -1), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.morphologyEx((grey <= threshold).astype(np.uint8), cv2.MORPH_OPEN, _disc(OPEN_UM)).astype(np.uint8)


def _edges(grey: Bytes) -> Bytes:
    """Sobel magnitude above its Otsu threshold, gaps closed."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.0)
    magnitude = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    levels = np.clip(magnitude, 0, 255).astype(np.uint8)
    _, strong = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return cv2.morphologyEx(strong, cv2.MORPH_CLOSE, _disc(CLOSE_UM)).astype(np.uint8)


def _enclosed(edges: Bytes, nucleus: Bytes) -> Bytes:
    """What closed edges enclose within reach of a nucleus."""
    outlines, _ = cv2.findContours(edges, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(edges), outlines, -1, 1, cv2.FILLED)
    near = cv2.dilate(nucleus, _disc(2 * REACH_UM))
    return cv2.morphologyEx(filled & near, cv2.MORPH_OPEN, _disc(OPEN_UM)).astype(np.uint8)


def _disc(diameter_um: float) -> Bytes:
    side = max(1, round(diameter_um / WORKING_UM_PER_PX)) | 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.uint8)
