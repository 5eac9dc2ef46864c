"""From what is said on the command line and in a room's card to a trained network in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edge.runtime.device import this_device
from export.building.reading import merged
from export.building.said import fields_said
from export.crops.cells import fold_numbers, training_cells
from export.crops.distil import DistilTask, Teacher
from export.crops.kept import Told, read_trained, write_trained
from export.crops.options import DistilOptions
from export.crops.task import CropTask
from export.crops.views import channels_of
from export.errors import BadCheckpoint
from export.learning.loop import seconds_taken, train
from export.networks.origin import features_of, open_module
from export.opinion.table import CellTable, read_cells
from export.rooms.card import card_of, way_of
from export.rooms.head import Head, require_learnable
from export.rooms.hooks import own_loss
from export.rooms.spec import TrainSpec, train_spec
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX

CELLS_SUFFIX = ".npz"
USUAL_CHANNELS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A training that was asked for.

    network   a room of `models`, package.module:factory, or timm:NAME
    head      its labels
    spec      everything that is chosen
    """

    network: str
    head: Head
    spec: TrainSpec

    @property
    def settings(self) -> dict[str, Any]:
        """With the channels of the view, where they are not those that networks usually take."""
        seen = channels_of(self.spec.options.view)
        return self.spec.settings | ({} if seen == USUAL_CHANNELS else {"channels": seen})


def asked(network: str, way: str | None, said: Sequence[str], kind: type[TrainSpec] = TrainSpec) -> Asked:
    """What is said over what the card says of this way to train it.

    Raises:
        BadSetting: a field or the way is unknown, or a value makes no sense.
    """
    card = card_of(network)
    return Asked(network, card.head, train_spec(merged(way_of(card, way), fields_said(said)), kind))


def cells_of(data: Path, work: Path, spec: TrainSpec) -> CellTable:
    """The cells to learn from: of the sets in a folder, or a file of one's own; without the fold that is left out."""
    cells = read_cells(data) if data.suffix == CELLS_SUFFIX else training_cells(data, work)
    return cells if spec.fold is None else cells.rows(fold_numbers(cells) != spec.fold)


def taught_by_labels(asked: Asked, cells: CellTable, out: Path) -> None:
    """Train by labels into a folder; one that was killed goes on.

    Raises:
        BadCrops: a label has no cells or those of one group, or a word is unknown.
        OtherRun: the folder holds another run.
        Diverged: the loss is no number any more.
    """
    require_learnable(asked.head, cells)
    told, options = _told(asked, cells, ()), asked.spec.options
    make = partial(open_module, asked.network, len(told.labels), told.settings)
    task = CropTask(cells, make, told.name, options, asked.head, own_loss(asked.network))
    weights = train(task, out, options)
    write_trained(out, weights, _measured(told, out, options.device))


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
        partial(open_module, asked.network, len(told.labels), told.settings),
        told.name,
        options=options,
        head=asked.head,
        teachers=[_teacher(each, asked) for each in folders],
        features=features_of(asked.network),
    )
    weights = train(task, out, options)
    write_trained(out, weights, _measured(told, out, options.device))


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
    )


def _measured(told: Told, out: Path, device: str) -> Told:
    """With what the training took, and on what."""
    graphics = device.startswith("cuda")
    hardware = torch.cuda.get_device_name(device) if graphics else this_device().processor
    return replace(told, seconds=round(seconds_taken(out), 1), hardware=hardware)
