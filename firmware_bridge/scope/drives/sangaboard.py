"""Moves a Sangaboard. From firmware 1.0 on moves can be stopped; older ones get them in pieces of a quarter second."""

from __future__ import annotations

import re
import threading

from firmware_bridge.boards.sangaboard import V1
from firmware_bridge.errors import BoardRefused
from firmware_bridge.scope.drives.drive import Triple, introduced, stranger
from firmware_bridge.scope.link import Link

PIECE_S = 0.25
_VERSION = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})")
OLD = "It hears nothing while it moves: a stop waits up to a quarter second. Install Sangaboard firmware 1.0."
_NO_SWITCHES = "Bring the stage to a known place by hand and say where it is."


class SangaboardDrive:
    """Counts in steps, exactly."""

    grid = 1.0
    slack = 0.5

    def __init__(self, link: Link) -> None:
        self._link = link
        self.listens = False
        self.warning = ""
        self._step_s = 1e-3
        self._left: Triple = (0.0, 0.0, 0.0)
        self._halted = threading.Event()

    def greet(self) -> str:
        """Which firmware answers."""
        said = introduced(self._link, "version", "version", "Sangaboard")[0]
        match = _VERSION.match(said.text("version"))
        if match is None:
            raise stranger(self._link, "Sangaboard", f" Its version is “{said.text('version')}”.")
        self.listens = (int(match[1]), int(match[2])) >= V1
        self.warning = "" if self.listens else OLD
        if self.listens:
            self._link.ask("blocking_moves", on="false")
        self._step_s = self._link.answer("step_delay?", "step_delay").number("us") / 1e6
        return f"Sangaboard {said.text('version')}"

    def position(self) -> Triple:
        """Steps."""
        said = self._link.answer("position", "position")
        return (said.number("x"), said.number("y"), said.number("z"))

    def set_out(self, by: Triple, in_s: float) -> float:
        """Begin a move; the board's own speed decides."""
        self._halted.clear()
        self._left = by
        self._next_piece()
        return max(map(abs, by)) * self._step_s

    def arrived(self, wait_s: float) -> bool:
        """At rest?"""
        if self.listens:
            self._link.listen(wait_s)
            return self._link.answer("moving?", "moving").text("on") == "false"
        if not self._link.ended(wait_s):
            return False
        if self._halted.is_set() or not any(self._left):
            return True
        self._next_piece()
        return False

    def set_out_home(self) -> float:
        """There are no home switches."""
        raise BoardRefused("A Sangaboard has no home switches.", _NO_SWITCHES)

    def lamp(self, share: float) -> None:
        """The constant-current lamp; firmware before 1.0 knows none."""
        if not self.listens:
            raise BoardRefused(
                "This firmware cannot set the lamp.", "Install Sangaboard firmware 1.0, or use the knob."
            )
        self._link.ask("led_cc", share=share)

    def halting(self) -> bytes:
        """Stops at once; before 1.0 after the piece under way."""
        self._halted.set()
        return b"stop\n" if self.listens else b""

    def recover(self) -> None:
        """Ask it to stop, and listen anew."""
        self._link.forgive()
        self._link.settle()
        if self.listens:
            self._link.ask("stop")
            self._link.ask("blocking_moves", on="false")

    def _next_piece(self) -> None:
        piece = self._left if self.listens else _shortened(self._left, max(1.0, PIECE_S // self._step_s))
        x, y, z = self._left
        self._left = (x - piece[0], y - piece[1], z - piece[2])
        values = dict(zip("xyz", map(round, piece), strict=True))
        if self.listens:
            self._link.ask("mr", **values)
        else:
            self._link.begin("mr", **values)


def _shortened(by: Triple, most: float) -> Triple:
    """The first steps of a move: at most so many on each axis, in its direction."""
    longest = max(map(abs, by))
    share = 1.0 if longest <= most else most / longest
    x, y, z = (float(round(each * share)) for each in by)
    return (x, y, z)
