"""Fields with boxes around their white cells become tiles in which nuclei are labelled and cytoplasm is unknown.

Blood smears of many stains show cytoplasm too pale for GrabCut to be trusted, but their red cells, platelets and clear
nuclei are what a network must have seen. So only nuclei are labelled; around them whether a pixel is cell is not known,
and boxes in which no nucleus could be outlined are not known at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from edge.optics.labels import Window
from edge.optics.otsu import threshold, two_thresholds
from edge.optics.planes import Mask, Plane
from edge.optics.saturation import stain_channel
from edge.types import Pixels
from export.cells.cell_outline import OutlineSeeds, inside_box, outline_cell
from export.cells.fine import LABEL_UM_PER_PX, clear_picture, fine_field
from export.cells.nucleus_outline import NucleusOptions, outline_nucleus, red_density
from export.cells.pseudo_labels import labelled
from export.cells.regions import opened
from export.cells.tile import BACKGROUND, CELL_UNKNOWN, KNOWN, NUCLEUS, UNKNOWN, Plane8, Tile, to_light
from export.sources.example import Box, Example

WHITE_CELL = "white cell"


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """When a box in a field has become a nucleus.

    floor          least threshold of the stain channel: without it dense red cells become nuclei
    least_seed_px  a smaller seed is tried again with the box's own threshold, then not labelled
    least_box_px   a smaller box is not labelled
    least_fill     of the given box by the outlined cell's
    red_blur_px, red_share, least_red   what has less density in red light than this share of the nucleus, or than
                   this, is a red cell; some boxes hold nothing else
    surround_px    around a box, for GrabCut to see background
    unsure_px      around every box that stays unknown
    reach, reach_px   how far cytoplasm may go beyond what was outlined: share of its longer side, and pixels more
    """

    floor: float = -0.13
    least_seed_px: int = 80
    least_box_px: float = 25.0
    least_fill: float = 0.45
    red_blur_px: float = 1.0
    red_share: float = 0.4
    least_red: float = 0.08
    surround_px: int = 12
    unsure_px: float = 5.0
    reach: float = 0.45
    reach_px: int = 6
    outline: OutlineSeeds = field(default_factory=lambda: OutlineSeeds(reach=1.1))
    nucleus: NucleusOptions = field(default_factory=lambda: NucleusOptions(split=0.75))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A field, or a window of it: picture on white, stain channel, red density, the field's upper threshold."""

    clear: Pixels
    channel: Plane
    red: Plane
    upper: float


def label_field(example: Example, options: FieldOptions) -> Tile:
    """The field as a tile."""
    normal = fine_field(example.pixels, example.um_per_px)
    ratio = normal.transmittance.shape[1] / example.pixels.shape[1]
    boxes = [each.scaled(ratio) for each in example.boxes or () if each.label == WHITE_CELL]
    channel = stain_channel(normal.transmittance)
    red = red_density(normal.transmittance, options.red_blur_px)
    seen = _Seen(clear_picture(normal.transmittance), channel, red, two_thresholds(channel)[1])
    labels, doubt = _labels(seen, boxes, options)
    return Tile(example.group, to_light(normal.transmittance), labels, doubt, LABEL_UM_PER_PX)


def _labels(seen: _Seen, boxes: list[Box], options: FieldOptions) -> tuple[Plane8, Plane8]:
    whole = np.zeros(seen.channel.shape, np.uint8)
    doubt = np.full(seen.channel.shape, KNOWN, np.uint8)
    for box in boxes:
        doubt[inside_box(doubt.shape, box.grown(options.unsure_px))] = UNKNOWN
    for box in boxes:
        window, patch = _in_window(seen, box, options)
        if patch is not None:
            whole[window.slices] = np.maximum(whole[window.slices], patch)
            doubt[inside_box(doubt.shape, box)] = KNOWN
    _doubt_cytoplasm(whole, doubt, options)
    return np.where(whole == NUCLEUS, NUCLEUS, BACKGROUND).astype(np.uint8), doubt


def _in_window(seen: _Seen, box: Box, options: FieldOptions) -> tuple[Window, Plane8 | None]:
    """The labels of one box within a window around it; None where nothing in it is a cell."""
    height, width = seen.channel.shape
    around = box.grown(options.surround_px)
    left, top = max(0, round(around.left)), max(0, round(around.top))
    window = Window(top, left, min(height, round(around.bottom)), min(width, round(around.right)))
    inner = Box(box.label, box.left - left, box.top - top, box.right - left, box.bottom - top)
    small = min(box.right - box.left, box.bottom - box.top) < options.least_box_px
    rows = window.slices
    part = _Seen(seen.clear[rows].copy(), seen.channel[rows], seen.red[rows], seen.upper)
    return window, None if small else _labelled_box(part, inner, options)


def _labelled_box(part: _Seen, box: Box, options: FieldOptions) -> Plane8 | None:
    seed = _seed(part, box, options)
    if np.count_nonzero(seed) < options.least_seed_px:
        return None
    cell = outline_cell(part.clear, seed, box, options.outline)
    _, _, width, height = cv2.boundingRect(cell.astype(np.uint8))
    if width * height < options.least_fill * (box.right - box.left) * (box.bottom - box.top):
        return None
    nucleus = outline_nucleus(part.channel, cell, seed, options.nucleus)
    return labelled(cell, _without_red_cells(nucleus, part, options))


def _seed(part: _Seen, box: Box, options: FieldOptions) -> Mask:
    """What is surely nucleus in the box."""
    within = inside_box(part.channel.shape, box)
    seed = _seed_above(max(part.upper, options.floor), part, within, options)
    if np.count_nonzero(seed) >= options.least_seed_px:
        return seed
    return _seed_above(threshold(part.channel[within]), part, within, options)


def _seed_above(level: float, part: _Seen, within: Mask, options: FieldOptions) -> Mask:
    return opened(_without_red_cells((part.channel > level) & within, part, options), options.nucleus.open_px)


def _without_red_cells(nucleus: Mask, part: _Seen, options: FieldOptions) -> Mask:
    """Red cells let red light through, however deep their pink."""
    if not nucleus.any():
        return nucleus
    level = options.red_share * float(np.percentile(part.red[nucleus], 75))
    return nucleus & (part.red > max(level, options.least_red))


def _doubt_cytoplasm(whole: Plane8, doubt: Plane8, options: FieldOptions) -> None:
    """Around every outlined cell it is not known what is cytoplasm; its nucleus is known to be in a cell."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((whole > BACKGROUND).astype(np.uint8))
    for left, top, width, height in stats[1:, : cv2.CC_STAT_AREA].tolist():
        reach = int(options.reach * max(width, height)) + options.reach_px
        around = doubt[Window(top, left, top + height, left + width).grown(reach).slices]
        around[around == KNOWN] = CELL_UNKNOWN
    doubt[(whole == NUCLEUS) & (doubt == CELL_UNKNOWN)] = KNOWN
