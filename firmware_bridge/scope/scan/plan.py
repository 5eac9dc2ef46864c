"""Which places a scan visits, in which order."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Order = Literal["serpentine", "raster"]
MOST_FIELDS = 100_000


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle of the slide, in micrometres of the stage."""

    left_um: float
    top_um: float
    right_um: float
    bottom_um: float


@dataclass(frozen=True, slots=True)
class Stop:
    """One field: its number in the order of the scan, its row and column, and its centre."""

    index: int
    row: int
    column: int
    x_um: float
    y_um: float


def plan_scan(
    region: Region, field_um: tuple[float, float], overlap: float = 0.1, order: Order = "serpentine"
) -> tuple[Stop, ...]:
    """Fields that cover the region.

    Args:
        field_um: width and height of what the camera sees.
        overlap: least share of a field that it has in common with its neighbour, 0 to 0.9.
        order: serpentine goes every second row backward; raster always begins at the left, which spares backlash.

    Raises:
        ValueError: the region or field is empty, or there are more than `MOST_FIELDS` fields.
    """
    columns = _centres(region.left_um, region.right_um, field_um[0], overlap)
    rows = _centres(region.top_um, region.bottom_um, field_um[1], overlap)
    if len(columns) * len(rows) > MOST_FIELDS:
        raise ValueError(f"{len(columns) * len(rows)} fields are more than {MOST_FIELDS}")
    places = enumerate(_in_order(len(rows), len(columns), order))
    return tuple(Stop(index, row, column, columns[column], rows[row]) for index, (row, column) in places)


def digest(stops: Sequence[Stop]) -> str:
    """A fingerprint of a plan: another plan has another one."""
    return hashlib.sha256(repr(tuple(stops)).encode("ascii")).hexdigest()[:16]


def _centres(low_um: float, high_um: float, field_um: float, overlap: float) -> list[float]:
    """Evenly, so that the first field begins at the low end and the last one ends at the high end."""
    if not (field_um > 0 and math.isfinite(high_um - low_um) and high_um > low_um and 0 <= overlap <= 0.9):
        raise ValueError(f"no fields of {field_um} µm with overlap {overlap} from {low_um} to {high_um}")
    room_um = high_um - low_um - field_um
    if room_um <= 0:
        return [(low_um + high_um) / 2]
    steps = max(1, math.ceil(room_um / (field_um * (1 - overlap)) - 1e-9))
    return [low_um + field_um / 2 + room_um * k / steps for k in range(steps + 1)]


def _in_order(rows: int, columns: int, order: Order) -> Iterator[tuple[int, int]]:
    for row in range(rows):
        backward = order == "serpentine" and row % 2 == 1
        for column in reversed(range(columns)) if backward else range(columns):
            yield row, column
