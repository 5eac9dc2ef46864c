"""What a conversation yields."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.boards.dialect import Role
from firmware_bridge.boards.said import Said


@dataclass(frozen=True, slots=True)
class Heard:
    """The board said something that fits its dialect. `role` is STRAY where it may not be said now."""

    said: Said
    role: Role


@dataclass(frozen=True, slots=True)
class Noise:
    """A line that fits nothing: shortened, and without what a terminal could obey. `clean`: it came undamaged."""

    text: str
    clean: bool = True


@dataclass(frozen=True, slots=True)
class Again:
    """These bytes must be sent once more: the board asked for it. `safe`: they begin nothing."""

    data: bytes
    safe: bool


Event = Heard | Noise | Again
