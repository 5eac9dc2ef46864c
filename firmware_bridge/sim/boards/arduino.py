"""A board that begins anew whenever a program opens its port, as an Arduino does: the adapter's DTR line resets it."""

from __future__ import annotations

from collections.abc import Callable

from firmware_bridge.sim.boards.board import SimBoard

BOOT_S = 1.6
"""How long the boot loader of an Uno or a Mega waits for a new program; nothing is heard in the meantime."""


class Arduino:
    """Deaf after its port was opened, then it greets, counting from zero. Otherwise the board that it carries."""

    def __init__(self, board: SimBoard, clock: Callable[[], float], boot_s: float = BOOT_S) -> None:
        self._board = board
        self._clock = clock
        self._boot_s = boot_s
        self._up_at_s = clock()
        self._greeting = b""
        self.mechanics = board.mechanics

    def opened(self) -> None:
        """A program opens the port."""
        self._greeting = self._board.reset()
        self._up_at_s = self._clock() + self._boot_s

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""
        return b"" if self._booting else self._greeted() + self._board.feed(data)

    def tick(self) -> bytes:
        """Time has passed."""
        return b"" if self._booting else self._greeted() + self._board.tick()

    def reset(self) -> bytes:
        """Power fails and returns."""
        self._greeting = b""
        return self._board.reset()

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a damaged line."""
        return self._board.refuse(line)

    @property
    def _booting(self) -> bool:
        return self._clock() < self._up_at_s

    def _greeted(self) -> bytes:
        said, self._greeting = self._greeting, b""
        return said
