"""From a training that was asked for to a trained network in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from torch import nn

from export.crops.cells import cells_in, fold_numbers
from export.crops.distil import DistilTask, Teacher
from export.crops.kept import Told, read_trained, write_trained
from export.crops.options import DistilOptions
from export.crops.task import CropTask
from export.errors import BadCheckpoint
from export.gan.kept import Restainer, read_restainer
from export.learning.hardware import hardware_of
from export.learning.loop import seconds_taken, train
from export.learning.team import from_first, joined
from export.networks.origin import features_of, open_module
from export.opinion.table import CellTable
from export.rooms.asked import Asked
from export.rooms.finishing import finished
from export.rooms.fitting import FitSpec
from export.rooms.head import require_learnable
from export.rooms.hooks import own_loss
from export.rooms.opinion import OpinionSpec
from export.rooms.searching import searched
from export.rooms.spec import TrainSpec
from export.rooms.starting import marks_of, started
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX


def cells_of(data: Path, work: Path, spec: TrainSpec | FitSpec | OpinionSpec) -> CellTable:
    """The cells to learn from: of the sets in a folder, or a file of one's own; without the fold that is left out."""
    cells = cells_in(data, work)
    return cells if spec.fold is None else cells.rows(fold_numbers(cells) != spec.fold)


def taught_by_labels(asked: Asked, cells: CellTable, out: Path) -> None:
    """Train by labels into a folder, after its room's search for settings; one that was killed goes on. Of a team the
    first member searches, finishes and writes.

    Raises:
        BadCrops: a label has no cells or those of one group, or a word is unknown.
        OtherRun: the folder holds another run.
        Diverged: the loss is no number any more.
    """
    require_learnable(asked.head, cells)
    with joined(asked.spec.device) as member:
        found = replace(asked, spec=from_first(member, lambda: searched(asked, cells, out).spec))
        told, options = _told(found, cells, ()), found.spec.options
        task = _task(found, told, cells)
        weights = train(task, out, options, team=member)
    if member.writes:
        kept, said = finished(task, weights, told, found.spec.finish_cells)
        write_trained(out, kept, _measured(said, out, options.device))


def _task(asked: Asked, told: Told, cells: CellTable) -> CropTask:
    first, spec = partial(_first, asked, told), asked.spec
    return CropTask(cells, first, told.name, spec.options, asked.head, own_loss(asked.network), restainer_of(spec))


def taught_by_teachers(asked: Asked, cells: CellTable, folders: Sequence[Path], out: Path) -> None:
    """Train a network to say what larger ones say.

    Raises:
        BadCheckpoint: a teacher has not been trained, or tells other labels.
        NoNetwork: nothing says which module gives a network's last picture.
        OtherRun, BadCrops, Diverged: as above.
    """
    require_learnable(asked.head, cells)
    told, options = _told(asked, cells, [each.name for each in folders]), _by_teachers(asked.spec)
    task = DistilTask(
        cells,
        partial(_first, asked, told),
        told.name,
        options=options,
        head=asked.head,
        teachers=[_teacher(each, asked) for each in folders],
        features=features_of(asked.network),
        restainer=restainer_of(asked.spec),
    )
    with joined(options.device) as member:
        weights = train(task, out, options, team=member)
    if member.writes:
        write_trained(out, weights, _measured(told, out, options.device))


def restainer_of(spec: TrainSpec) -> Restainer | None:
    """The stain GAN that was asked for; none was: None.

    Raises:
        BadCheckpoint: its folder holds none.
    """
    return None if spec.stain_gan is None else read_restainer(Path(spec.stain_gan), spec.restained, spec.device)


def _by_teachers(spec: TrainSpec) -> DistilOptions:
    options = spec.options
    if not isinstance(options, DistilOptions):
        raise TypeError("a training by teachers is asked for with a DistilSpec")
    return options


def _teacher(folder: Path, asked: Asked) -> Teacher:
    trained = read_trained(folder)
    if trained.told.labels != asked.head.labels:
        remedy = f"A teacher of this network tells {', '.join(asked.head.labels)}."
        raise BadCheckpoint(f"{folder} was taught other labels.", remedy)
    told = trained.told
    if told.measures:
        remedy = "Distil from rooms that look at pictures."
        raise BadCheckpoint(f"{folder} holds a network that is told measures; a student sees pictures alone.", remedy)
    return Teacher(trained.module.to(asked.spec.device), told.view, told.size_px, features_of(told.network))


def _told(asked: Asked, cells: CellTable, teachers: Sequence[str]) -> Told:
    spec = asked.spec
    return Told(
        network=asked.network,
        settings=asked.settings,
        head=asked.head,
        view=spec.view,
        size_px=spec.size_px,
        um_per_px=UM_PER_PX * SIZE_PX / spec.size_px,
        learned_from=tuple(np.unique(cells.sources).tolist()),
        taught_by=tuple(teachers),
        steps=spec.steps,
        batch=spec.batch,
        seed=spec.seed,
        left_out=spec.fold,
        cells=cells.mark,
        started_from=marks_of(spec.published),
        restained_by=None if spec.stain_gan is None else Path(spec.stain_gan).name,
    )


def _first(asked: Asked, told: Told) -> nn.Module:
    """The network as training begins."""
    return started(open_module(told.network, len(told.labels), told.settings), asked.spec.published)


def _measured(told: Told, out: Path, device: str) -> Told:
    """With what the training took, and on what."""
    return replace(told, seconds=round(seconds_taken(out), 1), hardware=hardware_of(device))
