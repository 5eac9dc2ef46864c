"""Quantisation-aware fine-tuning: the network learns to say in 8 bits what it says in float32.

It is its own teacher, so no labels are needed: only pictures such as it will see.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from export.learning.loop import train
from export.learning.options import LoopOptions, deciding
from export.learning.team import Member
from export.quantising.fake import with_rounding, without_rounding

SEED_STEP = 1_000_003
WATCHED = 16
"""Batches that ranges are taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FineTuneOptions(LoopOptions):
    """One fine-tuning: short, and with small steps."""

    steps: int = 300
    batch: int = 32
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    clip: float | None = 1.0


@dataclass(frozen=True, eq=False)
class FineTuneTask:
    """Say what `original` says of `pictures` (n, channels, height, width), rounded."""

    original: nn.Module
    pictures: Tensor
    options: FineTuneOptions
    name: str = "fine-tune"
    unit: str = "cells"

    def network(self) -> nn.Module:
        """See `Task`."""
        size = self.options.batch
        return with_rounding(self.original, torch.split(self.pictures[: WATCHED * size], size))

    def batches(self, first: int, member: Member) -> Iterator[Tensor]:
        """See `Task`."""
        step = first * member.size + member.number
        while True:
            random = Generator().manual_seed(self.options.seed * SEED_STEP + step)
            drawn = torch.randint(len(self.pictures), (self.options.batch,), generator=random)
            yield self.pictures[drawn].to(self.options.device)
            step += member.size

    def loss(self, network: nn.Module, batch: Tensor) -> Tensor:
        """See `Task`: the divergence of the probabilities from the original's."""
        with torch.no_grad():
            due = functional.softmax(self.original(batch), 1)
        return functional.kl_div(functional.log_softmax(network(batch), 1), due, reduction="batchmean")

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        digest = hashlib.sha256(json.dumps(asdict(deciding(self.options)), sort_keys=True).encode())
        for each in (self.pictures, *self.original.state_dict().values()):
            digest.update(each.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()


def fine_tuned(module: nn.Module, pictures: Tensor, folder: Path, options: FineTuneOptions | None = None) -> nn.Module:
    """A copy of the module whose weights fit 8 bits; quantise it next, as any other.

    module    its form for engines: no batch norms, pictures to logits
    pictures  real ones, (n, channels, height, width), none of those that limits are measured on
    folder    of the run; one that was killed goes on

    Raises:
        NotQuantisable: as `with_rounding`.
        OtherRun: the folder holds another run.
    """
    wanted = options or FineTuneOptions()
    task = FineTuneTask(module.to(wanted.device).eval(), pictures, wanted)
    weights = train(task, folder, wanted)
    learned = task.network().cpu()
    learned.load_state_dict(weights)
    return without_rounding(learned).eval()
