"""Parts of a network that begin with weights that somebody published, all but their heads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from edge.errors import BadSetting
from export.errors import BadCheckpoint
from export.networks.checkpoint import read_checkpoint
from models.backbones.published import start_from

WHOLE = "network"
"""Says in the place of a part's name that the network as a whole is meant."""
SHOWN = 12


Published = Mapping[str, Any]
"""Part (`body`, `network` for all of it) -> file of its checkpoint, see `read_checkpoint`; or parts of it -> files."""


def started(network: nn.Module, published: Published) -> nn.Module:
    """The network, its parts begun with these checkpoints.

    Raises:
        BadSetting: there is no such part, or it has no head.
        BadCheckpoint: a file cannot be read, or is of another network.
    """
    for name, file in _files(published):
        part = _part(network, name)
        try:
            start_from(part, read_checkpoint(Path(file)), _head_of(name, part))
        except ValueError as error:
            remedy = "Name the checkpoint of that network, and settings that leave it its published size."
            raise BadCheckpoint(f"{file} does not fit {name}: {error}.", remedy) from error
    return network


def marks_of(published: Published) -> tuple[str, ...]:
    """What is said of the checkpoints: part, file's name, the beginning of its SHA-256.

    Raises:
        BadCheckpoint: there is no such file.
    """
    return tuple(f"{name}: {Path(file).name} ({_digest(Path(file))})" for name, file in sorted(_files(published)))


def _files(published: Published, within: str = "") -> Iterator[tuple[str, str]]:
    for name, file in published.items():
        if isinstance(file, Mapping):
            yield from _files(file, f"{within}{name}.")
        else:
            yield f"{within}{name}", str(file)


def _digest(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()[:SHOWN]
    except OSError as error:
        raise BadCheckpoint(f"{file} cannot be read ({error.strerror}).", "Check the path.") from error


def _part(network: nn.Module, name: str) -> nn.Module:
    try:
        return network.get_submodule("" if name == WHOLE else name)
    except AttributeError as error:
        there = ", ".join(each for each, _ in network.named_children())
        raise BadSetting(f"The network has no part {name!r}.", f"It has {there}; {WHOLE} is all of it.") from error


def _head_of(name: str, part: nn.Module) -> str:
    """Its last linear layer."""
    found = [each for each, module in part.named_modules() if isinstance(module, nn.Linear)]
    if not found:
        raise BadSetting(f"The part {name!r} ends in no linear layer.", "Name the part that the checkpoint is of.")
    return str(found[-1])
