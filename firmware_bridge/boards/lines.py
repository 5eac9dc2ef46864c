"""Bytes to lines, in bounded memory."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end. Bytes that are not ASCII stand as U+FFFD."""

    text: str

    @property
    def clean(self) -> bool:
        """It holds nothing but printable ASCII."""
        return self.text.isascii() and self.text.isprintable()


@dataclass(frozen=True, slots=True)
class Overlong:
    """A line that was longer than allowed and was thrown away."""

    length: int


class Lines:
    """Cuts a stream at CR, LF or CRLF. Keeps `limit` bytes at most, whatever comes.

    Lines(80).feed(b"ok\\r\\nerr")  →  [Line("ok")]

    Args:
        limit: bytes of the longest line.
        empty: empty lines are lines too; CRLF is the end of one and of an empty one then.
    """

    def __init__(self, limit: int, empty: bool = False) -> None:
        self._limit = limit
        self._empty = empty
        self._held = b""
        self._length = 0

    @property
    def held(self) -> int:
        """How many bytes of an unfinished line are kept."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Line | Overlong]:
        """The lines that these bytes complete."""
        *ended, begun = _END.split(data)
        found = []
        for part in ended:
            self._add(part)
            found.append(self._finish())
        self._add(begun)
        return [line for line in found if line is not None]

    def clear(self) -> None:
        """Forget the unfinished line."""
        self._held, self._length = b"", 0

    def _add(self, part: bytes) -> None:
        self._length += len(part)
        self._held = (self._held + part[: self._limit + 1])[: self._limit + 1]

    def _finish(self) -> Line | Overlong | None:
        held, length = self._held, self._length
        self.clear()
        if length > self._limit:
            return Overlong(length)
        text = held.decode("ascii", "replace").strip()
        return Line(text) if text or self._empty else None
