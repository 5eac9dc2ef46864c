"""What the loop has to know of a training: its network, its batches, and by how much the network is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, TypeVar

from torch import Tensor, nn

from export.learning.team import Member

Batch = TypeVar("Batch")


class Task(Protocol[Batch]):
    """One thing to learn.

    name         shown beside the bar
    unit         what a batch is made of: fields, cells
    fingerprint  of everything that decides the result; a folder keeps to one
    """

    @property
    def name(self) -> str:
        """Shown beside the bar."""

    @property
    def unit(self) -> str:
        """What a batch is made of."""

    @property
    def fingerprint(self) -> str:
        """A digest of options and samples."""

    def network(self) -> nn.Module:
        """The network as training begins, drawn from torch's seeded generator."""

    def batches(self, first: int, member: Member) -> Iterator[Batch]:
        """Batches `first`, `first` + 1, … of one member of the team, the same in every run."""

    def loss(self, network: nn.Module, batch: Batch) -> Tensor:
        """How wrong the network is on a batch; smaller is better."""
