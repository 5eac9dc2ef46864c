"""`marrowkit-export train` and `distil`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, get_args

import numpy as np
import typer

from edge.errors import BadSetting
from export.crops.cells import FOLDS, fold_numbers, training_cells
from export.crops.distil import DistilTask, Teacher
from export.crops.kept import Told, read_trained, write_trained
from export.crops.options import CropOptions, DistilOptions
from export.crops.task import CropTask
from export.crops.views import TORCH_VIEWS, channels_of, view_of
from export.learning.loop import train
from export.learning.options import Precision
from export.networks.origin import features_of, open_module
from export.opinion.table import CellTable, read_cells
from models.marrowkit2026_opinion.net import LABELS, SIZE_PX, UM_PER_PX

USUAL = CropOptions()
USUAL_CHANNELS = 3

Network = Annotated[str, typer.Argument(help="A room of `models`, package.module:factory, or timm:NAME.")]
Out = Annotated[Path, typer.Argument(help="Folder of the run; one that was killed goes on.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting of the network, such as width=0.5.")]
Data = Annotated[Path, typer.Option(help="Folder of the sets of images.")]
Work = Annotated[Path, typer.Option(help="Where the cells that were found in them are kept.")]
Cells = Annotated[Path | None, typer.Option(help="A file of cells of your own, instead of the sets.")]
Steps = Annotated[int, typer.Option(min=1, help="Optimiser steps.")]
Batch = Annotated[int, typer.Option(min=1, help="Cells in each, in each process.")]
Seen = Annotated[str, typer.Option("--view", help=f"What it sees of a cell: {', '.join(TORCH_VIEWS)}.")]
Size = Annotated[int, typer.Option(min=16, help="Side of the picture that the network takes, pixels.")]
Rate = Annotated[float, typer.Option(min=1e-7, help="Highest learning rate.")]
Seed = Annotated[int, typer.Option(min=0, help="The same seed gives the same network.")]
Device = Annotated[str, typer.Option(help="Where torch computes: cpu, cuda.")]
Fold = Annotated[
    int | None, typer.Option(min=0, max=FOLDS - 1, help="Leave this fold out, for `examine`: its patients and images.")
]
Exactly = Annotated[str, typer.Option("--precision", help=f"One of {', '.join(get_args(Precision))}.")]
Teachers = Annotated[list[Path], typer.Option("--teacher", help="Folder of a trained network; several are averaged.")]


def train_command(
    network: Network,
    out: Out,
    settings: Set = None,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
    cells: Cells = None,
    steps: Steps = USUAL.steps,
    batch: Batch = USUAL.batch,
    view: Seen = USUAL.view,
    size: Size = USUAL.size_px,
    rate: Rate = USUAL.learning_rate,
    seed: Seed = 0,
    device: Device = "cpu",
    precision: Exactly = "float32",
    fold: Fold = None,
) -> None:
    """Train a network on pictures of single cells, by their labels."""
    options = CropOptions(
        steps=steps,
        batch=batch,
        view=view_of(view),
        size_px=size,
        learning_rate=rate,
        seed=seed,
        device=device,
        precision=_precision(precision),
    )
    table = _cells(data, work, cells, fold)
    told = _told(network, _settings(settings, options), options, table, (), fold)
    task = CropTask(table, partial(open_module, network, len(LABELS), told.settings), told.name, options)
    write_trained(out, train(task, out, options), told)


def distil_command(
    network: Network,
    out: Out,
    teachers: Teachers,
    settings: Set = None,
    data: Data = Path("../shared/data"),
    work: Work = Path("runs/crops"),
    cells: Cells = None,
    steps: Steps = USUAL.steps,
    batch: Batch = USUAL.batch,
    view: Seen = USUAL.view,
    size: Size = USUAL.size_px,
    rate: Rate = USUAL.learning_rate,
    seed: Seed = 0,
    device: Device = "cpu",
    precision: Exactly = "float32",
    fold: Fold = None,
) -> None:
    """Train a small network to say what larger ones say."""
    options = DistilOptions(
        steps=steps,
        batch=batch,
        view=view_of(view),
        size_px=size,
        learning_rate=rate,
        seed=seed,
        device=device,
        precision=_precision(precision),
    )
    table = _cells(data, work, cells, fold)
    told = _told(network, _settings(settings, options), options, table, [each.name for each in teachers], fold)
    task = DistilTask(
        table,
        partial(open_module, network, len(LABELS), told.settings),
        told.name,
        options=options,
        teachers=[_teacher(each, device) for each in teachers],
        features=features_of(network),
    )
    write_trained(out, train(task, out, options), told)


def _teacher(folder: Path, device: str) -> Teacher:
    trained = read_trained(folder)
    if trained.told.labels != LABELS:
        raise BadSetting(f"{folder} was taught other labels.", f"A teacher tells {', '.join(LABELS)}.")
    return Teacher(
        trained.module.to(device), trained.told.view, trained.told.size_px, features_of(trained.told.network)
    )


def _cells(data: Path, work: Path, file: Path | None, fold: int | None) -> CellTable:
    cells = training_cells(data, work) if file is None else read_cells(file)
    return cells if fold is None else cells.rows(fold_numbers(cells) != fold)


def _told(
    network: str,
    settings: Mapping[str, Any],
    options: CropOptions,
    cells: CellTable,
    teachers: Sequence[str],
    fold: int | None,
) -> Told:
    return Told(
        network=network,
        settings=settings,
        labels=LABELS,
        view=options.view,
        size_px=options.size_px,
        um_per_px=UM_PER_PX * SIZE_PX / options.size_px,
        learned_from=tuple(np.unique(cells.sources).tolist()),
        taught_by=tuple(teachers),
        steps=options.steps,
        batch=options.batch,
        seed=options.seed,
        left_out=fold,
    )


def _settings(given: Sequence[str] | None, options: CropOptions) -> dict[str, Any]:
    """With the channels of the view, where they are not those that networks usually take."""
    seen = channels_of(options.view)
    return settings_of(given) | ({} if seen == USUAL_CHANNELS else {"channels": seen})


def settings_of(given: Sequence[str] | None) -> dict[str, Any]:
    """What was said with --set; raises BadSetting."""
    return dict(_setting(each) for each in given or ())


def _setting(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not (equals and name.isidentifier()):
        raise BadSetting(f"{text!r} is no setting.", "Write --set name=value.")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _precision(text: str) -> Precision:
    known: dict[str, Precision] = {each: each for each in get_args(Precision)}
    if text not in known:
        raise BadSetting(f"There is no precision {text!r}.", f"Take {', '.join(get_args(Precision))}.")
    return known[text]
