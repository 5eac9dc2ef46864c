"""Composed fields as an endless stream of batches, the same from the same seed however many processes make them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from export.cells.compose import ComposeOptions, Composer, Sample
from export.cells.tile import TileFile
from export.learning.team import Member


class Batch(NamedTuple):
    """`Sample`s stacked: float32 and twice uint8, (batch, 3, side, side)."""

    image: Tensor
    target: Tensor
    weight: Tensor


@dataclass(frozen=True, slots=True)
class Pools:
    """Where the tiles are that fields are composed of."""

    singles: Path
    fields: Path
    cut_outs: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.singles, self.fields) if self.cut_outs is None else (self.singles, self.fields, self.cut_outs)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what batch number k holds."""

    pools: Pools
    compose: ComposeOptions
    batch: int
    seed: int

    def composer(self) -> Composer:
        """With the tiles' files opened."""
        cut_outs = () if self.pools.cut_outs is None else TileFile(self.pools.cut_outs)
        return Composer(TileFile(self.pools.singles), TileFile(self.pools.fields), cut_outs, self.compose)


class Batches(IterableDataset[Batch]):
    """Batches `first`, `first` + 1, … Each sample draws from a generator seeded with its own number.

    Of n workers, the k-th makes every n-th batch from the k-th on, which is the order in which a DataLoader asks them.
    The members of a team take turns: of two, one makes the batches of even number.
    """

    def __init__(self, recipe: Recipe, first: int = 0, member: Member | None = None) -> None:
        self._recipe, self._first, self._member = recipe, first, member or Member()

    def __iter__(self) -> Iterator[Batch]:
        composer = self._recipe.composer()
        worker = get_worker_info()
        number, step = (self._first, 1) if worker is None else (self._first + worker.id, worker.num_workers)
        while True:
            yield self._batch(composer, number * self._member.size + self._member.number)
            number += step

    def _batch(self, composer: Composer, number: int) -> Batch:
        places = range(number * self._recipe.batch, (number + 1) * self._recipe.batch)
        return stacked([composer.sample(np.random.default_rng((self._recipe.seed, place))) for place in places])


def stacked(samples: list[Sample]) -> Batch:
    """Samples as a batch."""
    return Batch(
        torch.from_numpy(np.stack([each.image for each in samples])),
        torch.from_numpy(np.stack([each.target for each in samples])),
        torch.from_numpy(np.stack([each.weight for each in samples])),
    )


def stream(recipe: Recipe, first: int, workers: int, member: Member | None = None) -> Iterator[Batch]:
    """Batches from number `first` on, made by so many processes beside this one."""
    loader = DataLoader(
        Batches(recipe, first, member),
        batch_size=None,
        num_workers=workers,
        worker_init_fn=_alone,
        multiprocessing_context="spawn"
        if workers
        else None,  # forking a process in which torch has threads may lock up
    )
    return iter(loader)


def _alone(_: int) -> None:
    """A worker leaves the other cores to the others."""
    cv2.setNumThreads(1)
