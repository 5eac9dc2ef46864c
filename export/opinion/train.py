"""Train an opinion network on cells that the kit found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Generator, Tensor, nn

from edge.decide.views import VIEWS, channels
from export.learning import loop
from export.learning.options import deciding
from export.learning.team import Member
from export.opinion.augment import augmented
from export.opinion.balance import balanced
from export.opinion.labels import label_indices
from export.opinion.loss import opinion_loss
from export.opinion.options import TrainOptions
from export.opinion.shown import TORCH_VIEWS, shown
from export.opinion.table import CellTable
from export.opinion.trained import MeasureScale, Shape, write_trained
from models.marrowkit2026_opinion.net import MEASURES, OpinionNet

WEIGHTS_FILE = "weights.safetensors"
SEED_STEP = 1_000_003
"""Seeds of the steps of neighbouring runs lie so far apart."""


class Batch(NamedTuple):
    """Cells as the network sees them: (n, channels, s, s), standardised (n, measures), and places of labels (n,)."""

    image: Tensor
    measures: Tensor
    labels: Tensor


@dataclass(frozen=True, eq=False)
class OpinionTask:
    """What a found cell is."""

    cells: CellTable
    options: TrainOptions
    name: str = "opinion"
    unit: str = "cells"

    def network(self) -> nn.Module:
        """See `Task`."""
        return OpinionNet(self.options.widths, channels(VIEWS[self.options.view]))

    def batches(self, first: int, member: Member) -> Iterator[Batch]:
        """See `Task`."""
        step = first * member.size + member.number
        while True:
            yield self._batch(Generator().manual_seed(self.options.seed * SEED_STEP + step))
            step += member.size

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """See `Task`."""
        return opinion_loss(network(batch.image, batch.measures), batch.labels, self.options.smoothing)

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        digest = hashlib.sha256(json.dumps(asdict(deciding(self.options)), sort_keys=True).encode())
        for column in (self.cells.planes, self.cells.features, self.cells.labels, self.cells.sources):
            digest.update(np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()

    def _batch(self, random: Generator) -> Batch:
        drawn = torch.multinomial(self._weights, self.options.batch, replacement=True, generator=random)
        planes, measures = torch.from_numpy(self.cells.planes)[drawn], self._measures[drawn]
        batch = augmented(shown(planes, measures), random, self.options.augment)
        mean, std = (torch.from_numpy(each.astype(np.float32)) for each in (self._scale.mean, self._scale.std))
        return Batch(TORCH_VIEWS[self.options.view](batch), (batch.measures - mean) / std, self._labels[drawn])

    @cached_property
    def _scale(self) -> MeasureScale:
        return MeasureScale.of(self.cells)

    @cached_property
    def _measures(self) -> Tensor:
        return torch.from_numpy(self.cells.measures(MEASURES).astype(np.float32))

    @cached_property
    def _labels(self) -> Tensor:
        return torch.from_numpy(label_indices(self.cells.labels))

    @cached_property
    def _weights(self) -> Tensor:
        return torch.from_numpy(balanced(self._labels.numpy(), self.cells.sources))


def train(cells: CellTable, folder: Path, options: TrainOptions, on_step: loop.OnStep | None = None) -> Path:
    """Train, or go on, in `folder`; the file of the mean weights and of the measures' scale. See `loop.train`."""
    weights = loop.train(OpinionTask(cells, options), folder, options, on_step)
    write_trained(weights, Shape(options.view, options.widths), MeasureScale.of(cells), folder / WEIGHTS_FILE)
    return folder / WEIGHTS_FILE
