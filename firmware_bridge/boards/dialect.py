"""The tables of a dialect: what may be asked, what may be answered, and which answer ends which question."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from firmware_bridge.boards.forms import Form
from firmware_bridge.boards.said import Said, Value


class Role(enum.Enum):
    """What a reply means for the conversation, whatever was asked.

    `ANSWER` and `END` belong to a question, the others come by themselves.
    """

    ANSWER = "answer"
    END = "end"
    REFUSAL = "refusal"
    BUSY = "busy"
    UNASKED = "unasked"
    ALARM = "alarm"
    RESTART = "restart"
    RESEND = "resend"
    STRAY = "stray"


class Kind(enum.Enum):
    """How a command travels: as a line, as bytes that overtake every line, or as a line that works in an alarm too."""

    LINE = "line"
    REALTIME = "realtime"
    RESCUE = "rescue"


@dataclass(frozen=True)
class Command:
    """One row of what may be asked.

    template  how it is written, see `forms`
    ends      names of the replies that end it
    answers   names of the replies that may come before
    kind      how it travels
    safe      asking twice does no more than asking once
    since     first firmware version that knows it, as (major, minor)
    help      one line for PROTOCOL.md
    """

    name: str
    template: str
    help: str
    ends: tuple[str, ...] = ("ok",)
    answers: tuple[str, ...] = ()
    kind: Kind = Kind.LINE
    safe: bool = False
    since: tuple[int, int] = (0, 0)

    @cached_property
    def form(self) -> Form:
        """Its reader and writer."""
        return Form(self.template)


@dataclass(frozen=True)
class Reply:
    """One row of what may be answered.

    template  how it is written, see `forms`
    role      what it means where nobody asked for it
    loose     it fits so much that it is only recognised where it was asked for
    """

    name: str
    template: str
    help: str
    role: Role = Role.STRAY
    loose: bool = False

    @cached_property
    def form(self) -> Form:
        """Its reader and writer."""
        return Form(self.template)


@dataclass(frozen=True)
class Dialect:
    """All that one family of boards says.

    title       for people
    baud        usual speed of the line
    line_limit  longest command the board takes, bytes
    read_line   a command line → sentences of `commands`, or None where the line is no sentence
    numbered    lines may carry a number and a checksum (Marlin)
    empty       the board answers empty lines too, and takes CRLF for two line ends (GRBL)
    refusals    what the numbers of its refusals mean
    alarms      what the numbers of its alarms mean
    kept        alarms after which the counted position still holds
    """

    name: str
    title: str
    baud: int
    line_limit: int
    commands: dict[str, Command]
    replies: dict[str, Reply]
    read_line: Callable[[Dialect, str], list[Said] | None]
    numbered: bool = False
    empty: bool = False
    newline: bytes = b"\r\n"
    realtime: dict[int, str] = field(default_factory=dict)
    refusals: dict[int, str] = field(default_factory=dict)
    alarms: dict[int, str] = field(default_factory=dict)
    kept: tuple[int, ...] = ()

    def reply_to(self, text: str, asked: Command | None) -> tuple[Reply, dict[str, Value]] | None:
        """The row that this line fits: among the answers to what was asked, else among all; None if none fits."""
        for reply in (*self._expected(asked), *self._unmistakable):
            values = reply.form.read(text)
            if values is not None:
                return reply, values
        return None

    @cached_property
    def _unmistakable(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies.values() if not reply.loose)

    def _expected(self, asked: Command | None) -> Iterator[Reply]:
        for name in (*asked.ends, *asked.answers) if asked else ():
            yield self.replies[name]


def role_of(reply: Reply, asked: Command | None) -> Role:
    """What a reply means now."""
    if asked and reply.name in asked.ends:
        return Role.END
    if asked and reply.name in asked.answers:
        return Role.ANSWER
    return reply.role


def by_name(*rows: Command) -> dict[str, Command]:
    """A table of commands."""
    return {row.name: row for row in rows}


def replies_by_name(*rows: Reply) -> dict[str, Reply]:
    """A table of replies."""
    return {row.name: row for row in rows}


def read_by_form(dialect: Dialect, line: str) -> list[Said] | None:
    """A command line of a dialect whose every command is one form."""
    for command in dialect.commands.values():
        values = command.form.read(line)
        if values is not None:
            return [Said(command.name, values)]
    return None
