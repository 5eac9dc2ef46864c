"""Our end of the line: one question at a time, and what its answers mean. No input, no output.

    conversation = HostEnd(GRBL)
    port.write(conversation.ask(Said("$I")))
    for event in conversation.receive(port.read()): …

What may happen when is in `ASKING` and `HEARING`; a reply that has no row there is a stray.
"""

from __future__ import annotations

import enum

from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role, role_of
from firmware_bridge.boards.events import Again, Event, Heard, Noise
from firmware_bridge.boards.lines import Line, Lines, Overlong
from firmware_bridge.boards.numbering import numbered
from firmware_bridge.boards.said import Said, Value

REPLY_LIMIT = 512
"""Bytes of the longest line that is heard; the longest real one, Marlin's answer to M115, has about 300."""

NOISE_SHOWN = 40
MOST_REPEATS = 5
"""How often one line is sent again; what does not arrive then will not arrive."""


class Phase(enum.Enum):
    """Where the conversation stands.

    READY      a question may be asked
    ASKED      its end is awaited
    REPEATING  the board wants the line again, after its `ok`
    HALTED     an alarm: only rescue is understood
    """

    READY = "ready"
    ASKED = "asked"
    REPEATING = "repeating"
    HALTED = "halted"


ASKING: dict[tuple[Phase, Kind], Phase] = {
    (Phase.READY, Kind.LINE): Phase.ASKED,
    (Phase.READY, Kind.RESCUE): Phase.ASKED,
    (Phase.HALTED, Kind.RESCUE): Phase.ASKED,
    (Phase.READY, Kind.REALTIME): Phase.READY,
    (Phase.ASKED, Kind.REALTIME): Phase.ASKED,
    (Phase.REPEATING, Kind.REALTIME): Phase.REPEATING,
    (Phase.HALTED, Kind.REALTIME): Phase.HALTED,
}
"""What may be asked when, and what follows."""

HEARING: dict[tuple[Phase, Role], Phase] = {
    (Phase.ASKED, Role.ANSWER): Phase.ASKED,
    (Phase.ASKED, Role.END): Phase.READY,
    (Phase.ASKED, Role.REFUSAL): Phase.READY,
    (Phase.ASKED, Role.RESEND): Phase.REPEATING,
    (Phase.REPEATING, Role.END): Phase.ASKED,
    **{(phase, Role.ALARM): Phase.HALTED for phase in Phase},
    **{(phase, Role.RESTART): Phase.READY for phase in Phase},
    **{(phase, role): phase for phase in Phase for role in (Role.BUSY, Role.UNASKED)},
}
"""What may be heard when, and what follows. In no row: a stray, and nothing follows."""


class HostEnd:
    """The conversation with one board. Not safe for threads; `realtime` bytes need no conversation."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.phase = Phase.READY
        self._lines = Lines(REPLY_LIMIT)
        self._asked: Command | None = None
        self._text = ""
        self._number = 0
        self._repeats = 0

    def ask(self, said: Said) -> bytes:
        """The bytes of a question.

        Raises:
            ValueError: it may not be asked now, or its places cannot be filled.
        """
        command = self.dialect.commands[said.name]
        following = ASKING.get((self.phase, command.kind))
        if following is None:
            raise ValueError(f"{said.name} may not be asked while {self.phase.value}")
        text = command.form.write(said.values)
        if command.kind is Kind.REALTIME:
            return text.encode("latin-1") if self.dialect.realtime else f"{text}\n".encode("ascii")
        self.phase, self._asked, self._text, self._repeats = following, command, text, 0
        return self._line(int(said.number("n")) if said.name == "M110" else self._number + 1)

    def receive(self, data: bytes) -> list[Event]:
        """What these bytes mean."""
        return [event for line in self._lines.feed(data) for event in self._heard(line)]

    @property
    def halted(self) -> bool:
        """The board is in an alarm."""
        return self.phase is Phase.HALTED

    def abandon(self) -> None:
        """Await nothing any more: the answer will not come, or does not matter. A line that has begun is heard out."""
        self._asked = None
        self.phase = Phase.HALTED if self.phase is Phase.HALTED else Phase.READY

    def forget(self) -> None:
        """The line that has begun will not be ended."""
        self._lines.clear()

    def _line(self, number: int) -> bytes:
        if not self.dialect.numbered:
            return f"{self._text}\n".encode("ascii")
        self._number = number
        return f"{numbered(number, self._text)}\n".encode("ascii")

    def _heard(self, line: Line | Overlong) -> list[Event]:
        if isinstance(line, Overlong):
            return [Noise(f"a line of {line.length} bytes", clean=False)]
        found = self.dialect.reply_to(line.text, self._asked) if line.clean else None
        if found is None:
            return [Noise(_shown(line.text), line.clean)]
        return self._understood(*found)

    def _understood(self, reply: Reply, values: dict[str, Value]) -> list[Event]:
        role = role_of(reply, self._asked)
        following = HEARING.get((self.phase, role))
        said = Said(reply.name, values)
        if following is None:
            return [Heard(said, Role.STRAY)]
        if self.phase is Phase.REPEATING and role is Role.END:
            return self._again(following)
        if role is Role.RESEND:
            self._number = int(said.number("n"))
        self._follow(following)
        return [Heard(said, role)]

    def _again(self, following: Phase) -> list[Event]:
        """The line once more, under the number that the board wants; not for ever."""
        self.phase = following
        self._repeats += 1
        if self._asked is None or self._repeats > MOST_REPEATS:
            return []
        return [Again(self._line(self._number), self._asked.safe)]

    def _follow(self, following: Phase) -> None:
        self.phase = following
        if following in (Phase.READY, Phase.HALTED):
            self._asked = None


def _shown(text: str) -> str:
    printable = "".join(sign if sign.isprintable() and sign.isascii() else "?" for sign in text)
    return printable if len(printable) <= NOISE_SHOWN else printable[: NOISE_SHOWN - 1] + "…"
