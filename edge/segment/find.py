"""Find the cells of a normalised field: likelihood, instances, exact nuclei, and which are cut by the border."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.optics.labels import label_windows
from edge.optics.normal import NormalField
from edge.optics.planes import Mask, Plane
from edge.segment.colours import mean_colours
from edge.segment.instances import InstanceLimits, label_cells, number_cells
from edge.segment.likelihood import Finder, Likelihood
from edge.segment.nucleus import OutlineOptions, centred, nucleus_level, tidy
from edge.segment.pale import PaleLimits, without_pale
from edge.segment.red_cells import RedCellLimits, without_red_cells
from edge.segment.spread import Pieces
from edge.types import Labels, Levels, Outlines, Reason

CUT = "cell.cut"
BORDER_PX = 2
"""A cell this near to the border of the picture is cut by it."""
MARGIN_PX = 4
"""Room around a cell when its nucleus is outlined, for the blur of the stain channel."""


@dataclass(frozen=True, slots=True)
class SegmentOptions:
    """What makes a cell a cell, and how its nucleus is outlined."""

    instances: InstanceLimits = field(default_factory=InstanceLimits)
    outline: OutlineOptions = field(default_factory=OutlineOptions)
    pale: PaleLimits = field(default_factory=PaleLimits)
    red_cells: RedCellLimits = field(default_factory=RedCellLimits)


def find_cells(normal: NormalField, finder: Finder, options: SegmentOptions) -> Outlines:
    """All nucleated cells of a field, with the reason for those that are cut by the border.

    Raises:
        FieldTooLarge: more cells than a label image has ids.
        EngineFault: the finder's network fails.
    """
    likelihood = _within_picture(finder.likelihood(normal), normal.picture)
    pieces = label_cells(likelihood, options.instances)
    nuclei, level = _exact_nuclei(normal, likelihood, pieces, options.outline)
    colours = mean_colours(normal, nuclei)
    purple = without_pale(nuclei, colours, options.pale)
    nucleated = without_red_cells(normal, pieces, purple, colours, options.red_cells)
    cells, numbered = number_cells(pieces, nucleated, options.instances)
    return Outlines(cells, numbered, _cut_by_border(cells, normal), Levels(centred(likelihood.cell), level))


def _within_picture(likelihood: Likelihood, picture: Mask) -> Likelihood:
    if picture.all():
        return likelihood
    return Likelihood(likelihood.cell * picture, likelihood.nucleus * picture, likelihood.seam)


def _exact_nuclei(
    normal: NormalField, likelihood: Likelihood, pieces: Pieces, options: OutlineOptions
) -> tuple[Pieces, Plane]:
    """The nuclei of all pieces under the pieces' ids, and how far each pixel is inside one."""
    nuclei, level = np.zeros_like(pieces), np.full(pieces.shape, -1.0, np.float32)
    for k, box in label_windows(pieces):
        window = box.grown(MARGIN_PX)
        piece = window.cut(pieces) == k
        passed = window.cut(normal.transmittance, 1)
        found = nucleus_level(passed, piece, window.cut(likelihood.nucleus), options)
        window.lay(found, piece, level)
        window.paste(tidy((found > 0) & piece, options) & piece, k, nuclei)
    return nuclei, level


def _cut_by_border(cells: Labels, normal: NormalField) -> Mapping[int, tuple[Reason, ...]]:
    """Cells that reach the image's border or a letter-box; on cut-outs the surround is where the cell ends."""
    seen = np.ones_like(normal.picture) if normal.cut_out else normal.picture
    square = np.ones((2 * BORDER_PX + 1, 2 * BORDER_PX + 1), np.uint8)
    inner = cv2.erode(seen.view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return {int(k): (Reason(CUT),) for k in np.unique(cells[inner == 0]) if k}
