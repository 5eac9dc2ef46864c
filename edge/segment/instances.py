"""From "how much cell, nucleus and seam is each pixel" to one label per cell.

Whatever says where cells and nuclei are (a network, a threshold, the paper's Sobel route) ends here, so that all
methods agree on what a cell is: a connected piece of cell, parted at the seams and necks, that holds a nucleus.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import WORKING_UM_PER_PX
from edge.segment.likelihood import Likelihood
from edge.types import Labels

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class InstanceLimits:
    """When a piece is a cell.

    cell, nucleus, seam   likelihoods above which a pixel is one
    least_nucleus_um2     below it is a platelet or debris: a pyknotic erythroblast's nucleus has 12 µm²
    core_um               two nuclei belong to two cells when eroding the cell this far parts them
    """

    cell: float = 0.5
    nucleus: float = 0.5
    seam: float = 0.35
    least_nucleus_um2: float = 11.0
    core_um: float = 1.4


def label_cells(likelihood: Likelihood, limits: InstanceLimits) -> Labels:
    """Label image of everything that may be a cell, ids 1…n, uint16."""
    cell = (likelihood.cell > limits.cell) | (likelihood.nucleus > limits.nucleus)
    return _grow(_cores(cell, likelihood, limits), cell).astype(np.uint16)


def number_cells(cells: Labels, nuclei: Labels, limits: InstanceLimits) -> tuple[Labels, Labels]:
    """Cells and nuclei with the pieces dropped that hold too little nucleus, numbered 1…n from top to bottom."""
    nuclear_px = np.bincount(nuclei.ravel(), minlength=int(cells.max()) + 1)
    keep = nuclear_px * WORKING_UM_PER_PX**2 >= limits.least_nucleus_um2
    keep[0] = False
    number = np.zeros(len(keep), np.uint16)
    number[keep] = np.arange(1, np.count_nonzero(keep) + 1, dtype=np.uint16)
    return number[cells], number[nuclei]


def _cores(cell: Mask, likelihood: Likelihood, limits: InstanceLimits) -> NDArray[np.int32]:
    """One connected marker per cell: what is left when seams are cut and necks are eroded, where it holds a nucleus."""
    inside = cell & (likelihood.seam < limits.seam)
    distance = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)
    deep = (distance > limits.core_um / WORKING_UM_PER_PX).astype(np.uint8)
    _, cores = cv2.connectedComponents(deep, connectivity=4)
    left_out = _untouched(inside, cores)
    cores[left_out > 0] = left_out[left_out > 0] + cores.max()
    return cores


def _untouched(inside: Mask, cores: NDArray[np.int32]) -> NDArray[np.int32]:
    """Pieces too slender to leave a core, labelled from 1."""
    count, pieces = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
    has_core = np.zeros(count, bool)
    has_core[pieces[cores > 0]] = True
    _, slender = cv2.connectedComponents((inside & ~has_core[pieces]).astype(np.uint8), connectivity=4)
    return slender


def _grow(cores: NDArray[np.int32], cell: Mask) -> NDArray[np.int32]:
    """Every pixel of `cell` to the core it belongs to, by watershed on the distance inside the cell."""
    outside = int(cores.max()) + 1
    markers = cores.copy()
    markers[~cell] = outside
    relief = cv2.distanceTransform(cell.astype(np.uint8), cv2.DIST_L2, 5)
    grey = np.clip(255 - 12 * relief, 0, 255).astype(np.uint8)
    cv2.watershed(cv2.merge((grey, grey, grey)), markers)
    markers[(markers == outside) | ~cell] = 0
    return _fill_ridges(np.maximum(markers, 0), cell)


def _fill_ridges(labels: NDArray[np.int32], cell: Mask) -> NDArray[np.int32]:
    """Watershed leaves one-pixel ridges between basins: give them to a neighbour."""
    grown = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    return np.where((labels == 0) & cell, grown, labels)
