"""Teach a stain GAN in the common loop: five steps of the critic, then one of the generator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn

from edge.errors import BadSetting
from export.gan.domains import Indices
from export.gan.light import laid_down, pictures_of_light
from export.gan.options import GanOptions
from export.learning.digest import include_weights
from export.learning.options import deciding
from export.learning.team import Member
from export.opinion.table import Planes8
from models.inner import inner
from models.yang2023_mobilevitv2.gan import Critic, Pair
from models.yang2023_mobilevitv2.gan import Generator as Restains
from models.yang2023_mobilevitv2.gan_losses import Perception, Shown, critic_loss, generator_loss

SEED_STEP = 1_000_003
"""Seeds of the steps of neighbouring runs lie so far apart."""


class Turn(NamedTuple):
    """A batch, and whether the critic learns from it or the generator."""

    shown: Shown
    critic: bool


@dataclass(frozen=True, eq=False)
class GanTask:
    """Cells (n, 5, s, s) in other stains.

    stains  of each cell, (n,)
    eyes    that compare what a picture shows before and after; none: nobody compares
    """

    planes: Planes8
    stains: Indices
    options: GanOptions
    eyes: Perception | None
    name: str = "stain-gan"
    unit: str = "cells"

    def network(self) -> nn.Module:
        """See `Task`."""
        told = self.options
        restains = Restains(told.stains, told.width, told.blocks)
        return Pair(restains, Critic(told.stains, self.planes.shape[-1], told.width, told.halvings))

    def batches(self, first: int, member: Member) -> Iterator[Turn]:
        """See `Task`.

        Raises:
            BadSetting: several processes were started; gradients of gradients are not averaged over a team.
        """
        if member.size > 1:
            raise BadSetting("A stain GAN is taught by one process.", "Start it without torchrun.")
        number = first
        while True:
            random = Generator().manual_seed(self.options.seed * SEED_STEP + number)
            yield Turn(self._shown(random), number % (self.options.critic_steps + 1) < self.options.critic_steps)
            number += 1

    def loss(self, network: nn.Module, batch: Turn) -> Tensor:
        """See `Task`."""
        pair = inner(network, Pair)
        if batch.critic:
            return critic_loss(pair, batch.shown, self.options.weights)
        return generator_loss(pair, batch.shown, self.options.weights, self.eyes)

    @cached_property
    def fingerprint(self) -> str:
        """See `Task`."""
        digest = hashlib.sha256(json.dumps(asdict(deciding(self.options)), sort_keys=True).encode())
        digest.update(self.planes.tobytes() + self.stains.tobytes())
        if self.eyes is not None:
            include_weights(digest, self.eyes)
        return digest.hexdigest()

    def _shown(self, random: Generator) -> Shown:
        """Every stain is shown, and wanted, alike."""
        drawn = torch.multinomial(self._shares, self.options.batch, replacement=True, generator=random)
        pictures = laid_down(pictures_of_light(self.planes[drawn.numpy()]), random)
        wanted = torch.randint(self.options.stains, (len(drawn),), generator=random)
        between = torch.rand((len(drawn), 1, 1, 1), generator=random)
        columns = (pictures, self._stains[drawn], wanted, between)
        return Shown(*(each.to(self.options.device) for each in columns))

    @cached_property
    def _stains(self) -> Tensor:
        return torch.from_numpy(self.stains)

    @cached_property
    def _shares(self) -> Tensor:
        return 1.0 / torch.bincount(self._stains, minlength=self.options.stains)[self._stains]
