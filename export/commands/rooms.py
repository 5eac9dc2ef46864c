"""`marrowkit-export measure` and `leaderboard`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import models
from edge.errors import BadSetting
from export.building.reading import merged
from export.building.said import fields_said
from export.building.spec import USUAL_VARIANTS
from export.commands.bundles import KeyFile
from export.crops.cells import training_cells, unseen_cells
from export.crops.kept import read_told
from export.keys import read_private_key
from export.opinion.table import joined
from export.rooms.card import CARD_FILE
from export.rooms.leaderboard import write_leaderboard
from export.rooms.measured import examined_of, write_measured
from export.rooms.measuring import Bench, Cells, bundled, on_kit

ROOMS = Path(models.__file__).parent
With = Annotated[
    list[str] | None, typer.Option("--with", help="A field of build.toml, such as search=true; may be repeated.")
]
Rooms = Annotated[Path, typer.Option(help="Folder of the rooms.")]


def measure_command(
    run: Annotated[Path, typer.Argument(help="Folder of a training that left a fold out and was examined.")],
    key: KeyFile,
    out: Annotated[Path, typer.Option("--out", help="New folder for the bundle, its card and its report.")],
    said: With = None,
    data: Annotated[Path, typer.Option(help="Folder of the sets of images.")] = Path("../shared/data"),
    work: Annotated[Path, typer.Option(help="Where the cells that were found in them are kept.")] = Path("runs/crops"),
    rooms: Rooms = ROOMS,
) -> None:
    """Build a trained room's bundle, time it on two threads, ask 8 bits about unseen sites, write its card."""
    told, examined = read_told(run), examined_of(run)
    room = _room(rooms, told.network)
    fields = merged({"variants": list(USUAL_VARIANTS)}, fields_said(said or ()))
    bundle = bundled(run, Cells(training_cells(data, work), data), fields, Bench(read_private_key(key), out, _say))
    unseen = list(unseen_cells(data, work).values())
    found = on_kit(bundle, fields["variants"], told, joined(unseen) if unseen else None)
    write_measured(room, examined, found)
    for each in found.variants:
        print(f"{each.name}: {each.in_batch_ms:.3f} ms per cell of 16, {each.alone_ms:.3f} ms alone")


def leaderboard_command(rooms: Rooms = ROOMS) -> None:
    """Write the table and the picture of all rooms from their cards."""
    write_leaderboard(rooms)


def _room(rooms: Path, network: str) -> Path:
    if not (rooms / network / CARD_FILE).is_file():
        raise BadSetting(f"{network} is no room of {rooms}, and so has no card.", "Use marrowkit-export build instead.")
    return rooms / network


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
