"""What a room's own loss has to see of its network beside the answer, also where several processes train together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from torch import Tensor, nn

Kind = TypeVar("Kind", bound=nn.Module)


def inner(network: nn.Module, kind: type[Kind]) -> Kind:
    """The network of that kind: itself, or what `DistributedDataParallel` holds as its `module`.

    Raises:
        TypeError: it is of another kind.
    """
    found = network if isinstance(network, kind) else getattr(network, "module", network)
    if not isinstance(found, kind):
        raise TypeError(f"this loss is of a {kind.__name__}, not of a {type(found).__name__}")
    return found


@contextmanager
def results_of(module: nn.Module) -> Iterator[list[Tensor]]:
    """What the module gives each time it is asked, for as long as it is watched."""
    seen: list[Tensor] = []
    handle = module.register_forward_hook(lambda _module, _given, result: seen.append(result))
    try:
        yield seen
    finally:
        handle.remove()
