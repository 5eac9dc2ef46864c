"""What tells one network's weights from another's."""

from __future__ import annotations

from typing import Protocol

from torch import nn


class Digest(Protocol):
    """A hash of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Take these bytes in."""


def include_weights(digest: Digest, network: nn.Module) -> None:
    """Names and values of all weights, in the order of their names."""
    for name, each in sorted(network.state_dict().items()):
        digest.update(name.encode() + each.cpu().contiguous().numpy().tobytes())
