"""From "how much cell, nucleus and seam is each pixel" to one label per cell.

Whatever says where cells and nuclei are (a network, a threshold, the paper's Sobel route) ends here, so that all
methods agree on what a cell is: a connected piece of cell, parted at the seams and necks, that holds a nucleus.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import FieldTooLarge
from edge.optics.normal import WORKING_UM_PER_PX
from edge.segment.likelihood import Likelihood
from edge.segment.spread import Parts, Pieces, parts_of, spread
from edge.types import Labels

MOST_CELLS = int(np.iinfo(np.uint16).max)
"""As many ids as a label image has."""


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

    @property
    def least_nucleus_px(self) -> float:
        """The least nucleus in working pixels."""
        return self.least_nucleus_um2 / WORKING_UM_PER_PX**2


def label_cells(likelihood: Likelihood, limits: InstanceLimits) -> Pieces:
    """Label image of everything large enough to be a cell, whether it holds a nucleus or not; gaps in the ids."""
    cell = parts_of((likelihood.cell > limits.cell) | (likelihood.nucleus > limits.nucleus))
    large = cell.kept(limits.least_nucleus_px)
    inside = parts_of((large.labels > 0) & (likelihood.seam < limits.seam))
    return spread(spread(_cores(inside, limits), inside), large)


def number_cells(pieces: Pieces, nuclei: Pieces, limits: InstanceLimits) -> tuple[Labels, Labels]:
    """Cells and nuclei with the pieces dropped that hold too little nucleus, numbered 1…n as they are met line by line.

    Raises:
        FieldTooLarge: more cells than a label image has ids.
    """
    nuclear_px = np.bincount(nuclei.ravel(), minlength=int(pieces.max(initial=0)) + 1)
    kept = np.flatnonzero(nuclear_px >= limits.least_nucleus_px)
    kept = kept[kept > 0]
    if len(kept) > MOST_CELLS:
        raise FieldTooLarge(f"This field shows {len(kept)} cells.", "Check the scale, or take a smaller part of it.")
    number = np.zeros(len(nuclear_px), np.uint16)
    number[kept[np.argsort(_first_px(pieces, len(nuclear_px))[kept])]] = np.arange(1, len(kept) + 1)
    return number.take(pieces), number.take(nuclei)


def _cores(inside: Parts, limits: InstanceLimits) -> Pieces:
    """One connected marker per cell: what is left of a part when necks are eroded; all of one too slender for that."""
    mask = inside.labels > 0
    distance = cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 5)
    deep = distance > limits.core_um / WORKING_UM_PER_PX
    slender = np.ones(inside.count, np.bool_)
    slender[inside.labels[deep]] = False
    return parts_of(deep | (mask & slender.take(inside.labels))).labels


def _first_px(pieces: Pieces, count: int) -> NDArray[np.intp]:
    """Where each id is met first, line by line, (count,); 0 for an id that does not occur."""
    first = np.zeros(count, np.intp)
    places = np.flatnonzero(pieces != 0)[::-1]
    first[pieces.ravel()[places]] = places  # of equal ids the last one written, the first in the image, stands
    return first
