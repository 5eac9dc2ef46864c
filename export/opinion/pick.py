"""Which of the outlined cells a set tells something about, and what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from edge.optics.labels import Window
from edge.types import Labels
from export.cells.field_labels import WHITE_CELL
from export.opinion.labels import BLAST, OTHER_CELL
from export.opinion.outline import Outlined
from export.sources import Example

NEAR_BOX_PX, NEAR_MARK_PX = 12, 8
"""How far from the middle of a box, and from a marked point that lies beside every cell, a cell is looked for."""

Picked = Mapping[int, str]
"""The cell's id to its label in the set's words."""
Pick = Callable[[Example, Outlined], Picked]


def every(example: Example, seen: Outlined) -> Picked:
    """All cells, under the image's label; white cells of no named kind where it has none."""
    return dict.fromkeys(_ids(seen.outlines.cells), example.label or WHITE_CELL)


def boxed(example: Example, seen: Outlined) -> Picked:
    """The largest of the cells in the middle of the image's one box."""
    (box,) = example.boxes or ()
    x, y = _working((box.left + box.right) / 2, (box.top + box.bottom) / 2, seen)
    near = _around(seen.outlines.cells, x, y, NEAR_BOX_PX)
    sizes = np.bincount(seen.outlines.cells.ravel())
    return {max(_ids(near), key=lambda k: sizes[k]): _label(example)} if near.any() else {}


def middle(example: Example, seen: Outlined) -> Picked:
    """The cell whose centre is nearest to the middle of the image."""
    cells = seen.outlines.cells
    height, width = cells.shape

    def away(k: int) -> float:
        rows, columns = np.nonzero(cells == k)
        return float(np.hypot(rows.mean() - height / 2, columns.mean() - width / 2))

    ids = _ids(cells)
    return {min(ids, key=away): _label(example)} if ids else {}


def marked(example: Example, seen: Outlined) -> Picked:
    """All cells: blasts where one of the image's points lies, others elsewhere."""
    cells = seen.outlines.cells
    hit = {_at(cells, *_working(x, y, seen)) for x, y in example.points or ()}
    return {k: BLAST if k in hit else OTHER_CELL for k in _ids(cells)}


def _at(cells: Labels, x: int, y: int) -> int:
    """The cell at a point, else the one with most pixels near it, else 0."""
    if cells[y, x]:
        return int(cells[y, x])
    counts = np.bincount(_around(cells, x, y, NEAR_MARK_PX).ravel())
    counts[0] = 0
    return int(counts.argmax())


def _around(cells: Labels, x: int, y: int, reach_px: int) -> Labels:
    return Window(y, x, y + 1, x + 1).grown(reach_px).cut(cells)


def _working(x_px: float, y_px: float, seen: Outlined) -> tuple[int, int]:
    """A point of the image as a pixel of the working scale."""
    along_x, along_y = seen.normal.ratios
    height, width = seen.outlines.cells.shape
    return min(width - 1, int(x_px * along_x)), min(height - 1, int(y_px * along_y))


def _ids(cells: Labels) -> list[int]:
    return [int(k) for k in np.unique(cells) if k]


def _label(example: Example) -> str:
    return example.label or WHITE_CELL
