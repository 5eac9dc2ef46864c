"""What a trained network is given of cells as they are kept: its picture and, where it names any, its measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor

from edge.bundle.tensors import IMAGE, MEASURES, Floats
from export.crops.kept import Told
from export.crops.views import AT_ONCE, shown_in_turn
from export.errors import BadCrops
from export.opinion.table import CellTable


def given_in_turn(cells: CellTable, told: Told, device: str = "cpu") -> Iterator[dict[str, Tensor]]:
    """Some cells after the other, in order: `image` (n, channels, size, size) and `measures` (n, k).

    Raises:
        BadCrops: a measure is no number.
    """
    pictures = ({IMAGE: each} for each in shown_in_turn(cells.planes, told.view, told.size_px, device))
    if not told.measures:
        yield from pictures
        return
    measures = torch.from_numpy(numbers(cells, told.measures, "What is asked about")).to(device)
    for picture, some in zip(pictures, torch.split(measures, AT_ONCE), strict=True):
        yield {**picture, MEASURES: some}


def numbers(cells: CellTable, names: Sequence[str], where: str) -> Floats:
    """Some measures of all cells, (n, names).

    Raises:
        BadCrops: one is no number.
    """
    found = cells.measures(names).astype(np.float32)
    _, columns = np.nonzero(~np.isfinite(found))
    if len(columns):
        raise BadCrops(f"{where} has cells whose {names[columns[0]]} is no number.", "Take those cells out of it.")
    return found
