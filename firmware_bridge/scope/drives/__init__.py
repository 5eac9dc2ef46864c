"""How each family of boards is moved, behind one protocol."""

from __future__ import annotations

from importlib import import_module

from firmware_bridge.scope.drives.drive import Drive
from firmware_bridge.scope.link import Link

DRIVES: dict[str, str] = {
    "sangaboard": "firmware_bridge.scope.drives.sangaboard:SangaboardDrive",
    "marlin": "firmware_bridge.scope.drives.marlin:MarlinDrive",
    "grbl": "firmware_bridge.scope.drives.grbl:GrblDrive",
}
"""The drive of each dialect."""


def make_drive(link: Link) -> Drive:
    """The drive for this conversation's dialect."""
    module, _, name = DRIVES[link.dialect.name].partition(":")
    drive: Drive = getattr(import_module(module), name)(link)
    return drive


__all__ = ["DRIVES", "Drive", "make_drive"]
