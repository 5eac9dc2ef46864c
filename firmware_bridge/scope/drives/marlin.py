"""Moves a Marlin board: relative moves, then M400 until all is done. Where it is, it tells in steps.

Without EMERGENCY_PARSER it reads M410 only when the moves before it are done, so it gets its moves in pieces of a
quarter second, and a stop waits for the piece under way.
"""

from __future__ import annotations

import threading
from itertools import pairwise

from firmware_bridge.boards import Said
from firmware_bridge.boards.forms import DECIMALS
from firmware_bridge.errors import BoardNonsense, BoardSilent
from firmware_bridge.scope.drives.drive import Triple, introduced, stranger
from firmware_bridge.scope.link import CHECK_CABLE, Link

HOMING_S = 120.0
LAMP_FULL = 255
PIECE_S = 0.25
OUTWAIT_S = 5.0
STOPPABLE = "EMERGENCY_PARSER:1"
UNSTOPPABLE = (
    "Its firmware has no EMERGENCY_PARSER: a stop waits up to a quarter second, and homing cannot be stopped. "
    "Switch EMERGENCY_PARSER on in its Configuration_adv.h."
)


class MarlinDrive:
    """Counts in millimetres; steps decide what it can do."""

    grid = 1e-5
    listens = False
    slack = 1e-3

    def __init__(self, link: Link) -> None:
        self._link = link
        self._steps_per_mm: Triple = (80.0, 80.0, 400.0)
        self.warning = ""
        self._halted = threading.Event()
        self._pieces: list[Triple] = []
        self._feed = 1.0

    def greet(self) -> str:
        """Which firmware answers."""
        said, *more = introduced(self._link, "M115", "firmware", "Marlin")
        name = said.text("name")
        if not name.startswith("Marlin"):
            raise stranger(self._link, "Marlin", f" It is “{name[:40]}”.")
        self.warning = "" if any(map(_stoppable, more)) else UNSTOPPABLE
        self._link.ask("M110", n=0)
        steps = self._link.answer("M92", "steps_per_mm")
        self._steps_per_mm = (steps.number("x"), steps.number("y"), steps.number("z"))
        if min(self._steps_per_mm) <= 0:
            raise BoardNonsense("The board has axes without steps per millimetre.", "Set them with M92 and M500.")
        self.slack = 1.5 / min(self._steps_per_mm)
        return name.partition(" SOURCE_CODE_URL")[0]

    def position(self) -> Triple:
        """Millimetres, from its count of steps: its own figure is the goal, with two decimals."""
        said = self._link.answer("M114", "position")
        x, y, z = (said.number(place) / per for place, per in zip(("cx", "cy", "cz"), self._steps_per_mm, strict=True))
        return (x, y, z)

    def set_out(self, by: Triple, in_s: float) -> float:
        """Begin a move; its pieces follow one another."""
        way = sum(each * each for each in by) ** 0.5
        self._feed = max(60.0 * way / max(in_s, 1e-3), 1e-3)
        self._pieces = parted(by, max(1, round(in_s / PIECE_S))) if self.warning else [by]
        self._halted.clear()
        self._link.ask("G91")
        self._next_piece()
        return in_s

    def arrived(self, wait_s: float) -> bool:
        """At rest: M400 was answered, and no piece is left or wanted."""
        if not self._link.ended(wait_s):
            return False
        if self._halted.is_set() or not self._pieces:
            return True
        self._next_piece()
        return False

    def set_out_home(self) -> float:
        """Home all axes."""
        self._pieces = []
        self._link.begin("G28")
        return HOMING_S

    def lamp(self, share: float) -> None:
        """The lamp hangs on the fan output."""
        self._link.ask("M106", s=round(LAMP_FULL * share))

    def halting(self) -> bytes:
        """Stops at once, or after the piece under way."""
        self._halted.set()
        return b"" if self.warning else b"M410\n"

    def recover(self) -> None:
        """Stop what is left, wake it if it was halted, and count lines anew."""
        self._link.forgive()
        self._link.shout(self.halting())
        self._link.settle()
        if self._link.halted:
            self._link.ask("M999")
        if self.warning:
            self._outwait()
        self._link.ask("M110", n=0)
        if self._link.halted:
            raise BoardNonsense("The board stays halted.", CHECK_CABLE)

    def _next_piece(self) -> None:
        x, y, z = self._pieces.pop(0)
        self._link.ask("G1", x=x, y=y, z=z, f=self._feed)
        self._link.begin("M400")

    def _outwait(self) -> None:
        """Wait for what is under way: the first `ok` may be that of an earlier M400, the next one comes at once."""
        until_s = self._link.clock() + OUTWAIT_S
        self._link.begin("M400")
        while not self._link.ended(0.02):
            if self._link.clock() > until_s:
                what = "The board goes on with a move that cannot be stopped."
                raise BoardSilent(what, "Switch the board off and on, then clear the fault.")
        self._link.settle()


def parted(by: Triple, count: int) -> list[Triple]:
    """A move in so many pieces, which add up to it on the grid of the figures that boards read."""
    marks = [[round(each * k / count, DECIMALS) for each in by] for k in range(count + 1)]
    return [(b[0] - a[0], b[1] - a[1], b[2] - a[2]) for a, b in pairwise(marks)]


def _stoppable(said: Said) -> bool:
    return said.name == "cap" and said.text("cap") == STOPPABLE
