"""`marrowkit-export train` and `distil`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from export.rooms.asked import asked
from export.rooms.card import WAYS
from export.rooms.fitting import fit_spec, fitted_to, is_fitted
from export.rooms.opinion import ROOM as OPINION
from export.rooms.opinion import opinion_spec, taught_opinion
from export.rooms.spec import DistilSpec, TrainSpec
from export.rooms.training import cells_of, taught_by_labels, taught_by_teachers

Network = Annotated[str, typer.Argument(help="A room of `models`, package.module:factory, or timm:NAME.")]
Out = Annotated[Path, typer.Argument(help="Folder of the run; one that was killed goes on.")]
Way = Annotated[
    str | None,
    typer.Option("--as", help=f"How the room's card says it: {', '.join(WAYS)}. Default: small, if it does."),
]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with", help=f"A field, such as steps=500 or settings.width=0.5: {', '.join(TrainSpec.model_fields)}."
    ),
]
DistilWith = Annotated[
    list[str] | None,
    typer.Option(
        "--with", help=f"A field, such as steps=500 or settings.width=0.5: {', '.join(DistilSpec.model_fields)}."
    ),
]
Data = Annotated[Path, typer.Option(help="Folder of the sets of images, or a file of cells of your own (.npz).")]
Work = Annotated[Path, typer.Option(help="Where the cells that were found in the sets are kept.")]
Teachers = Annotated[list[Path], typer.Option("--teacher", help="Folder of a trained network; several are averaged.")]


def train_command(
    network: Network,
    out: Out,
    way: Way = None,
    said: With = None,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
) -> None:
    """Train a network on pictures of single cells, by their labels, as its room's card says."""
    if is_fitted(network):
        spec = fit_spec(network, way, said or ())
        seconds = fitted_to(network, spec, cells_of(data, work, spec), out)
        print(f"Fitted in {seconds:.1f} s, in one go: there are no steps, and so no curve.")
        return
    if network == OPINION:
        opinion = opinion_spec(way, said or ())
        taught_opinion(opinion, cells_of(data, work, opinion), out)
        return
    training = asked(network, way, said or ())
    taught_by_labels(training, cells_of(data, work, training.spec), out)


def distil_command(
    network: Network,
    out: Out,
    teachers: Teachers,
    way: Way = None,
    said: DistilWith = None,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
) -> None:
    """Train a small network to say what larger ones say."""
    training = asked(network, way, said or (), DistilSpec)
    taught_by_teachers(training, cells_of(data, work, training.spec), teachers, out)
