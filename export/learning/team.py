"""Several processes, on one machine or more, that train one network: started by `torchrun`, or one alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True, slots=True)
class Member:
    """One of `size` processes; number 0 writes the files."""

    number: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this one writes files and shows a bar."""
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
        yield Member(distributed.get_rank(), size)
    finally:
        distributed.destroy_process_group()


def shared(network: nn.Module, member: Member) -> nn.Module:
    """The network with its gradients averaged over the team."""
    return network if member.size == 1 else DistributedDataParallel(network)
