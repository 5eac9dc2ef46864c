"""A trained network in a folder: its weights, and everything that must be known to ask it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor, nn

from edge.durable import write_durably
from edge.errors import BadSetting
from export.errors import BadCheckpoint
from export.networks.checkpoint import load_weights, read_checkpoint
from export.networks.origin import open_module
from export.rooms.head import SIX, Head, head_fields, made_head
from models.symmetry import make_plain

WEIGHTS_FILE, TOLD_FILE, FINISHED_FILE = "weights.safetensors", "trained.json", "float32.onnx"


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a trained network.

    network, settings   as `export.networks.origin.open_module` takes them; or FINISHED_FILE, the folder's own
    head                its labels, in the order of its outputs
    view, size_px, um_per_px   how the kit shows it a cell
    measures            what it is told of a cell beside the picture, by the kit's names
    learned_from        the sets of its training cells
    taught_by           folders' names of its teachers; none: it learned from labels alone
    steps, batch, seed  of its training
    left_out            number of the fold of patients, slides and images that it did not learn from, if it was one
    cells               mark of the cells that it learned from, see `CellTable`; none: nobody told
    restained_by        folder's name of the stain GAN that brought cells into other stains, if one did
    started_from        published checkpoints that its parts began with
    seconds, hardware   what its steps took, and where; none: nobody measured
    """

    network: str
    settings: Mapping[str, Any]
    head: Head
    view: str
    size_px: int
    um_per_px: float
    learned_from: tuple[str, ...]
    taught_by: tuple[str, ...]
    steps: int
    batch: int
    seed: int
    left_out: int | None = None
    cells: str | None = None
    restained_by: str | None = None
    started_from: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    seconds: float | None = None
    hardware: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """In the order of its outputs."""
        return self.head.labels

    @property
    def name(self) -> str:
        """The network, its settings and what it began with, as one word."""
        settings = (f"{key}={value}" for key, value in sorted(self.settings.items()))
        return "-".join([self.network, *settings, *self.started_from])

    @property
    def plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        own = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "head"}
        return {**own, "settings": dict(self.settings), "labels": list(self.labels), **head_fields(self.head)}


@dataclass(frozen=True, eq=False)
class Trained:
    """A network with its weights, for evaluation: its layers are ordinary ones."""

    module: nn.Module
    told: Told


def write_trained(folder: Path, weights: Mapping[str, Tensor], told: Told) -> None:
    """Weights first, and last the file that says what they are: a folder with it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / WEIGHTS_FILE, save(dict(weights)))
    write_durably(folder / TOLD_FILE, json.dumps(told.plain, indent=1, sort_keys=True).encode())


def write_finished(folder: Path, network: bytes, told: Told) -> None:
    """A network that is told of likewise and exists as float32 ONNX only; the last file says so."""
    write_durably(folder / FINISHED_FILE, network)
    plain = {**told.plain, "network": FINISHED_FILE, "settings": {}}
    write_durably(folder / TOLD_FILE, json.dumps(plain, indent=1, sort_keys=True).encode())


def read_trained(folder: Path) -> Trained:
    """The network that was trained in a folder.

    Raises:
        BadCheckpoint: the training has not ended, its files do not fit each other, or it is a finished ONNX network.
        NoNetwork: its network is not to be had here.
    """
    told = read_told(folder)
    if told.network == FINISHED_FILE:
        what = f"{folder} holds a finished network, {FINISHED_FILE}, and no module of torch's."
        raise BadCheckpoint(what, "Name the folder of the training; this one is for `marrowkit-export build --from`.")
    module = open_module(told.network, len(told.labels), told.settings)
    load_weights(module, read_checkpoint(folder / WEIGHTS_FILE))
    make_plain(module)
    return Trained(module.eval(), told)


def read_told(folder: Path) -> Told:
    """What is said of the network that was trained in a folder.

    Raises:
        BadCheckpoint: the training has not ended, or its file cannot be read.
    """
    file = folder / TOLD_FILE
    if not file.is_file():
        raise BadCheckpoint(f"{folder} holds no trained network.", "Finish its training: marrowkit-export train.")
    try:
        return _told(json.loads(file.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, BadSetting) as error:
        raise BadCheckpoint(f"{file} cannot be read: {error}.", "Train again, or copy the folder again.") from error


def _told(plain: dict[str, Any]) -> Told:
    """Of older trainings only the labels are told, always the usual six."""
    labels, words = tuple(plain.pop("labels")), plain.pop("words", None)
    sides = plain.pop("positive", ()), plain.pop("urgent", ())
    head = SIX if words is None else made_head({label: words[label] for label in labels}, *sides)
    if head.labels != labels:
        raise ValueError("its labels are told without the words that mean them")
    lists = {name: tuple(plain.get(name, ())) for name in ("learned_from", "taught_by", "started_from", "measures")}
    return Told(**{**plain, **lists, "head": head})
