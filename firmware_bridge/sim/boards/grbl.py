"""A simulated GRBL 1.1."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from firmware_bridge.boards.device import Asked, DeviceEnd, Sentences, TooLong, Unclear
from firmware_bridge.boards.grbl import GRBL, Status, write_status
from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import MODAL
from firmware_bridge.sim.boards.mechanics import ZERO, Mechanics, Triple, triple
from firmware_bridge.sim.boards.planner import RAPID_MM_PER_MIN, Planner

HOMING_S = 3.0
WAITING = 64
MM_PER_INCH = 25.4
HINT = "['$' for help]"
LOCKED = "'$H'|'$X' to unlock"
SETTINGS: dict[int, float] = {
    **{0: 10, 1: 25, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 10: 1, 11: 0.01, 12: 0.002, 13: 0, 20: 0, 21: 1, 22: 1, 23: 0},
    **{24: 25, 25: 500, 26: 250, 27: 1, 30: 1000, 31: 0, 32: 0, 100: 3200, 101: 3200, 102: 12800},
    **{110: 3000, 111: 3000, 112: 600, 120: 10, 121: 10, 122: 10, 130: 200, 131: 200, 132: 200},
}
"""The defaults of GRBL, but for homing and limit switches, which are there, and the travel of a stage."""

UNLOCKED_BY = ("$X", "$H", "$I", "$$", "$set", "$", "$#", "$G")


class Grbl:
    """Answers every line with `ok` or `error:N`; single bytes are obeyed in the middle of anything.

    Built without HOMING_INIT_LOCK: it does not ask for homing after a start.
    """

    def __init__(self, mechanics: Mechanics, clock: Callable[[], float]) -> None:
        self.mechanics = mechanics
        self._clock = clock
        self._end = DeviceEnd(GRBL)
        self._planner = Planner(mechanics)
        self._waiting: deque[Asked] = deque(maxlen=WAITING)
        self._until: Callable[[], bool] | None = None
        self._settings = dict(SETTINGS)
        self._begin()

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""
        said = b""
        for asked in self._end.receive(data):
            if isinstance(asked, Sentences) and asked.said and asked.said[0].name in _AT_ONCE:
                said += self._work() + _AT_ONCE[asked.said[0].name](self)
            else:
                self._waiting.append(asked)
        return said + self._work()

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
        self._relative, self._inches, self._feed, self._motion = False, False, 0.0, "G0"
        self._state = "Idle"

    def _welcome(self) -> bytes:
        return b"\r\n" + self._end.reply("welcome", version="1.1h", hint=HINT)

    def _work(self) -> bytes:
        said = self._moved()
        while self._waiting and not (self._until is not None or self._planner.full or self._planner.held):
            said += self._answer(self._waiting.popleft()) + self._moved()
        return said

    def _moved(self) -> bytes:
        if self._planner.work() and self._settings[21]:
            return self._alarm(1)
        if self._planner.idle and self._state in ("Run", "Jog", "Home"):
            self._state = "Idle"
        if self._until is not None and self._until():
            self._until = None
            return self._end.reply("ok")
        return b""

    def _alarm(self, code: int) -> bytes:
        self._planner.halt()
        self._waiting.clear()
        self._until, self._state = None, "Alarm"
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
        act = _ACTS.get(said.name)
        if act is None:
            return b"", 3 if said.text("code").startswith("$") else 20
        return act(self, said)

    def _status(self) -> bytes:
        return self._end.reply("status", report=write_status(Status(self._shown_state(), "MPos", self.mechanics.count)))

    def _shown_state(self) -> str:
        if self._planner.held:
            return "Hold:0"
        return self._state

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
        lost = self.mechanics.moving
        locked = lost or self._state == "Alarm"
        self._planner.halt()
        self._begin()
        said = self._alarm(3)[: -len(self._end.reply("message", text="Reset to continue"))] if lost else b""
        self._state = "Alarm" if locked else "Idle"
        said += self._welcome()
        return said + self._end.reply("message", text=LOCKED) if locked else said

    def _jog(self, said: Said) -> tuple[bytes, int]:
        if self._state not in ("Idle", "Jog"):
            return b"", 8
        if said.number("f") <= 0 or not any(axis in said.values for axis in "xyz"):
            return b"", 22 if said.number("f") <= 0 else 16
        relative = "g91" in said.values or (self._relative and "g90" not in said.values)
        inches = "g20" in said.values or (self._inches and "g21" not in said.values)
        goal = self._target(said, relative, MM_PER_INCH if inches else 1.0)
        if self._beyond(goal):
            return b"", 15
        self._planner.add(goal, self._allowed(said.number("f")))
        self._state = "Jog"
        return b"", 0

    def _move(self, said: Said) -> tuple[bytes, int]:
        self._motion = self._motion if said.name == MODAL else said.name
        self._feed = said.number("f", self._feed)
        if self._motion == "G1" and self._feed <= 0:
            return b"", 22
        if not any(axis in said.values for axis in "xyz"):
            return b"", 0
        goal = self._target(said, self._relative, MM_PER_INCH if self._inches else 1.0)
        if self._beyond(goal):
            return self._alarm(2), 0
        self._planner.add(goal, self._allowed(self._feed if self._motion == "G1" else RAPID_MM_PER_MIN))
        self._state = "Run"
        return b"", 0

    def _allowed(self, mm_per_min: float) -> float:
        return min(mm_per_min, self._settings[110])

    def _target(self, said: Said, relative: bool, mm: float) -> Triple:
        here = self._planner.goal
        if relative:
            return triple(at + mm * said.number(axis) for axis, at in zip("xyz", here, strict=True))
        return triple(mm * said.number(axis, at / mm) for axis, at in zip("xyz", here, strict=True))

    def _beyond(self, goal: Triple) -> bool:
        travel = (self._settings[130], self._settings[131], self._settings[132])
        return bool(self._settings[20]) and not all(-far <= at <= 0 for at, far in zip(goal, travel, strict=True))

    def _home(self, said: Said) -> tuple[bytes, int]:
        if not self._settings[22]:
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
        number = int(said.number("n"))
        if number not in self._settings:
            return b"", 3
        if said.number("value") < 0:
            return b"", 4
        if number == 20 and said.number("value") and not self._settings[22]:
            return b"", 10
        self._settings[number] = said.number("value")
        return b"", 0

    def _listed(self, *replies: bytes) -> tuple[bytes, int]:
        return b"".join(replies) + self._end.reply("ok"), 0

    def _all_settings(self, said: Said) -> tuple[bytes, int]:
        return self._listed(*(self._end.reply("setting", n=n, value=value) for n, value in self._settings.items()))

    def _info(self, said: Said) -> tuple[bytes, int]:
        version = self._end.reply("version", version="1.1h.20190825:Marrowkit simulator")
        return self._listed(version, self._end.reply("options", options="V,15,128"))

    def _modes(self, said: Said) -> tuple[bytes, int]:
        modes = f"GC:{self._motion} G54 G17 G{20 if self._inches else 21} G{91 if self._relative else 90} G94 M5 M9 T0"
        return self._listed(self._end.reply("bracket", text=f"{modes} F{self._feed:g} S0"))

    def _offsets(self, said: Said) -> tuple[bytes, int]:
        return self._listed(self._end.reply("bracket", text="G54:0.000,0.000,0.000"))

    def _help(self, said: Said) -> tuple[bytes, int]:
        return self._listed(self._end.reply("bracket", text="HLP:$$ $# $G $I $x=val $J=line $X $H ~ ! ? ctrl-x"))

    def _set_count(self, said: Said) -> tuple[bytes, int]:
        here = self._planner.goal
        self._planner.set_goal(triple(said.number(axis, at) for axis, at in zip("xyz", here, strict=True)))
        return b"", 0

    def _set_modes(self, relative: bool | None = None, inches: bool | None = None) -> tuple[bytes, int]:
        self._relative = self._relative if relative is None else relative
        self._inches = self._inches if inches is None else inches
        return b"", 0

    def _lamp(self, share: float) -> tuple[bytes, int]:
        self.mechanics.light(share)
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
    "$G": Grbl._modes,
    "$#": Grbl._offsets,
    "$": Grbl._help,
    "G4": Grbl._dwell,
    "G20": lambda board, said: board._set_modes(inches=True),
    "G21": lambda board, said: board._set_modes(inches=False),
    "G28": lambda board, said: board._move(Said("G0", {"x": 0.0, "y": 0.0, "z": 0.0})),
    "G90": lambda board, said: board._set_modes(relative=False),
    "G91": lambda board, said: board._set_modes(relative=True),
    "G92": Grbl._set_count,
    "M3": lambda board, said: board._lamp(said.number("s") / max(board._settings[30], 1.0)),
    "M5": lambda board, said: board._lamp(0.0),
}
