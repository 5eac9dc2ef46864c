"""Moves a Marlin board: relative moves, then M400 until all is done. Where it is, it tells in steps."""

from __future__ import annotations

from firmware_bridge.errors import BoardNonsense
from firmware_bridge.scope.drives.drive import Triple, introduced, stranger
from firmware_bridge.scope.link import CHECK_CABLE, Link

HOMING_S = 120.0
LAMP_FULL = 255
BUSY_S = 6.0
"""Marlin says that it is busy every 2 s; three missing mean that it is not there."""


class MarlinDrive:
    """Counts in millimetres; steps decide what it can do."""

    grid = 1e-5
    listens = False
    slack = 1e-3

    def __init__(self, link: Link) -> None:
        self._link = link
        self._steps_per_mm: Triple = (80.0, 80.0, 400.0)

    def greet(self) -> str:
        """Which firmware answers."""
        self._link.settle()
        said = introduced(self._link, "M115", "firmware", "Marlin")
        name = said.text("name")
        if not name.startswith("Marlin"):
            raise stranger(self._link, "Marlin", f" It is “{name[:40]}”.")
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
        """Begin a move."""
        way = sum(each * each for each in by) ** 0.5
        x, y, z = by
        self._link.ask("G91")
        self._link.ask("G1", x=x, y=y, z=z, f=max(60.0 * way / max(in_s, 1e-3), 1e-3))
        self._link.begin("M400")
        return in_s

    def arrived(self, wait_s: float) -> bool:
        """At rest: M400 was answered."""
        return self._link.ended(wait_s)

    def set_out_home(self) -> float:
        """Home all axes."""
        self._link.begin("G28")
        return HOMING_S

    def lamp(self, share: float) -> None:
        """The lamp hangs on the fan output."""
        self._link.ask("M106", s=round(LAMP_FULL * share))

    def halting(self) -> bytes:
        """Stops at once, where the firmware was built with EMERGENCY_PARSER."""
        return b"M410\n"

    def recover(self) -> None:
        """Stop what is left, wake it if it was halted, and count lines anew."""
        self._link.forgive()
        self._link.shout(self.halting())
        self._link.settle()
        if self._link.halted:
            self._link.ask("M999")
        self._link.ask("M110", n=0)
        if self._link.halted:
            raise BoardNonsense("The board stays halted.", CHECK_CABLE)
