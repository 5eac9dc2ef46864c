"""Listens to all that a board says, whoever reads it, and counts what a sound line never brings."""

from __future__ import annotations

from firmware_bridge.boards.dialect import Dialect, Role
from firmware_bridge.boards.host import REPLY_LIMIT
from firmware_bridge.boards.lines import Line, Lines
from firmware_bridge.transport import Transport

GREETED: dict[str, bytes] = {"sangaboard": b"version", "marlin": b"M999", "grbl": b"\x18"}
"""What is answered by the words that a board else says only after a start."""


class Tap:
    """A transport in front of another one.

    damaged   lines that came with bytes that no board writes
    starts    how often it began anew although nobody made it
    """

    def __init__(self, inner: Transport, dialect: Dialect) -> None:
        self.address = inner.address
        self._inner, self._dialect = inner, dialect
        self._lines = Lines(REPLY_LIMIT)
        self._greetings = self._asked = self.damaged = 0

    @property
    def starts(self) -> int:
        """Greetings beyond those that were asked for."""
        return max(0, self._greetings - self._asked)

    def read(self, wait_s: float) -> bytes:
        """As the other one reads."""
        data = self._inner.read(wait_s)
        for line in self._lines.feed(data):
            clean = isinstance(line, Line) and line.clean
            self.damaged += not clean
            self._greetings += isinstance(line, Line) and clean and self._greets(line.text)
        return data

    def write(self, data: bytes) -> None:
        """As the other one writes."""
        self._asked += data.count(GREETED[self._dialect.name])
        self._inner.write(data)

    def close(self) -> None:
        """As the other one closes."""
        self._inner.close()

    def _greets(self, text: str) -> bool:
        found = self._dialect.reply_to(text, None)
        return found is not None and found[0].role is Role.RESTART
