"""Cells of a case as a list: filtered, sorted by doubt, and cut out of their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np

from edge.casework.counting import doubt
from edge.casework.results import Results
from edge.decide.roles import Roles
from edge.errors import NotRecorded, StoreDamaged
from edge.optics.labels import Window
from edge.types import Pixels

Order = Literal["doubt", "typical", "field"]
Cell = Mapping[str, Any]
JPEG_QUALITY = 88
BACKGROUND = 245
"""Grey of what lies outside the picture."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which cells. `excluded`: only those that are not counted (True), or that are (False); None: all."""

    label: str | None = None
    field: int | None = None
    excluded: bool | None = None
    order: Order = "doubt"


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell after corrections, with its field. `document` as in `edge.casework.counting.corrected`."""

    field: int
    document: Cell
    doubt: float

    @property
    def id(self) -> int:
        """Its id in its field."""
        return int(self.document["id"])


def listed(documents: Mapping[int, Mapping[str, Any]], roles: Roles, wanted: Filter) -> list[CellView]:
    """The cells of a case's counted fields that are wanted, in the wanted order."""
    views = [
        CellView(number, cell, doubt(cell, roles))
        for number, document in documents.items()
        for cell in document["cells"]
        if _is_wanted(number, cell, wanted)
    ]
    return sorted(views, key=_KEYS[wanted.order])


def view(results: Results, roles: Roles, case_id: int, number: int, cell_id: int) -> CellView:
    """One cell.

    Raises:
        NotRecorded: there is none.
    """
    cells = results.document(case_id, number)["cells"]
    found = [cell for cell in cells if cell["id"] == cell_id]
    if not found:
        raise NotRecorded(f"Field {number} of case {case_id} has no cell {cell_id}.", "Choose one that is outlined.")
    return CellView(number, found[0], doubt(found[0], roles))


def crops(image: Path, cells: Iterable[Cell], um_per_px: float, side_um: float, side_px: int) -> list[bytes]:
    """Square JPEGs around the nuclei of cells of one field, `side_um` wide, `side_px` pixels across.

    Raises:
        StoreDamaged: the picture cannot be read.
    """
    pixels = cv2.imdecode(np.frombuffer(image.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise StoreDamaged(f"The picture {image.name} cannot be read.", "Put it back from a copy.")
    reach = max(2, round(side_um / um_per_px / 2))
    return [_crop(pixels.astype(np.uint8, copy=False), cell["centre"], reach, side_px) for cell in cells]


def _crop(pixels: Pixels, centre: Sequence[float], reach_px: int, side_px: int) -> bytes:
    x, y = round(centre[0]), round(centre[1])
    cut = Window(y - reach_px, x - reach_px, y + reach_px, x + reach_px).cut(pixels, BACKGROUND)
    how = cv2.INTER_AREA if 2 * reach_px > side_px else cv2.INTER_CUBIC
    small = cv2.resize(cut, (side_px, side_px), interpolation=how)
    return cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))[1].tobytes()


def _is_wanted(number: int, cell: Cell, wanted: Filter) -> bool:
    return (
        (wanted.label is None or cell["class"] == wanted.label)
        and (wanted.field is None or number == wanted.field)
        and (wanted.excluded is None or cell["countable"] != wanted.excluded)
    )


def _doubtful_first(each: CellView) -> tuple[bool, bool, bool, float, int, int]:
    """What counts and nobody has decided yet comes first, then by doubt."""
    cell = each.document
    return not cell["countable"], cell["settled"], not cell["doubtful"], -each.doubt, each.field, each.id


def _typical_first(each: CellView) -> tuple[bool, float, int, int]:
    return each.document["doubtful"], each.doubt, each.field, each.id


def _in_order(each: CellView) -> tuple[int, int]:
    return each.field, each.id


_KEYS: Mapping[str, Any] = {"doubt": _doubtful_first, "typical": _typical_first, "field": _in_order}
