"""What the network was shown of a recorded cell, made again from its picture and its outlines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Preprocessing
from edge.decide.network import prepared
from edge.errors import NotRecorded
from edge.optics.labels import label_windows
from edge.optics.normal import WORKING_UM_PER_PX, NormalField
from edge.optics.planes import Field, Mask
from edge.runtime.session import Tensors
from edge.types import Features, Labels, Outlines

CHOOSE_AGAIN = "Choose a cell that is outlined."


@dataclass(frozen=True, eq=False)
class ShownCell:
    """A cell as its network sees it.

    given     the network's inputs, one cell
    picture   the same square in colour, transmittance 0–1, float32 (s, s, 3)
    cell, nucleus  where they are in that square, (s, s)
    features  of the cell
    """

    given: Tensors
    picture: Field
    cell: Mask
    nucleus: Mask
    features: Features


@dataclass(frozen=True, eq=False)
class RecordedCell:
    """A cell as the record has it: the label images are those of the frame, `id` its id in them."""

    id: int
    features: Features
    cells: Labels
    nuclei: Labels


def shown_cell(
    inputs: Preprocessing, normal: NormalField, recorded: RecordedCell, box: tuple[int, int, int, int]
) -> ShownCell:
    """What a network with these inputs is shown of a recorded cell.

    Args:
        normal: its field.
        box: the part of the frame that the field is: left, top, width, height in pixels.

    Raises:
        NotRecorded: the label images have no cell with that id there.
    """
    outlines = Outlines(
        _mask(recorded.cells, recorded.id, normal, box), _mask(recorded.nuclei, recorded.id, normal, box), {}
    )
    windows = tuple(label_windows(outlines.cells))
    if not windows or not outlines.nuclei.any():
        raise NotRecorded(f"Cell {recorded.id} has no outline in the picture.", CHOOSE_AGAIN)
    given = prepared(inputs, normal, outlines, windows, [recorded.features])
    reach = max(1, round(inputs.size_px * inputs.um_per_px / WORKING_UM_PER_PX / 2))
    square = windows[0][1].square(reach)
    size = inputs.size_px
    return ShownCell(
        given,
        np.asarray(
            cv2.resize(square.cut(normal.transmittance, 1), (size, size), interpolation=cv2.INTER_LINEAR), np.float32
        ),
        _at_size(square.cut(outlines.cells), size),
        _at_size(square.cut(outlines.nuclei), size),
        recorded.features,
    )


def _mask(labels: Labels, k: int, normal: NormalField, box: tuple[int, int, int, int]) -> Labels:
    """The cell alone at the working scale, as 1."""
    left, top, width, height = box
    mask = (labels[top : top + height, left : left + width] == k).astype(np.float32)
    rows, columns = normal.picture.shape
    how = cv2.INTER_AREA if columns < width else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(mask, (columns, rows), interpolation=how) >= 0.5, np.uint16)


def _at_size(mask: NDArray[np.uint16], size: int) -> Mask:
    return np.asarray(cv2.resize(mask.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)) >= 0.5
