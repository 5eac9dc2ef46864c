"""The board's end of the line: sentences in, replies out. From the same tables as our own end. No input, no output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.boards.lines import Line, Lines, Overlong
from firmware_bridge.boards.numbering import Counted, Damaged, counted
from firmware_bridge.boards.said import Said, Value


@dataclass(frozen=True, slots=True)
class Sentences:
    """A command line, understood."""

    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A command line that is no sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class TooLong:
    """A command line beyond the board's limit."""


Asked = Sentences | Unclear | TooLong | Damaged


class DeviceEnd:
    """Understands commands and writes replies."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._lines = Lines(dialect.line_limit, dialect.empty)
        self.last_number = 0

    def receive(self, data: bytes) -> list[Asked]:
        """What these bytes ask, in order; bytes that overtake lines come first where they stand."""
        return [asked for part in self._parts(data) for asked in part]

    def reply(self, name: str, /, **values: Value) -> bytes:
        """A reply with its line end.

        Raises:
            ValueError: its places cannot be filled so.
        """
        return self.dialect.replies[name].form.write(values).encode("ascii") + self.dialect.newline

    def forget(self) -> None:
        """As after a reset."""
        self._lines.clear()
        self.last_number = 0

    def _parts(self, data: bytes) -> Iterator[list[Asked]]:
        begun = 0
        for at, byte in enumerate(data):
            if byte in self.dialect.realtime:
                yield self._asked(data[begun:at])
                yield [Sentences((Said(self.dialect.realtime[byte]),))]
                begun = at + 1
        yield self._asked(data[begun:])

    def _asked(self, data: bytes) -> list[Asked]:
        return [self._understood(line) for line in self._lines.feed(data)]

    def _understood(self, line: Line | Overlong) -> Asked:
        if isinstance(line, Overlong):
            return TooLong()
        if not self.dialect.numbered:
            return self._sentences(line.text)
        found = counted(line.text, self.last_number)
        return self._counted(found) if isinstance(found, Counted) else found

    def _counted(self, found: Counted) -> Asked:
        if found.number is not None:
            self.last_number = found.number
        return self._sentences(found.line)

    def _sentences(self, text: str) -> Asked:
        said = self.dialect.read_line(self.dialect, text)
        if said is None:
            return Unclear(text)
        return Sentences(tuple(said))
