"""`marrowkit-export together`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edge.errors import BadSetting
from export.crops.cells import cells_in, left_out_of
from export.crops.kept import read_told
from export.opinion.table import CellTable
from export.together.joined import joined

Out = Annotated[Path, typer.Argument(help="Folder of the networks together, for `examine` and `build`.")]
Runs = Annotated[list[Path], typer.Argument(help="Folders of finished trainings, two or more.")]
Stacked = Annotated[
    bool, typer.Option("--stacked", help="Weigh them by the fold that all left out, instead of averaging them.")
]
Data = Annotated[Path, typer.Option(help="Folder of the sets of images, or a file of cells of your own (.npz).")]
Work = Annotated[Path, typer.Option(help="Where the cells that were found in the sets are kept.")]


def together_command(
    out: Out,
    runs: Runs,
    stacked: Stacked = False,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
) -> None:
    """Join trained networks of any rooms into one that says what they say together."""
    joined(runs, out, _held(runs, data, work) if stacked else None)


def _held(runs: list[Path], data: Path, work: Path) -> CellTable:
    """The cells of the fold that the first of them left out; `joined` sees to it that the others left it out too."""
    told = read_told(runs[0])
    if told.left_out is None:
        remedy = "Train each with --with fold=0, or average them."
        raise BadSetting("Networks that left nothing out cannot be weighed.", remedy)
    cells = cells_in(data, work)
    return cells.rows(left_out_of(cells, told))
