"""Faults on purpose: what happens to a board and its wire, at which command.

    half-line@3,noise@5*2,silence@9     the third reply is torn, the fifth and sixth are damaged, the ninth never comes

Commands are counted from 1, one per line and one per byte that overtakes lines. The same schedule and seed do the same.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.sim.boards.board import SimBoard

_ENTRY = re.compile(r"([a-z-]+)(?:@([0-9]{1,6})(?:\*([0-9]{1,6}))?)?")

KINDS: dict[str, str] = {
    "half-line": "the reply breaks off in the middle of a line",
    "noise": "bytes of the reply are damaged",
    "nak": "the board refuses the line as if it had come damaged",
    "silence": "the line does not arrive, nothing is answered",
    "reboot": "power fails in the middle of the move, or at once when nothing moves",
    "stall": "the move hangs and never ends",
    "limit": "something stands in the way: the stage cannot leave its place",
    "unplug": "the port vanishes",
    "wrong-firmware": "another firmware answers, from the beginning",
}
"""Every fault, and what happens."""

OTHER_FIRMWARE = b"Klipper v0.12.0-85-gd785b396\r\n"


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: of what kind, from which command on, for how many commands."""

    kind: str
    first: int = 1
    times: int = 1

    def hits(self, command: int) -> bool:
        """It happens at this command."""
        return self.first <= command < self.first + self.times


def read_schedule(text: str) -> tuple[Planned, ...]:
    """A schedule as written on the command line.

    Raises:
        BadScopeSettings: it names no known fault.
    """
    return tuple(map(_planned, filter(None, (part.strip() for part in text.split(",")))))


def _planned(text: str) -> Planned:
    match = _ENTRY.fullmatch(text)
    if match is None or match[1] not in KINDS:
        raise BadScopeSettings(
            f"“{text}” is no fault.", f"Write KIND@COMMAND or KIND@COMMAND*TIMES; kinds: {_known()}."
        )
    return Planned(match[1], int(match[2] or 1), int(match[3] or 1))


def _known() -> str:
    return ", ".join(KINDS)


class Faulty:
    """A board with faults. `unplugged` tells the port to vanish."""

    def __init__(self, board: SimBoard, schedule: tuple[Planned, ...], seed: int = 0) -> None:
        self._board = board
        self._schedule = schedule
        self._random = random.Random(seed)  # noqa: S311  damage, not secrets
        self._held = b""
        self._commands = 0
        self._reboot_due = False
        self.unplugged = False
        self.mechanics = board.mechanics

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what comes back over a bad wire."""
        *lines, self._held = re.split(rb"(?<=[\n?!~\x18\x85])", self._held + data)
        return b"".join(map(self._one, filter(None, lines)))

    def tick(self) -> bytes:
        """Time has passed."""
        said = self._board.tick()
        if self._reboot_due and self.mechanics.moving:
            self._reboot_due = False
            return said + self._board.reset()
        return said

    def reset(self) -> bytes:
        """Power fails and returns."""
        self._held = b""
        return self._board.reset()

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a damaged line."""
        return self._board.refuse(line)

    def replugged(self) -> None:
        """It is back at the wire."""
        self.unplugged = False
        self._held = b""

    def _one(self, line: bytes) -> bytes:
        if line.strip(b"\r\n"):
            self._commands += 1
        said = None
        for fault in self._schedule:
            if fault.hits(self._commands) or fault.kind == "wrong-firmware":
                said = _HAPPENS[fault.kind](self, line)
        return self._board.feed(line) if said is None else said

    def _half(self, line: bytes) -> bytes:
        said = self._board.feed(line)
        return said[: max(1, len(said.rstrip()) // 2)]

    def _noise(self, line: bytes) -> bytes:
        return bytes(
            byte if self._random.random() < 0.5 else self._random.randrange(128, 256) for byte in self._board.feed(line)
        )

    def _nak(self, line: bytes) -> bytes:
        return self._board.refuse(line)

    def _silence(self, line: bytes) -> bytes:
        return b""

    def _reboot(self, line: bytes) -> bytes:
        said = self._board.feed(line)
        if self.mechanics.moving:
            self._reboot_due = True
            return said
        return said + self._board.reset()

    def _stall(self, line: bytes) -> bytes:
        said = self._board.feed(line)
        if self.mechanics.moving:
            self.mechanics.stall()
        return said

    def _limit(self, line: bytes) -> bytes:
        self.mechanics.block()
        return self._board.feed(line)

    def _unplug(self, line: bytes) -> bytes:
        self.unplugged = True
        return b""

    def _other(self, line: bytes) -> bytes:
        return OTHER_FIRMWARE


_HAPPENS: dict[str, Callable[[Faulty, bytes], bytes]] = {
    "half-line": Faulty._half,
    "noise": Faulty._noise,
    "nak": Faulty._nak,
    "silence": Faulty._silence,
    "reboot": Faulty._reboot,
    "stall": Faulty._stall,
    "limit": Faulty._limit,
    "unplug": Faulty._unplug,
    "wrong-firmware": Faulty._other,
}
