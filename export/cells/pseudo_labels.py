"""Images of one cell with its class and box become tiles with cytoplasm and nucleus: nobody drew a mask.

A three-class threshold says where the nucleus surely is, GrabCut in the box how far the cell goes, Otsu inside the cell
how far the nucleus goes. What does not fill its box is left away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.optics.otsu import two_thresholds
from edge.optics.planes import Field, Mask
from edge.optics.saturation import stain_channel
from export.cells.cell_outline import OutlineSeeds, inside_box, outline_cell
from export.cells.fine import LABEL_UM_PER_PX, clear_picture, fine_field
from export.cells.nucleus_outline import RED_DENSITY_BLUR_PX, NucleusOptions, cleaned, nucleus_channel, outline_nucleus
from export.cells.regions import filled, without_bits
from export.cells.tile import KNOWN, Plane8, Tile, to_light
from export.sources.example import Box, Example


@dataclass(frozen=True, slots=True)
class SingleOptions:
    """When a box has become a cell.

    margin_px      the box is grown by this before it is used
    seed_blur_px   blur of the first look at where the nucleus is
    seed_share     parts of that look below this share of the largest are dropped
    least_overlap  of the outlined cell's own box with the given one, intersection over union
    """

    margin_px: float = 2.0
    seed_blur_px: float = 1.0
    seed_share: float = 0.08
    least_overlap: float = 0.68
    outline: OutlineSeeds = field(default_factory=OutlineSeeds)
    nucleus: NucleusOptions = field(default_factory=NucleusOptions)


def label_single(example: Example, options: SingleOptions) -> Tile | None:
    """The image as a tile, its one box outlined; None where no cell fills the box."""
    passed = fine_field(example.pixels, example.um_per_px).transmittance
    (given,) = example.boxes or ()
    box = given.scaled(passed.shape[1] / example.pixels.shape[1]).grown(options.margin_px)
    seed = seed_nucleus(passed, box, options)
    if not seed.any():
        return None
    cell = outline_cell(clear_picture(passed), seed, box, options.outline)
    if overlap(cell, box) <= options.least_overlap:
        return None
    channel = nucleus_channel(passed, example.label)
    guess = np.zeros_like(cell) if example.label in RED_DENSITY_BLUR_PX else _guess(passed, cell, options.nucleus)
    nucleus = outline_nucleus(channel, cell, guess, options.nucleus)
    return Tile(example.group, to_light(passed), labelled(cell, nucleus), no_doubt(cell), LABEL_UM_PER_PX)


def seed_nucleus(passed: Field, box: Box, options: SingleOptions) -> Mask:
    """What is surely nucleus in the box: above the upper of the field's two thresholds, without small parts."""
    channel = stain_channel(np.asarray(cv2.GaussianBlur(passed, (0, 0), options.seed_blur_px), np.float32))
    above = (channel > two_thresholds(channel)[1]) & inside_box(channel.shape, box)
    return without_bits(filled(above), 1, options.seed_share)


def overlap(cell: Mask, box: Box) -> float:
    """Intersection over union of a cell's own box and a given one."""
    left, top, width, height = cv2.boundingRect(cell.astype(np.uint8))
    shared = _shared(left, left + width, box.left, box.right) * _shared(top, top + height, box.top, box.bottom)
    return shared / (width * height + (box.right - box.left) * (box.bottom - box.top) - shared)


def labelled(cell: Mask, nucleus: Mask) -> Plane8:
    """BACKGROUND, CYTOPLASM, NUCLEUS."""
    return cell.astype(np.uint8) + (cell & nucleus)


def no_doubt(cell: Mask) -> Plane8:
    """Everything is known."""
    return np.full(cell.shape, KNOWN, np.uint8)


def _guess(passed: Field, cell: Mask, options: NucleusOptions) -> Mask:
    """The nucleus by the whole field's threshold."""
    channel = stain_channel(passed)
    return cleaned((channel > two_thresholds(channel)[1]) & cell, options)


def _shared(low: float, high: float, other_low: float, other_high: float) -> float:
    return max(0.0, min(high, other_high) - max(low, other_low))
