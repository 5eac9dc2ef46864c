"""How well cells are found: Dice of drawn masks, marked blasts and drawn plasma cells found, recall and precision
against boxes.

Whatever finds cells is measured through the kit's own way from a picture to outlines, on images that it never learned
from: those of odd position in `wbc_masks` (the kit's options were tuned on the others) and in `bccd` (the others taught
nuclei), and all of `blast_fields` and `marrow_plasma`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType

import cv2
import numpy as np

from edge.optics.normal import normalise
from edge.optics.planes import Mask
from edge.scale import choose_scale
from edge.segment.find import SegmentOptions, find_cells
from edge.segment.likelihood import Finder
from edge.station.enlarge import input_outlines
from edge.types import Frame, Labels, Outlines
from export.cells.field_labels import WHITE_CELL
from export.cells.figures import Figure, Ratio, figure
from export.sources import Example, Masks, open_source

UNSEEN = 1
"""The half of a set, by position, on which figures are reported; the other is for tuning and learning."""
LEAST_DRAWN_PX = 300
"""Smaller drawn pieces are specks that the masks' JPEG left, or bits cut off by the image's border."""
NEAR_PX = 5.0
"""A nucleus whose centre lies so far outside a box still hits it: boxes are drawn tightly and by hand."""


@dataclass(frozen=True, slots=True)
class Way:
    """How cells are found: the finder, and what makes a cell of its answer."""

    finder: Finder
    options: SegmentOptions


def evaluate(way: Way, data: Path) -> tuple[Figure, ...]:
    """All figures, for the sets that are in `data`."""
    there = [measure for name, measure in MEASURES.items() if (data / name).is_dir()]
    return tuple(figure(ratio) for measure in there for ratio in measure(way, data))


def dice_of_masks(way: Way, data: Path) -> tuple[Ratio, ...]:
    """Dice of nucleus and of whole cell in single-cell images with drawn masks; 0 where no cell is found."""
    nuclei, cells = [], []
    for example, outlines in _outlined(way, data, "wbc_masks", UNSEEN, 2):
        nucleus, cell = cell_dice(outlines, example.masks or Masks(np.zeros((0, 0), np.bool_)))
        nuclei.append(nucleus)
        cells.append(cell)
    on, ones = "wbc_masks, odd half", [1.0] * len(cells)
    return Ratio("nucleus Dice", on, nuclei, ones), Ratio("cell Dice", on, cells, ones)


def blasts_found(way: Way, data: Path) -> tuple[Ratio, ...]:
    """Marked blasts that lie in a cell, and those that lie in one of their own."""
    found, apart, marked = [], [], []
    for example, outlines in _outlined(way, data, "blast_fields"):
        height, width = example.pixels.shape[:2]
        rows, columns = outlines.cells.shape
        ids = [
            int(outlines.cells[min(rows - 1, int(y * rows / height)), min(columns - 1, int(x * columns / width))])
            for x, y in example.points or ()
        ]
        found.append(sum(k > 0 for k in ids))
        apart.append(len(set(ids) - {0}))
        marked.append(len(ids))
    on = "blast_fields"
    return Ratio("blasts found", on, found, marked), Ratio("blasts found as cells of their own", on, apart, marked)


def boxes_hit(way: Way, data: Path) -> tuple[Ratio, ...]:
    """Boxes of white cells with the centre of a nucleus in them, and nuclei whose centre lies in such a box."""
    hit, boxes, right, found = [], [], [], []
    for example, outlines in _outlined(way, data, "bccd", UNSEEN, 2):
        ratio = outlines.cells.shape[1] / example.pixels.shape[1]
        near = [each.scaled(ratio).grown(NEAR_PX * ratio) for each in example.boxes or () if each.label == WHITE_CELL]
        centres = nucleus_centres(outlines.nuclei)
        used = {k for k, (x, y) in enumerate(centres) if any(box.holds(x, y) for box in near)}
        hit.append(sum(any(box.holds(x, y) for x, y in centres) for box in near))
        boxes.append(len(near))
        right.append(hit[-1])
        found.append(hit[-1] + len(centres) - len(used))
    on = "bccd, odd half"
    return Ratio("white cell recall", on, hit, boxes), Ratio("white cell precision", on, right, found)


def plasma_cells_found(way: Way, data: Path) -> tuple[Ratio, ...]:
    """Drawn plasma cells of bone marrow, touching ones as one piece, of which more than half lies in found cells.

    The set mixes two magnifications: where the red cells tell the scale it is theirs, else the set's mean.
    """
    found, drawn = [], []
    for example in open_source("marrow_plasma", data).images():
        scale = choose_scale(Frame(example.pixels), bundle_um_per_px=example.um_per_px)
        normal = normalise(example.pixels, scale.um_per_px, scale.squeeze)
        cells, _ = input_outlines(find_cells(normal, way.finder, way.options), example.pixels.shape[1::-1])
        covered = covered_shares(cells > 0, example.masks.cell) if example.masks else []
        found.append(sum(share > 0.5 for share in covered))
        drawn.append(len(covered))
    return (Ratio("plasma cells found", "marrow_plasma", found, drawn),)


MEASURES: Mapping[str, Callable[[Way, Path], tuple[Ratio, ...]]] = MappingProxyType(
    {"wbc_masks": dice_of_masks, "blast_fields": blasts_found, "bccd": boxes_hit, "marrow_plasma": plasma_cells_found}
)
"""Set to what is measured on it."""


def cell_dice(outlines: Outlines, masks: Masks) -> tuple[float, float]:
    """Dice of nucleus and cell, of the found cell that shares most with the drawn one."""
    height, width = masks.cell.shape
    cells, nuclei = input_outlines(outlines, (width, height))
    shared = np.bincount(cells[masks.cell], minlength=1)
    shared[0] = 0
    if not shared.any():
        return 0.0, 0.0
    k = int(shared.argmax())
    drawn = np.zeros_like(masks.cell) if masks.nucleus is None else masks.nucleus
    return dice(nuclei == k, drawn), dice(cells == k, masks.cell)


def dice(found: Mask, drawn: Mask) -> float:
    """2·|A ∩ B| / (|A| + |B|); 1 where both are empty."""
    both = np.count_nonzero(found) + np.count_nonzero(drawn)
    return 2.0 * np.count_nonzero(found & drawn) / both if both else 1.0


def covered_shares(found: Mask, drawn: Mask) -> list[float]:
    """Of every connected piece of `drawn` that is no speck, the share that lies in `found`."""
    pieces = np.zeros(drawn.shape, np.int32)
    cv2.connectedComponents(drawn.astype(np.uint8), pieces)
    sizes = np.bincount(pieces.ravel())[1:]
    inside = np.bincount(pieces[found], minlength=len(sizes) + 1)[1:]
    return [float(part / whole) for part, whole in zip(inside, sizes, strict=True) if whole >= LEAST_DRAWN_PX]


def nucleus_centres(nuclei: Labels) -> list[tuple[float, float]]:
    """Centres (x, y) of the nuclei, by ascending id."""
    rows, columns = np.nonzero(nuclei)
    ids = nuclei[rows, columns]
    sizes = np.bincount(ids)
    sums = [np.bincount(ids, weights=each) for each in (columns, rows)]
    return [(float(sums[0][k] / sizes[k]), float(sums[1][k] / sizes[k])) for k in np.flatnonzero(sizes)]


def _outlined(way: Way, data: Path, name: str, first: int = 0, step: int = 1) -> Iterator[tuple[Example, Outlines]]:
    for example in islice(open_source(name, data).images(), first, None, step):
        yield example, find_cells(normalise(example.pixels, example.um_per_px), way.finder, way.options)
