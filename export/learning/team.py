"""Several processes, on one machine or more, that train one network: started by `torchrun`, or one alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel

from edge.errors import BadSetting

PATIENCE = timedelta(days=7)
"""For what the first member does alone, such as a search; `torchrun` ends the others where it fails."""

Anything = TypeVar("Anything")


@dataclass(frozen=True, slots=True)
class Member:
    """One of `size` processes; number 0 reads and writes the files.

    line  over which they wait for each other and tell each other things; none: alone
    """

    number: int = 0
    size: int = 1
    line: Any = field(default=None, compare=False, repr=False)

    @property
    def writes(self) -> bool:
        """Whether this one reads and writes files and shows a bar."""
        return self.number == 0


@contextmanager
def joined(device: str) -> Iterator[Member]:
    """This process as a member of the team that `torchrun` started; alone where it did not."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield Member()
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    distributed.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        member = Member(distributed.get_rank(), size, distributed.new_group(backend="gloo", timeout=PATIENCE))
        yield member
        distributed.barrier(group=member.line)  # nobody leaves while another still speaks
    finally:
        distributed.destroy_process_group()


def require_alone(command: str) -> None:
    """Commands of many stages, each with files of its own, are one process's.

    Raises:
        BadSetting: `torchrun` started more.
    """
    size = os.environ.get("WORLD_SIZE", "1")
    if size != "1":
        raise BadSetting(
            f"{command} is the work of one process, and torchrun started {size}.",
            "Start it without torchrun; train and distil are what several processes share.",
        )


def shared(network: nn.Module, member: Member) -> nn.Module:
    """The network with its gradients averaged over the team."""
    return network if member.size == 1 else DistributedDataParallel(network)


def from_first(member: Member, make: Callable[[], Anything]) -> Anything:
    """What `make` gives the first member of the team, for every one of them: the others may have other disks."""
    if member.size == 1:
        return make()
    held = [make() if member.writes else None]
    distributed.broadcast_object_list(held, src=0, group=member.line)
    return held[0]  # type: ignore[return-value]
