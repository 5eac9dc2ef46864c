"""Moves a GRBL 1.1 board: jogs, and status reports until it is idle."""

from __future__ import annotations

import threading

from firmware_bridge.boards import Said
from firmware_bridge.boards.grbl import Status, read_status
from firmware_bridge.errors import BoardAlarm, BoardNonsense, BoardRefused, BoardSilent
from firmware_bridge.scope.drives.drive import Triple, introduced, stranger
from firmware_bridge.scope.link import CHECK_CABLE, Link

HOMING_S = 120.0
LAMP_FULL = 30
STEPS_PER_MM = (100, 101, 102)
"""Numbers of settings (doc/markdown/settings.md): S of the full spindle; steps of x, y, z."""

REPORT_MM = 1e-3
"""Reports have three decimals."""

SETTLE_S = 1.0
RESET, CANCEL = b"\x18", b"\x85"


class GrblDrive:
    """Counts in millimetres, on the grid of its steps."""

    grid = 1e-5
    listens = True
    slack = REPORT_MM
    warning = ""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._homing = threading.Event()
        self._lamp_full = 0.0

    def greet(self) -> str:
        """Which firmware answers."""
        said = self._introduced()
        version = said.text("version")
        if not version.startswith("1.1"):
            raise stranger(self._link, "GRBL 1.1", f" It is GRBL {version[:20]}.")
        self._read_settings()
        if self._status().state == "Alarm":
            raise BoardAlarm("The board is locked by an alarm.", "Look at the stage, then home it.")
        return f"GRBL {version.partition(':')[0]}"

    def _introduced(self) -> Said:
        """Its answer to `$I`; one that is locked by a switch gives it after a reset only."""
        try:
            return introduced(self._link, "$I", "version", "GRBL 1.1")[0]
        except BoardSilent as silent:
            try:
                self._link.reset(RESET)
            except BoardSilent:
                raise silent from None
        return introduced(self._link, "$I", "version", "GRBL 1.1")[0]

    def _read_settings(self) -> None:
        """What it rests on is the step next to its goal, half a step away at most, and half as much for roundings."""
        listed = [said for said in self._link.ask("$$") if said.name == "setting"]
        values = {int(said.number("n")): said.number("value") for said in listed}
        steps = [values.get(number, 0.0) for number in STEPS_PER_MM]
        if min(steps) <= 0:
            raise BoardNonsense("The board has axes without steps per millimetre.", "Set $100, $101 and $102.")
        self.slack = 0.75 / min(steps) + REPORT_MM
        self._lamp_full = values.get(LAMP_FULL, 0.0)

    def position(self) -> Triple:
        """Millimetres."""
        at = self._status().at
        if at is None:
            raise BoardNonsense("The board reports no position.", "Set $10=1, so that its reports have one.")
        return at

    def set_out(self, by: Triple, in_s: float) -> float:
        """Begin a jog."""
        self._homing.clear()
        way = sum(each * each for each in by) ** 0.5
        x, y, z = by
        self._link.ask("$J", x=x, y=y, z=z, f=max(60.0 * way / max(in_s, 1e-3), 1e-3))
        return in_s

    def arrived(self, wait_s: float) -> bool:
        """At rest?"""
        if self._homing.is_set():
            return self._homed(wait_s)
        self._link.listen(wait_s)
        state = self._status().state
        if state == "Alarm":
            raise BoardAlarm("The board locked itself during the move.", "Look at the stage, then home it.")
        return state == "Idle"

    def set_out_home(self) -> float:
        """Home all axes; works in an alarm too."""
        self._homing.set()
        self._link.begin("$H")
        return HOMING_S

    def lamp(self, share: float) -> None:
        """The lamp hangs on the spindle output."""
        if self._lamp_full <= 0:
            raise BoardRefused("The board has no full scale for its lamp.", "Set $30, such as $30=1000.")
        self._link.ask("M3", s=self._lamp_full * share)

    def halting(self) -> bytes:
        """Cancel the jog, which keeps the position; homing can only be reset."""
        return RESET if self._homing.is_set() else CANCEL

    def recover(self) -> None:
        """Cancel what is left, reset what is in an alarm or does not obey, unlock.

        After `ALARM:1` and `ALARM:2` GRBL hears nothing but a reset, so nothing is asked before.
        """
        self._homing.clear()
        self._link.forgive()
        if self._link.halted or self._disobeys():
            self._link.reset(RESET)
        self._link.forgive()
        if self._status().state == "Alarm":
            self._link.ask("$X")

    def _disobeys(self) -> bool:
        """It does not come to rest when it is told to; one that says nothing may be locked, its alarm unheard."""
        self._link.shout(CANCEL)
        self._link.settle()
        try:
            return self._status().state != "Idle"
        except BoardSilent:
            return True

    def _homed(self, wait_s: float) -> bool:
        if not self._link.ended(wait_s):
            return False
        self._homing.clear()
        return True

    def _status(self) -> Status:
        status = read_status(self._link.answer("?", "status").text("report"))
        if status is None:
            raise BoardNonsense("The board's status report is damaged.", CHECK_CABLE)
        return status
