"""Whether a cell keeps its class when nothing but the picture changes: size, turn, file format, light."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from math import dist
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Protocol

import cv2
import numpy as np
import typer

from edge.decide.wilson import wilson
from edge.errors import BadSetting
from edge.station import StationOptions, open_station
from edge.types import CellResult, Examination, Frame, Pixels
from export.sources import Example, open_source

Point = tuple[float, float]
Size = tuple[int, int]

JPEG_QUALITY = 70
BRIGHTER = 1.1


class Examiner(Protocol):
    """A station, or what answers like one."""

    @property
    def blast_labels(self) -> frozenset[str]:
        """The labels that count as blasts."""

    def examine(self, frame: Frame) -> Examination:
        """The cells of a frame and their classes."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the picture.

    of_pixels  the picture, changed
    of_point   where a point (x, y) of a picture of a size (width, height) is afterwards
    larger     pixels of the picture per changed pixel
    """

    of_pixels: Callable[[Pixels], Pixels]
    of_point: Callable[[Point, Size], Point]
    larger: float = 1.0


@dataclass(slots=True)
class Kept:
    """Countable cells of the unchanged pictures, and how many of them the change left as they were."""

    cells: int = 0
    found: int = 0
    label: int = 0
    blast: int = 0


def smaller(times: int) -> Change:
    """Width and height divided by `times`, averaged."""

    def of_pixels(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        size = (width // times, height // times)
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def of_point(point: Point, _: Size) -> Point:
        return (point[0] + 0.5) / times - 0.5, (point[1] + 0.5) / times - 0.5

    return Change(of_pixels, of_point, larger=times)


def as_jpeg(pixels: Pixels) -> Pixels:
    """Through a JPEG of quality 70."""
    file = cv2.imencode(".jpg", pixels[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def brighter(pixels: Pixels) -> Pixels:
    """10 % brighter, cut at white."""
    return np.asarray(np.clip(np.rint(pixels * BRIGHTER), 0, 255), np.uint8)


def turned(pixels: Pixels) -> Pixels:
    """A quarter turn to the left."""
    return np.ascontiguousarray(np.rot90(pixels))


def mirrored(pixels: Pixels) -> Pixels:
    """Left for right."""
    return np.ascontiguousarray(pixels[:, ::-1])


def _at_turn(point: Point, size: Size) -> Point:
    return point[1], size[0] - 1 - point[0]


def _at_mirror(point: Point, size: Size) -> Point:
    return size[0] - 1 - point[0], point[1]


def _there(point: Point, _: Size) -> Point:
    return point


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "halved": smaller(2),
        "quartered": smaller(4),
        "a fifth": smaller(5),
        "turned": Change(turned, _at_turn),
        "mirrored": Change(mirrored, _at_mirror),
        f"JPEG {JPEG_QUALITY}": Change(as_jpeg, _there),
        "10 % brighter": Change(brighter, _there),
    }
)


def kept_under(station: Examiner, change: Change, examples: Iterable[Example]) -> Kept:
    """What becomes of the countable cells of some fields; a cell that is not found again has not kept its class."""
    kept = Kept()
    for example in examples:
        before = _cells(station, example.pixels, example.um_per_px)
        after = _cells(station, change.of_pixels(example.pixels), example.um_per_px * change.larger)
        _compare(kept, before, after, change, example, station.blast_labels)
    return kept


def command(
    bundle: Annotated[str | None, typer.Option(help="A bundle's name or path; without it the one in use.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    source: Annotated[str, typer.Option(help="The set whose fields are changed.")] = "blast_fields",
    most: Annotated[int, typer.Option(min=1, help="Fields at most.")] = 40,
    state: Annotated[Path, typer.Option(help="The station's data folder.")] = Path("data"),
) -> None:
    """Measure how many cells keep their class when the picture is halved, turned, mirrored, compressed or brighter."""
    station = open_station(bundle, state, StationOptions(ignore_calibration=True, ignore_quality=True))
    try:
        examples = list(islice(open_source(source, data).images(), most))
        typer.echo(f"{'change':16}{'cells':>7}{'found':>9}{'same class':>13}{'95 % interval':>18}{'blast or not':>15}")
        for name, change in CHANGES.items():
            typer.echo(_line(name, kept_under(station, change, examples)))
    finally:
        station.close()


def _line(name: str, kept: Kept) -> str:
    if not kept.cells:
        raise BadSetting("No countable cell was found in these fields.", "Name another set with --source.")
    low, high = wilson(kept.label, kept.cells)
    found, label, blast = (100 * each / kept.cells for each in (kept.found, kept.label, kept.blast))
    return f"{name:16}{kept.cells:7}{found:8.1f}%{label:12.1f}%{100 * low:9.1f}–{100 * high:.1f}%{blast:14.1f}%"


def _cells(station: Examiner, pixels: Pixels, um_per_px: float) -> tuple[CellResult, ...]:
    return station.examine(Frame(pixels, um_per_px=um_per_px)).cells


def _compare(
    kept: Kept,
    before: Iterable[CellResult],
    after: tuple[CellResult, ...],
    change: Change,
    example: Example,
    blasts: frozenset[str],
) -> None:
    height, width = example.pixels.shape[:2]
    for cell in (each for each in before if each.cell.countable):
        reach_px = cell.cell.features.diameter_um / 2 / (example.um_per_px * change.larger)
        again = _nearest(change.of_point(cell.cell.centre_px, (width, height)), after, reach_px)
        kept.cells += 1
        if again is not None:
            kept.found += 1
            kept.label += again.label == cell.label
            kept.blast += (again.label in blasts) == (cell.label in blasts)


def _nearest(point: Point, cells: Iterable[CellResult], reach_px: float) -> CellResult | None:
    near = min(cells, key=lambda each: dist(each.cell.centre_px, point), default=None)
    return near if near is not None and dist(near.cell.centre_px, point) <= reach_px else None
