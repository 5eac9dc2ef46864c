"""Faults on purpose: what happens to a board and its wire, at which command.

    half-line@3,noise@5:2,silence@9     the third reply is torn, the fifth and sixth are damaged, the ninth never comes

The grammar is that of `firmware_bridge.sim.schedule`. Commands are counted from 1, one per line and one per byte that
overtakes lines. A fault without a duration happens to one command; `unplug` and `wrong-firmware` last until they are
cured. The same plan and seed do the same.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.sim.boards.board import NoticesOpening, SimBoard
from firmware_bridge.sim.schedule import Schedule, Span, parse_schedule, with_usual

KINDS: dict[str, str] = {
    "half-line": "the reply breaks off in the middle of a line",
    "noise": "bytes of the reply are damaged",
    "nak": "the board refuses the line as if it had come damaged",
    "silence": "the line does not arrive, nothing is answered",
    "reboot": "power fails in the middle of the move, or at once when nothing moves",
    "stall": "the move hangs and never ends",
    "limit": "something stands in the way: the stage cannot leave its place",
    "unplug": "the port vanishes; after the time that is named it comes back, under another number",
    "wrong-firmware": "another firmware answers",
}
"""Every fault, and what happens."""

OTHER_FIRMWARE = b"Klipper v0.12.0-85-gd785b396\r\n"

_LASTS = dict.fromkeys(KINDS.keys() - {"unplug", "wrong-firmware"}, Span(count=1))


class Faulty:
    """A board with faults. `unplugged` tells the port to vanish.

    Args:
        board: a sound one.
        faults: the plan.
        clock: seconds.
        seed: of the damage that noise does.

    Raises:
        BadScopeSettings: the plan is not understood.
    """

    def __init__(
        self, board: SimBoard, faults: str, clock: Callable[[], float] = time.monotonic, seed: int = 0
    ) -> None:
        self._board = board
        self.schedule = Schedule(with_usual(parse_schedule(faults, KINDS, BadScopeSettings), _LASTS))
        self._clock = clock
        self._began_s = clock()
        self._random = random.Random(seed)  # noqa: S311  damage, not secrets
        self._held = b""
        self._commands = 0
        self._reboot_due = False
        self.unplugged = False
        self.mechanics = board.mechanics

    @property
    def returns(self) -> bool:
        """It was unplugged for a time, which is over."""
        return self.unplugged and not self._goes_on("unplug")

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

    def opened(self) -> None:
        """A program opens the port."""
        if isinstance(self._board, NoticesOpening):
            self._board.opened()

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a damaged line."""
        return self._board.refuse(line)

    def replugged(self) -> None:
        """It is back at the wire."""
        self.unplugged = False
        self._held = b""
        self.schedule.cure("unplug")

    def _one(self, line: bytes) -> bytes:
        if line.strip(b"\r\n"):
            self._commands += 1
        kind = next(filter(self._goes_on, KINDS), None)
        return self._board.feed(line) if kind is None else _HAPPENS[kind](self, line)

    def _goes_on(self, kind: str) -> bool:
        return self.schedule.goes_on(kind, self._commands, self._clock() - self._began_s)

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
