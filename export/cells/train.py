"""Train a cells network on composed fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path

from safetensors.torch import load_file, save
from torch import Tensor, nn

from edge.durable import write_durably
from export.cells.compose import ComposeOptions
from export.cells.dataset import Batch, Pools, Recipe, stream
from export.cells.loss import segmentation_loss
from export.cells.options import TrainOptions
from export.learning import loop
from export.learning.options import deciding
from export.learning.team import Member
from models.marrowkit2026_cells.net import CellsNet

WEIGHTS_FILE = "weights.safetensors"
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, eq=False)
class CellsTask:
    """Where nucleated cells are, learned from fields composed of tiles.

    start  weights to begin from, else drawn with the seed
    """

    pools: Pools
    options: TrainOptions
    compose: ComposeOptions
    start: Mapping[str, Tensor] | None = None
    name: str = "cells"
    unit: str = "fields"

    def network(self) -> nn.Module:
        """See `Task`."""
        network = CellsNet(self.options.widths)
        if self.start is not None:
            network.load_state_dict(dict(self.start))
        return network

    def batches(self, first: int, member: Member) -> Iterator[Batch]:
        """See `Task`."""
        recipe = Recipe(self.pools, self.compose, self.options.batch, self.options.seed)
        for batch in stream(recipe, first, self.options.workers, member):
            yield Batch(*(each.to(self.options.device) for each in batch))

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """See `Task`."""
        return segmentation_loss(network(batch.image), batch)

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        told = [asdict(deciding(self.options)), asdict(self.compose)]
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        for file in self.pools.files:
            with file.open("rb") as content:
                for chunk in iter(partial(content.read, CHUNK_BYTES), b""):
                    digest.update(chunk)
        for name, each in sorted((self.start or {}).items()):
            digest.update(name.encode() + each.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()


def train(
    pools: Pools,
    folder: Path,
    options: TrainOptions,
    compose: ComposeOptions,
    start: Mapping[str, Tensor] | None = None,
    on_step: loop.OnStep | None = None,
) -> Path:
    """Train, or go on training, in `folder`; the file of the mean weights. See `loop.train`."""
    weights = loop.train(CellsTask(pools, options, compose, start), folder, options, on_step)
    write_durably(folder / WEIGHTS_FILE, save(weights))
    return folder / WEIGHTS_FILE


def read_weights(file: Path) -> dict[str, Tensor]:
    """The mean weights that `train` wrote."""
    weights: dict[str, Tensor] = load_file(file)
    return weights
