"""A board on the bench: raw bytes for the rules of the wire, a drive for the rules of motion."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from firmware_bridge.boards.dialect import Dialect, Role, role_of
from firmware_bridge.boards.host import REPLY_LIMIT
from firmware_bridge.boards.lines import Line, Lines
from firmware_bridge.boards.said import Said
from firmware_bridge.conform.tap import Tap
from firmware_bridge.errors import (
    BadScopeSettings,
    BoardFault,
    BoardLost,
    BoardNonsense,
    BoardRefused,
    BoardRestarted,
    BoardSilent,
)
from firmware_bridge.scope.drives import Drive, make_drive
from firmware_bridge.scope.drives.drive import Triple
from firmware_bridge.scope.link import Link
from firmware_bridge.transport import Transport

WITHIN_S = 2.0
PATIENCE_S = 10.0

WHERE: dict[str, tuple[str, str]] = {
    "sangaboard": ("position", "position"),
    "marlin": ("M114", "position"),
    "grbl": ("$I", "version"),
}
"""A harmless line that every board of the family answers, and the reply that matters."""

STEP: dict[str, float] = {"sangaboard": 32.0, "marlin": 0.05, "grbl": 0.05}
"""A small move, in the board's units: 3 µm on an OpenFlexure stage, 50 µm where it counts millimetres."""

LONG: dict[str, float] = {"sangaboard": 1000.0, "marlin": 0.5, "grbl": 0.5}
"""The longest move that is ever made: 88 µm, or half a millimetre."""

LONG_S = 1.0

MODES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "sangaboard": (("blocking_moves?", "blocking", "blocking_moves"), ("led_cc?", "led_cc", "led_cc")),
}
"""What a board can tell of how it was set, with the reply and the command that sets it again."""


class Broken(Exception):
    """The board breaks a clause; says how."""


class NotHere(Exception):
    """The board has nothing that this clause is about."""


class Bench:
    """One board under test.

    Raises:
        BadScopeSettings: the step is longer than any move that is ever made.
    """

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        step: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.tap = self.transport = Tap(transport, dialect)
        self.dialect = dialect
        self.clock = clock
        self.step = STEP[dialect.name] if step is None else step
        self.long = LONG[dialect.name]
        if not 0 < self.step <= self.long:
            what = f"A move by {self.step:g} is no small one for {dialect.title}."
            raise BadScopeSettings(what, f"Choose a step up to {self.long:g}.")
        self.link = Link(self.tap, dialect, clock)
        self.drive: Drive = make_drive(self.link)

        self._found: dict[str, Said] = {}

    @property
    def troubles(self) -> str:
        """What went wrong on the line so far although the clauses were kept; empty where nothing did."""
        counts = (
            (self.link.repeats, "questions had to be asked again"),
            (self.tap.damaged, "lines came damaged"),
            (self.tap.starts, "starts that nobody asked for"),
        )
        return ", ".join(f"{count} {words}" for count, words in counts if count)

    def calm(self) -> None:
        """Nothing of what failed may spoil what comes next.

        Raises:
            BoardLost: the port is gone.
        """
        self.link.settle()
        try:
            self.drive.recover()
        except BoardLost:
            raise
        except BoardFault:
            self.link.settle()
        self.link.forgive()

    def note_modes(self) -> None:
        """Before anything is changed: how a board that can say so has its lamp and its moves."""
        self.link.settle()
        self.link.forgive()
        with suppress(BoardSilent, BoardRestarted):
            for question, reply, _ in MODES.get(self.dialect.name, ()):
                with suppress(BoardRefused, BoardNonsense):
                    self._found[question] = self.link.answer(question, reply)

    def put_back(self) -> None:
        """Lamp and moves as they were found. Raises BoardFault where the board does not take them."""
        for question, _, command in MODES.get(self.dialect.name, ()):
            if question in self._found:
                self.link.ask(command, WITHIN_S, **self._found[question].values)

    @property
    def where(self) -> bytes:
        """The harmless line, without its end."""
        name, _ = WHERE[self.dialect.name]
        return self.dialect.commands[name].form.write({}).encode("ascii")

    def lines(self, is_end: Callable[[str], bool], within_s: float = WITHIN_S, ends: int = 1) -> list[str]:
        """The lines that come, up to so many ends or until the time is over."""
        reader, found = Lines(REPLY_LIMIT), list[str]()
        until_s = self.clock() + within_s
        while self.clock() < until_s and sum(map(is_end, found)) < ends:
            came = reader.feed(self.transport.read(0.05))
            found += [line.text if isinstance(line, Line) else "…" for line in came]
        return found

    def exchange(self, data: bytes, within_s: float = WITHIN_S) -> list[str]:
        """What comes back to these bytes, up to the end of an answer to the harmless line or a refusal."""
        self.transport.write(data)
        return self.lines(self.is_end, within_s)

    def is_end(self, text: str) -> bool:
        """This line ends the answer to the harmless line, or refuses one."""
        command = self.dialect.commands[WHERE[self.dialect.name][0]]
        found = self.dialect.reply_to(text, command)
        return found is not None and role_of(found[0], command) in (Role.END, Role.REFUSAL)

    def is_answer(self, text: str) -> bool:
        """This line is the reply that matters."""
        reply = WHERE[self.dialect.name][1]
        return self.dialect.replies[reply].form.read(text) is not None

    def is_obedience(self, text: str) -> bool:
        """This line is an answer of this family, and no refusal."""
        found = self.dialect.reply_to(text, None)
        return found is not None and found[0].role is not Role.REFUSAL

    def expect_where(self, data: bytes) -> list[str]:
        """Send this, which should be the harmless line in some dress; all that comes back.

        Raises:
            Broken: no answer, or another one.
        """
        answered = self.exchange(data)
        if not any(map(self.is_answer, answered)):
            raise Broken(f"to {data!r} it said {shown(answered)}")
        return answered

    def move(self, by: Triple, in_s: float = 0.5) -> None:
        """Move and wait for the end.

        Raises:
            Broken: it does not end.
        """
        reckoned_s = self.drive.set_out(by, in_s)
        until_s = self.clock() + 1.5 * reckoned_s + PATIENCE_S
        while not self.drive.arrived(0.02):
            if self.clock() > until_s:
                raise Broken(f"a move that takes {reckoned_s:.1f} s did not end")


def shown(lines: list[str]) -> str:
    """The first of some lines, for people."""
    return " / ".join(line[:60] for line in lines[:4]) if lines else "nothing"
