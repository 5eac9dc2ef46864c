"""How the cells of an image are outlined: as the kit does in a field, and otherwise where a set shows no field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from edge.optics.normal import Density, NormalField, density, normalise
from edge.optics.planes import Field, Mask, Plane
from edge.scale import choose_scale
from edge.segment.find import SegmentOptions, find_cells
from edge.segment.likelihood import Finder
from edge.types import Frame, Outlines
from export.cells.regions import largest, opened
from export.sources import Example

CUT_BORDER_UM = 1.75
"""Of nothing, added around a cut-out: the sets crop tightly."""
CUT_OPEN_PX = 5
"""Width of the opening that takes away the fringes of a cut."""
GREEN_DENSITIES = 0.3, 0.45
"""Median densities in green light at which the finder sees a cut-out: as they come, they are far denser than fields."""
LEAST_NUCLEUS_PX = 60


@dataclass(frozen=True, slots=True, eq=False)
class Outlined:
    """An image at the working scale, and its cells."""

    normal: NormalField
    outlines: Outlines


Outline = Callable[[Example, Finder], Outlined | None]
"""None where the image shows no cell that could be outlined."""


def field(example: Example, finder: Finder) -> Outlined:
    """A field, at the scale that its set tells."""
    normal = normalise(example.pixels, example.um_per_px)
    return Outlined(normal, find_cells(normal, finder, SegmentOptions()))


def ruled_field(example: Example, finder: Finder) -> Outlined:
    """A field, at the scale and in the proportions that its own cells tell; at the set's scale where they tell none."""
    scale = choose_scale(Frame(example.pixels), bundle_um_per_px=example.um_per_px)
    normal = normalise(example.pixels, scale.um_per_px, scale.squeeze)
    return Outlined(normal, find_cells(normal, finder, SegmentOptions()))


def cut_out(example: Example, finder: Finder) -> Outlined | None:
    """A cell on black: the cut is its outline, the nucleus is what the finder sees at the density of a field's cells.

    The nucleus is the finder's mean answer over `GREEN_DENSITIES`, and not sharpened as in a field: there is too little
    cytoplasm to compare it with.
    """
    border = round(CUT_BORDER_UM / example.um_per_px)
    normal = normalise(np.pad(example.pixels, ((border, border), (border, border), (0, 0))), example.um_per_px)
    cell = largest(opened(normal.picture, CUT_OPEN_PX))
    if not cell.any():
        return None
    nucleus = cell & (_nucleus(normal, cell, finder) > 0.5)
    if np.count_nonzero(nucleus) < LEAST_NUCLEUS_PX:
        return None
    return Outlined(normal, Outlines(cell.astype(np.uint16), nucleus.astype(np.uint16), {}))


def _nucleus(normal: NormalField, cell: Mask, finder: Finder) -> Plane:
    """The finder's mean likelihood of nucleus."""
    dense = density(normal.transmittance)
    green = max(float(np.median(dense[cell][:, 1])), 0.05)
    lifted = (replace(normal, transmittance=_passed(dense * np.float32(each / green))) for each in GREEN_DENSITIES)
    return np.asarray(np.mean([finder.likelihood(each).nucleus for each in lifted], axis=0), np.float32)


def _passed(dense: Density) -> Field:
    return np.asarray(np.exp(dense * np.float32(-np.log(10.0))), np.float32)
