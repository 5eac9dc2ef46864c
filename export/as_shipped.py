"""How well a bundle does as a kit runs it today: its own networks and rules, this checkout's code.

The figures in a bundle were taken when it was made. Where what is around the networks changes, outlines say, this tells
what the same bundle does now, without training anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from edge.errors import BadSetting
from edge.station import Station, StationOptions, open_station
from edge.types import Examination, Frame
from export.cells.evaluate import Way, evaluate
from export.cells.figures import Figure, Ratio, figure
from export.opinion.choose import MEASURED_ON, measured
from export.opinion.evaluate import Examined, examine_elsewhere
from export.opinion.extract import find_all
from export.opinion.opinions import FUSED, NETWORK, RBF
from export.opinion.report import as_markdown
from export.opinion.table import CellTable
from firmware_bridge.imagefile import read_image
from firmware_bridge.listing import pictures_in

NO_WHITE_CELLS = ("other/red_cells", "other/malaria")
"""Folders of fields with hardly a nucleated cell in them: nearly all that is found there is none."""


def systems_of(station: Station) -> Examined:
    """The opinions of a station, ready to be examined."""
    jury, network = station.jury, station.network
    roles = jury.roles
    points = {FUSED: jury.fusion.threshold, NETWORK: roles.network_threshold, RBF: roles.rbf_threshold}
    return Examined(network.session, network.inputs, network.calibration, jury.fuzzy_rbf, points)


def found_where_none_are(station: Station, data: Path) -> Iterator[Figure]:
    """Nucleated cells found a field, in folders that show next to none."""
    for folder in (name for name in NO_WHITE_CELLS if (data / name).is_dir()):
        found = [len(_examined(station, file).cells) for file in pictures_in(data / folder)]
        yield figure(Ratio("nucleated cells found a field", folder, found, np.ones(len(found)).tolist()))


def command(
    bundle: Annotated[str | None, typer.Option(help="A bundle's name or path; without it the one in use.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    state: Annotated[Path, typer.Option(help="The station's data folder.")] = Path("data"),
) -> None:
    """Measure a bundle as this checkout runs it: cells found, blasts called, on sets that it never learned from."""
    there = {name for name in MEASURED_ON if (data / name).is_dir()}
    if not there:
        raise BadSetting(f"{data} holds none of {', '.join(MEASURED_ON)}.", "Name the folder of the sets with --data.")
    with closing(open_station(bundle, state, StationOptions(ignore_calibration=True))) as station:
        typer.echo(_figures([*evaluate(Way(station.finder, station.segment), data)]))
        typer.echo(_figures([*found_where_none_are(station, data)]))

        def cells_of(name: str) -> CellTable | None:
            return measured(name, find_all(name, data, station.finder)) if name in there else None

        typer.echo(as_markdown(examine_elsewhere(systems_of(station), cells_of)))


def _examined(station: Station, file: Path) -> Examination:
    return station.examine(Frame(read_image(file), name=file.name))


def _figures(figures: list[Figure]) -> str:
    """A table of them."""
    rows = (f"| {each.name} | {each.on} | {each.value:.3f} [{each.low:.3f}–{each.high:.3f}] |" for each in figures)
    return "\n".join(["| what | on | value |", "|---|---|---|", *rows, ""])
