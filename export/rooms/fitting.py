"""Rooms that are fitted to their cells in one go, instead of taught in steps."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from edge.errors import BadSetting
from export.crops.kept import TOLD_FILE, Told, write_trained
from export.errors import OtherRun
from export.learning.hardware import hardware_of
from export.learning.loop import RUN_FILE
from export.learning.team import require_alone
from export.opinion.table import CellTable
from export.rooms.card import card_of
from export.rooms.head import Head, require_learnable
from export.rooms.own import own_spec
from export.rooms.spec import FOLDS, Above
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX
from models.ordaz2014_fuzzy_rbf.fit import FitOptions

FITTED: Mapping[str, str] = {"ordaz2014_fuzzy_rbf": "export.rooms.fuzzy_rbf:fitted_network"}
"""A room, and the function that makes its network out of cells."""
VIEW, PICTURE_PX = "nucleus", 16
"""The kit gives every network a picture: such a room's is the smallest that a training allows."""
USUAL = FitOptions()
Fit = Callable[[CellTable, FitOptions], "Fitted"]


@dataclass(frozen=True, eq=False)
class Fitted:
    """What came of cells: a network, the settings that make one of its shape, its labels, and what it is told."""

    network: nn.Module
    settings: Mapping[str, Any]
    labels: tuple[str, ...]
    measures: tuple[str, ...]


class FitSpec(BaseModel):
    """One fitting: the fold to leave out, and the fields of `FitOptions`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fold: Annotated[int, Field(ge=0, lt=FOLDS)] | None = None
    seed: Annotated[int, Field(ge=0)] = USUAL.seed
    units_per_label: Annotated[int, Field(ge=1)] = USUAL.units_per_label
    spread: Above = USUAL.spread
    narrowest: Above = USUAL.narrowest
    ridge: Above = USUAL.ridge
    limit: Above = USUAL.limit
    folds: Annotated[int, Field(ge=2)] = USUAL.folds

    @property
    def options(self) -> FitOptions:
        """As the fitting wants it."""
        return FitOptions(**self.model_dump(exclude={"fold"}))


def is_fitted(network: str) -> bool:
    """Whether a network comes of cells in one go."""
    return network in FITTED


def fit_spec(room: str, way: str | None, said: Sequence[str]) -> FitSpec:
    """What is said over what the room's card says.

    Raises:
        BadSetting: a field is of a training in steps, or unknown, or makes no sense.
    """
    return own_spec(room, way, said, FitSpec, "is fitted to its cells and not taught in steps")


def fitted_to(room: str, spec: FitSpec, cells: CellTable, out: Path) -> float:
    """Fit a room into a folder, as `examine` and `build` take it; the seconds that it took. No steps, so no curve.

    Raises:
        BadCrops: a label has no cells or those of one group, or a word is unknown.
        FitFault: cells are too few for the room, or a measure is no number.
        OtherRun: the folder holds a training.
        BadSetting: torchrun started several processes, or the card's head is not what the room tells.
    """
    require_alone(f"train {room}")
    head = card_of(room).head
    require_learnable(head, cells)
    _require_new(out)
    began = time.monotonic()
    found = _fit_of(room)(cells, spec.options)
    seconds = time.monotonic() - began
    _require_told(head, found, room)
    write_trained(out, found.network.float().state_dict(), _told(room, spec, cells, found, seconds))
    return seconds


def _fit_of(room: str) -> Fit:
    module, function = FITTED[room].split(":")
    found: Fit = getattr(import_module(module), function)
    return found


def _require_new(out: Path) -> None:
    if any((out / name).exists() for name in (TOLD_FILE, RUN_FILE)):
        raise OtherRun(f"{out} holds a training.", "Name a new folder: fitting takes seconds, and nothing goes on.")


def _require_told(head: Head, found: Fitted, room: str) -> None:
    if head.labels != found.labels:
        what = f"The card of {room} has the labels {', '.join(head.labels)}; it tells {', '.join(found.labels)}."
        raise BadSetting(what, "Correct its [head].")


def _told(room: str, spec: FitSpec, cells: CellTable, found: Fitted, seconds: float) -> Told:
    return Told(
        network=room,
        settings=found.settings,
        head=card_of(room).head,
        view=VIEW,
        size_px=PICTURE_PX,
        um_per_px=UM_PER_PX * SIZE_PX / PICTURE_PX,
        learned_from=tuple(np.unique(cells.sources).tolist()),
        taught_by=(),
        steps=0,
        batch=0,
        seed=spec.seed,
        left_out=spec.fold,
        cells=cells.mark,
        measures=found.measures,
        seconds=round(seconds, 1),
        hardware=hardware_of("cpu"),
    )
