"""What a room does in its own way: functions that are found by their names.

`loss` in net.py        instead of the common loss
`finish` in finish.py   makes the network that is kept out of the trained one and its cells
`search` in search.py   finds settings before the training
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from torch import Tensor, nn

from export.networks.origin import rooms

OwnLoss = Callable[[nn.Module, Tensor, Tensor, Tensor], Tensor]
"""Of the network, what it sees (n, channels, s, s), places of labels (n,), and the outlines of cell and nucleus
(n, 2, s, s), each from 0 to 1."""


def own_loss(room: str) -> OwnLoss | None:
    """The room's loss; None: the common one."""
    return hook(room, "net", "loss")


def hook(room: str, module: str, name: str) -> Callable[..., Any] | None:
    """A function of a room's module, or None where there is no such module or function, or it is no room."""
    place = f"models.{room}.{module}"
    if room not in rooms() or find_spec(place) is None:
        return None
    found: Callable[..., Any] | None = getattr(import_module(place), name, None)
    return found
