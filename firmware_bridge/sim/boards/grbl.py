"""A simulated GRBL 1.1."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from firmware_bridge.boards.device import Asked, DeviceEnd, Sentences, TooLong, Unclear
from firmware_bridge.boards.grbl import GRBL, Status, write_status
from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import MODAL
from firmware_bridge.sim.boards.grblsettings import GrblSettings
from firmware_bridge.sim.boards.mechanics import ZERO, Mechanics, Triple, triple
from firmware_bridge.sim.boards.modes import Modes, has_axes
from firmware_bridge.sim.boards.planner import RAPID_MM_PER_MIN, Planner

HOMING_S = 3.0
WAITING = 64
HINT = "['$' for help]"
IN_FORCE = ("G17", "G40", "G49", "G54", "G61", "G80", "G94", "M9")
"""Modes of which it knows just this one: named by `$G`, taken, and nothing changes."""

LOCKED = "'$H'|'$X' to unlock"
UNLOCKED_BY = ("$X", "$H", "$I", "$$", "$set", "$", "$#", "$G")


class Grbl:
    """Answers every line with `ok` or `error:N`; single bytes are obeyed in the middle of anything.

    Built without HOMING_INIT_LOCK: it does not ask for homing after a start. Empty lines get their `ok` too. After
    `ALARM:1` and `ALARM:2` it hears nothing but a reset (protocol.c, protocol_exec_rt_system).
    """

    def __init__(self, mechanics: Mechanics, clock: Callable[[], float]) -> None:
        self.mechanics = mechanics
        self._clock = clock
        self._end = DeviceEnd(GRBL)
        self._planner = Planner(mechanics)
        self._waiting: deque[Asked] = deque(maxlen=WAITING)
        self._until: Callable[[], bool] | None = None
        self._settings = GrblSettings()
        mechanics.steps_per_unit = self._settings.steps_per_mm
        self._spindle = 0.0
        self._begin()

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""
        return b"".join(map(self._taken, self._end.receive(data))) + self._work()

    def tick(self) -> bytes:
        """Time has passed: moves begin and end."""
        return self._work()

    def reset(self) -> bytes:
        """As after power returns."""
        self._planner.halt()
        self._planner.set_goal(ZERO)
        self._begin()
        return self._welcome()

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a damaged line."""
        return self._end.reply("error", code=2)

    def _begin(self) -> None:
        self._end.forget()
        self._waiting.clear()
        self._until = None
        self._modes = Modes()
        self._state, self._deaf = "Idle", False
        if self._spindle:
            self._lamp(0.0)

    def _taken(self, asked: Asked) -> bytes:
        name = asked.said[0].name if isinstance(asked, Sentences) and asked.said else ""
        if self._deaf and name != "reset":
            return b""
        if name in _AT_ONCE:
            return self._work() + _AT_ONCE[name](self)
        self._waiting.append(asked)
        return b""

    def _welcome(self) -> bytes:
        return b"\r\n" + self._end.reply("welcome", version="1.1h", hint=HINT)

    def _work(self) -> bytes:
        said = self._moved()
        while self._waiting and not (self._until is not None or self._planner.full or self._planner.held):
            said += self._answer(self._waiting.popleft()) + self._moved()
        return said

    def _moved(self) -> bytes:
        if self._planner.work() and self._settings.hard_limits:
            return self._critical(1)
        if self._planner.idle and self._state in ("Run", "Jog", "Home"):
            self._state = "Idle"
        if self._until is not None and self._until():
            self._until = None
            return self._end.reply("ok")
        return b""

    def _critical(self, code: int) -> bytes:
        """An alarm after which only a reset is heard."""
        self._planner.halt()
        self._waiting.clear()
        self._until, self._state, self._deaf = None, "Alarm", True
        return self._end.reply("alarm", code=code) + self._end.reply("message", text="Reset to continue")

    def _answer(self, asked: Asked) -> bytes:
        if isinstance(asked, TooLong):
            return self._error(11)
        if not isinstance(asked, Sentences):
            return self._error(_why(asked))
        before = self._until
        for said in asked.said:
            answer, code = self._obeyed(said)
            if code:
                return answer + self._error(code)
            if answer or self._state == "Alarm" or self._until is not before:
                return answer
        return self._end.reply("ok")

    def _error(self, code: int) -> bytes:
        return self._end.reply("error", code=code)

    def _obeyed(self, said: Said) -> tuple[bytes, int]:
        """What it says instead of `ok`, and the number of the error or 0."""
        if self._state == "Alarm" and said.name not in UNLOCKED_BY:
            return b"", 9
        if self._state == "Jog" and not said.name.startswith("$"):
            return b"", 9
        if said.text("code") in IN_FORCE:
            return b"", 0
        act = _ACTS.get(said.text("code") or said.name)
        if act is None:
            return b"", 3 if said.text("code").startswith("$") else 20
        return act(self, said)

    def _status(self) -> bytes:
        state = "Hold:0" if self._planner.held else self._state
        now = Status(state, "MPos", self.mechanics.count, self._planner.mm_per_min, self._spindle)
        return self._end.reply("status", report=write_status(now))

    def _hold(self) -> bytes:
        if self._state == "Jog":
            return self._cancel()
        if self._state == "Run":
            self._planner.hold()
        return b""

    def _resume(self) -> bytes:
        self._planner.held = False
        return b""

    def _cancel(self) -> bytes:
        if self._state == "Jog":
            self._planner.halt()
            self._state = "Idle"
        return b""

    def _soft_reset(self) -> bytes:
        homing, lost = self._state == "Home", self.mechanics.moving
        locked = lost or self._state == "Alarm"
        self._planner.halt()
        self._begin()
        said = (self._end.reply("alarm", code=6 if homing else 3) if lost else b"") + self._welcome()
        if not locked:
            return said
        self._state = "Alarm"
        return said + self._end.reply("message", text=LOCKED)

    def _jog(self, said: Said) -> tuple[bytes, int]:
        if self._state not in ("Idle", "Jog"):
            return b"", 8
        if said.number("f") <= 0 or not has_axes(said):
            return b"", 22 if said.number("f") <= 0 else 16
        modes = self._modes.of_jog(said)
        goal = modes.target(said, self._planner.goal)
        if self._settings.beyond(goal):
            return b"", 15
        self._set_out("Jog", goal, modes.mm * said.number("f"))
        return b"", 0

    def _move(self, said: Said) -> tuple[bytes, int]:
        self._modes.follow(said)
        if self._modes.motion == "G1" and self._modes.feed <= 0:
            return b"", 22
        if not has_axes(said):
            return b"", 0
        goal = self._modes.target(said, self._planner.goal)
        if self._settings.beyond(goal):
            return self._critical(2), 0
        self._set_out("Run", goal, self._modes.feed if self._modes.motion == "G1" else RAPID_MM_PER_MIN)
        return b"", 0

    def _set_out(self, state: str, goal: Triple, mm_per_min: float) -> None:
        if self._state == "Check":
            return
        self._planner.add(goal, min(mm_per_min, self._settings.fastest_mm_per_min))
        self._state = state

    def _check(self, said: Said) -> tuple[bytes, int]:
        """Check mode reads G-code and moves nothing; leaving it is a reset."""
        if self._state == "Check":
            self._begin()
            return self._listed(self._end.reply("message", text="Disabled"))[0] + self._welcome(), 0
        if self._state != "Idle":
            return b"", 8
        self._state = "Check"
        return self._listed(self._end.reply("message", text="Enabled"))

    def _home(self, said: Said) -> tuple[bytes, int]:
        if not self._settings.homing:
            return b"", 5
        self._planner.halt()
        self.mechanics.go_home(HOMING_S)
        self._planner.goal = ZERO
        self._state = "Home"
        self._until = lambda: self._planner.idle
        return b"", 0

    def _unlock(self, said: Said) -> tuple[bytes, int]:
        if self._state != "Alarm":
            return b"", 0
        self._state = "Idle"
        return self._end.reply("message", text="Caution: Unlocked") + self._end.reply("ok"), 0

    def _dwell(self, said: Said) -> tuple[bytes, int]:
        end_s = self._clock() + said.number("p")
        self._until = lambda: self._planner.idle and self._clock() >= end_s
        return b"", 0

    def _set(self, said: Said) -> tuple[bytes, int]:
        error = self._settings.set(int(said.number("n")), said.number("value"))
        self.mechanics.steps_per_unit = self._settings.steps_per_mm
        return b"", error

    def _listed(self, *replies: bytes) -> tuple[bytes, int]:
        return b"".join(replies) + self._end.reply("ok"), 0

    def _all_settings(self, said: Said) -> tuple[bytes, int]:
        return self._listed(*(self._end.reply("setting", n=n, value=value) for n, value in self._settings))

    def _info(self, said: Said) -> tuple[bytes, int]:
        version = self._end.reply("version", version="1.1h.20190825:Marrowkit simulator")
        return self._listed(version, self._end.reply("options", options="V,15,128"))

    def _state_of_gcode(self, said: Said) -> tuple[bytes, int]:
        now = self._modes
        units, kind, lamp = 20 if now.inches else 21, 91 if now.relative else 90, 3 if self._spindle else 5
        modes = f"GC:{now.motion} G54 G17 G{units} G{kind} G94 M{lamp} M9 T0"
        return self._listed(self._end.reply("bracket", text=f"{modes} F{now.feed / now.mm:g} S{self._spindle:g}"))

    def _offsets(self, said: Said) -> tuple[bytes, int]:
        return self._listed(self._end.reply("bracket", text="G54:0.000,0.000,0.000"))

    def _help(self, said: Said) -> tuple[bytes, int]:
        return self._listed(self._end.reply("bracket", text="HLP:$$ $# $G $I $x=val $J=line $X $H ~ ! ? ctrl-x"))

    def _set_count(self, said: Said) -> tuple[bytes, int]:
        here = self._planner.goal
        self._planner.set_goal(triple(said.number(axis, at) for axis, at in zip("xyz", here, strict=True)))
        return b"", 0

    def _set_relative(self, relative: bool) -> tuple[bytes, int]:
        self._modes.relative = relative
        return b"", 0

    def _set_inches(self, inches: bool) -> tuple[bytes, int]:
        self._modes.inches = inches
        return b"", 0

    def _lamp(self, spindle: float) -> tuple[bytes, int]:
        self._spindle = min(max(spindle, 0.0), self._settings.lamp_full)
        self.mechanics.light(self._spindle / self._settings.lamp_full)
        return b"", 0


