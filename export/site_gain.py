"""What calibrating a station is worth at sites that nothing was learned from: figures before and after.

Ten ordinary fields of a site calibrate a station; fields that had no part in it are examined without and with it, as a
kit would: the scale comes from their red cells. Only sites with ordinary fields can be tried: those of `blast_fields`
are all of leukaemic patients, and `wbc_masks` shows single cells.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import numpy as np
import typer

from edge.calibrate import calibrate
from edge.calibration import Calibration, save_calibration
from edge.errors import CalibrationRefused, ScaleUnknown
from edge.station import Station, StationOptions, open_station
from edge.types import CellResult, Frame
from export.cells.figures import Figure
from export.opinion.figures import auc_figure, hit_figure, numbered
from export.opinion.labels import BLAST
from export.sources import Example, open_source
from export.stability import Examiner

ORDINARY = 10
"""Fields that a calibration takes."""
NO_PICTURE = b""


@dataclass(frozen=True, slots=True)
class Site:
    """A set as a site.

    ordinary  whether a field may calibrate: it shows no blasts
    unseen    whether nothing was learned from a field, by its position in the set
    unit      what its groups are
    """

    ordinary: Callable[[Example], bool]
    unseen: Callable[[int], bool]
    unit: str


SITES: Mapping[str, Site] = MappingProxyType(
    {
        "taleqani": Site(lambda example: example.label != BLAST, lambda position: True, "series of 25 images"),
        "bccd": Site(lambda example: True, lambda position: position % 2 == 1, "field"),
    }
)


@dataclass(frozen=True, slots=True)
class SiteFields:
    """The fields of a site: those that calibrate, and those that are examined."""

    calibrating: tuple[Example, ...]
    examined: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """An image of a set as the calibration takes it."""

    example: Example

    @property
    def name(self) -> str:
        """Its name in the set."""
        return self.example.name

    def frame(self) -> Frame:
        """Its pixels, without the scale that the set tells."""
        return Frame(self.example.pixels, name=self.example.name)


def parted(site: Site, images: Callable[[], Iterable[Example]], most: int) -> SiteFields:
    """The first ordinary fields calibrate; of all others every so many are examined, `most` in all.

    images  goes through the set, twice: its pixels are not held at once
    """
    unseen = [(each.name, site.ordinary(each)) for position, each in enumerate(images()) if site.unseen(position)]
    calibrating = [name for name, ordinary in unseen if ordinary][:ORDINARY]
    others = [name for name, _ in unseen if name not in calibrating]
    examined = others[:: max(1, ceil(len(others) / most))]
    chosen = {each.name: each for each in images() if each.name in {*calibrating, *examined}}
    return SiteFields(tuple(chosen[name] for name in calibrating), tuple(chosen[name] for name in examined))


def figures_of(on: str, station: Examiner, fields: Iterable[Example], unit: str) -> list[Figure]:
    """AUC, sensitivity and specificity of the fused opinion on the countable cells, as far as they are estimable."""
    rows = [(example, cell) for example in fields for cell in _countable(station, example)]
    if not rows:
        return []
    blast = np.array([example.label == BLAST for example, _ in rows])
    values = np.array([_blast_share(cell, station) for _, cell in rows])
    called = np.array([cell.label in station.blast_labels for _, cell in rows])
    groups = numbered(np.array([example.group for example, _ in rows]))
    found = (
        auc_figure(on, blast, values, groups, unit),
        hit_figure("sensitivity", on, called, blast, groups, unit),
        hit_figure("specificity", on, ~called, ~blast, groups, unit),
    )
    return [each for each in found if each is not None]


def command(
    bundle: Annotated[str | None, typer.Option(help="A bundle's name or path; without it the one in use.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    most: Annotated[int, typer.Option(min=1, help="Fields examined at a site, at most.")] = 120,
) -> None:
    """Measure what site calibration gains at sites that nothing was learned from."""
    for name, site in SITES.items():
        fields = parted(site, open_source(name, data).images, most)
        try:
            calibration = _calibrated(bundle, fields)
        except CalibrationRefused as refused:
            typer.echo(f"{name}: refused. {refused.what.splitlines()[0]}")
            continue
        before = _examined(bundle, None, f"{name}, as shipped", fields, site)
        for each in (*before, *_examined(bundle, calibration, f"{name}, calibrated", fields, site)):
            interval = f"{each.low:.3f} to {each.high:.3f}"
            typer.echo(f"{each.on:24}{each.name:14}{each.value:7.3f}  ({interval}; {each.n} × {each.unit})")


def _calibrated(bundle: str | None, fields: SiteFields) -> Calibration:
    with _station(bundle, None) as station:
        return calibrate([ExampleFile(each) for each in fields.calibrating], station).calibration


def _examined(
    bundle: str | None, calibration: Calibration | None, on: str, fields: SiteFields, site: Site
) -> list[Figure]:
    with _station(bundle, calibration) as station:
        return figures_of(on, station, fields.examined, site.unit)


def _station(bundle: str | None, calibration: Calibration | None) -> closing[Station]:
    """A station with a data folder of its own, which it needs only to be opened."""
    with tempfile.TemporaryDirectory() as folder:
        if calibration is not None:
            save_calibration(calibration, NO_PICTURE, Path(folder))
        return closing(open_station(bundle, Path(folder), StationOptions(ignore_quality=True)))


def _countable(station: Examiner, example: Example) -> list[CellResult]:
    try:
        cells = station.examine(ExampleFile(example).frame()).cells
    except ScaleUnknown:
        return []
    return [each for each in cells if each.cell.countable]


def _blast_share(cell: CellResult, station: Examiner) -> float:
    return sum(cell.probability[label] for label in station.blast_labels)
