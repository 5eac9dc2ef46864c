"""Teach a network that sees pictures of cells by their labels."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor, nn

from export.crops.options import CropOptions
from export.crops.shown import films_of, taught
from export.crops.views import Pictures, outlines, viewed
from export.gan.kept import Restainer
from export.learning.options import deciding
from export.learning.team import Member
from export.opinion.balance import balanced
from export.opinion.loss import opinion_loss
from export.opinion.table import CellTable
from export.rooms.head import SIX, Head, head_fields
from export.rooms.hooks import OwnLoss
from export.stain.augment import Film

SEED_STEP = 1_000_003
"""Seeds of the steps of neighbouring runs lie so far apart."""


class CropBatch(NamedTuple):
    """Pictures at the scale that cells are kept at, and places of labels (n,)."""

    pictures: Pictures
    labels: Tensor


@dataclass(frozen=True, eq=False)
class CropTask:
    """What a cell is, from its picture.

    make  the network as training begins
    told  what is said of the network: its name and settings, part of the run's fingerprint
    head  its labels
    own   its room's loss, where it has one
    restainer  a stain GAN that brings some of the cells into other stains, where there is one
    """

    cells: CellTable
    make: Callable[[], nn.Module]
    told: str
    options: CropOptions
    head: Head = SIX
    own: OwnLoss | None = None
    restainer: Restainer | None = None
    name: str = "crops"
    unit: str = "cells"

    def network(self) -> nn.Module:
        """See `Task`."""
        return self.make()

    def batches(self, first: int, member: Member) -> Iterator[CropBatch]:
        """See `Task`."""
        step = first * member.size + member.number
        while True:
            yield self._batch(Generator().manual_seed(self.options.seed * SEED_STEP + step))
            step += member.size

    def loss(self, network: nn.Module, batch: CropBatch) -> Tensor:
        """See `Task`."""
        image = viewed(batch.pictures, self.options.view, self.options.size_px)
        if self.own is not None:
            return self.own(network, image, batch.labels, outlines(batch.pictures, self.options.size_px))
        return self.named(network(image), batch.labels)

    def named(self, logits: Tensor, labels: Tensor) -> Tensor:
        """The common loss of logits (n, labels)."""
        return opinion_loss(logits, labels, self.options.smoothing, self.head.others)

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        told = [self.told, head_fields(self.head), asdict(deciding(self.options))]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        if self.restainer is not None:
            digest.update(self.restainer.digest.encode())
        for column in (self.cells.planes, self.cells.labels, self.cells.sources):
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()

    def _batch(self, random: Generator) -> CropBatch:
        drawn = torch.multinomial(self._weights, self.options.batch, replacement=True, generator=random).numpy()
        planes = self.cells.planes[drawn]
        if self.restainer is not None:
            planes = self.restainer(planes, random)
        pictures = taught(planes, self._films, random, self.options)
        device = self.options.device
        return CropBatch(pictures.to(device), self._labels[drawn].to(device))

    @cached_property
    def _films(self) -> tuple[Film, ...]:
        return films_of(self.cells.planes, self.options.films, self.options.seed)

    @cached_property
    def _labels(self) -> Tensor:
        return torch.from_numpy(self.head.places(self.cells.labels.tolist()))

    @cached_property
    def _weights(self) -> Tensor:
        return torch.from_numpy(balanced(self._labels.numpy(), self.cells.sources, self.head.shares))