def _why(asked: Asked) -> int:
    """Number of the error of a line that is no sentence: a letter is missing, or its figure."""
    text = asked.text.lstrip() if isinstance(asked, Unclear) else ""
    return 2 if text[:1].isalpha() else 1


_AT_ONCE: dict[str, Callable[[Grbl], bytes]] = {
    "?": Grbl._status,
    "!": Grbl._hold,
    "~": Grbl._resume,
    "reset": Grbl._soft_reset,
    "cancel": Grbl._cancel,
}

_ACTS: dict[str, Callable[[Grbl, Said], tuple[bytes, int]]] = {
    **dict.fromkeys(("G0", "G1", MODAL), Grbl._move),
    "$J": Grbl._jog,
    "$H": Grbl._home,
    "$X": Grbl._unlock,
    "$I": Grbl._info,
    "$$": Grbl._all_settings,
    "$set": Grbl._set,
    "$G": Grbl._state_of_gcode,
    "$#": Grbl._offsets,
    "$": Grbl._help,
    "$N": lambda board, said: board._listed(b"$N0=\r\n", b"$N1=\r\n"),
    "$C": Grbl._check,
    "G4": Grbl._dwell,
    "G20": lambda board, said: board._set_inches(inches=True),
    "G21": lambda board, said: board._set_inches(inches=False),
    "G28": lambda board, said: board._move(Said("G0", {"x": 0.0, "y": 0.0, "z": 0.0})),
    "G90": lambda board, said: board._set_relative(relative=False),
    "G91": lambda board, said: board._set_relative(relative=True),
    "G92": Grbl._set_count,
    "M3": lambda board, said: board._lamp(said.number("s")),
    "M5": lambda board, said: board._lamp(0.0),
}
