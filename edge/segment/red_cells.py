"""What was taken for a nucleus but has the colour of this field's red cells.

No fixed colour tells a nucleus from a red cell on every slide: old eosin makes red cells as magenta and dense as
nuclei, alkaline water makes them steel blue. In one field the two differ all the same, and most red cells are not taken
for nuclei: so what is stained and belongs to no cell shows what a red cell looks like here. By Beer–Lambert a thicker
red cell has the same hue, the same direction of its optical densities in red, green and blue, and only more of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.channels import mean_channel
from edge.optics.normal import WORKING_UM_PER_PX, NormalField, density
from edge.optics.planes import Mask
from edge.optics.quantiles import median
from edge.segment.colours import Colours, only
from edge.segment.spread import Pieces

STEP = 3
"""Every third pixel along either side is looked at: red cells are 37 pixels across."""
Colour = NDArray[np.float64]
"""Optical densities in red, green and blue, (3,)."""


@dataclass(frozen=True, slots=True)
class RedCellLimits:
    """When a nucleus is none because it looks like this field's red cells; both must hold.

    hue_degrees  angle between their optical densities up to which they have one hue. On sites whose nuclei are known
                 they are 15° apart and more
    thickness    how many red cells it is as dense as, at most: crossing ones reach 1.9
    stained      mean optical density from which on something is stained
    least_um2    stained area outside of cells that shows what red cells look like: about two of them
    """

    hue_degrees: float = 12.0
    thickness: float = 2.0
    stained: float = 0.06
    least_um2: float = 90.0


def without_red_cells(
    normal: NormalField, pieces: Pieces, nuclei: Pieces, colours: Colours, limits: RedCellLimits
) -> Pieces:
    """`nuclei` without those that are red cells; as they are where the field shows too few red cells to compare with.

    pieces   what belongs to each nucleus, under the nuclei's ids
    colours  the nuclei's, by id
    """
    red_cell = _red_cell(normal, pieces, nuclei, limits)
    if red_cell is None or not nuclei.any():
        return nuclei
    unlike = _degrees(colours, red_cell) > limits.hue_degrees
    dense = colours @ red_cell > limits.thickness * (red_cell @ red_cell)
    return only(nuclei, unlike | dense)


def _red_cell(normal: NormalField, pieces: Pieces, nuclei: Pieces, limits: RedCellLimits) -> Colour | None:
    """The usual colour of what is stained and belongs to no nucleus; None where that is too little."""
    grid = np.s_[::STEP, ::STEP]
    colours = density(np.ascontiguousarray(normal.transmittance[grid]))
    free = normal.picture[grid] & ~_taken(pieces[grid], nuclei)
    seen = colours[free & (mean_channel(colours) > limits.stained)]
    if len(seen) * (STEP * WORKING_UM_PER_PX) ** 2 < limits.least_um2:
        return None
    return np.array([median(channel) for channel in seen.T], np.float64)


def _taken(pieces: Pieces, nuclei: Pieces) -> Mask:
    """Where a piece with a nucleus is, with the blur of its edge around it."""
    holds = np.bincount(nuclei[nuclei > 0], minlength=1 + int(pieces.max(initial=0))) > 0
    near = cv2.dilate(holds.take(pieces).view(np.uint8), np.ones((3, 3), np.uint8))
    return near > 0


def _degrees(colours: Colours, reference: Colour) -> NDArray[np.float64]:
    """The angle between each colour and the reference, (n,)."""
    lengths = np.maximum(np.linalg.norm(colours, axis=1) * np.linalg.norm(reference), 1e-9)
    return np.asarray(np.degrees(np.arccos(np.clip(colours @ reference / lengths, -1.0, 1.0))), np.float64)
