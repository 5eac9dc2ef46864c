"""What every simulated board can do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from firmware_bridge.sim.boards.mechanics import Mechanics


class SimBoard(Protocol):
    """A board without its wire: bytes in, bytes out, and time that passes."""

    mechanics: Mechanics

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""

    def tick(self) -> bytes:
        """Time has passed; what it says by itself."""

    def reset(self) -> bytes:
        """Power fails and returns: counts begin at zero; what it says then."""

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a line, as if that had come damaged."""


@runtime_checkable
class NoticesOpening(Protocol):
    """A board that a program disturbs when it opens the port."""

    def opened(self) -> None:
        """A program opens the port."""
