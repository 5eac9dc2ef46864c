"""A simulated Marlin."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from firmware_bridge.boards.device import Asked, DeviceEnd, Sentences, TooLong, Unclear
from firmware_bridge.boards.marlin import MARLIN
from firmware_bridge.boards.numbering import Damaged
from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import MODAL
from firmware_bridge.sim.boards.mechanics import ZERO, Mechanics, Triple, triple
from firmware_bridge.sim.boards.modes import Modes
from firmware_bridge.sim.boards.planner import RAPID_MM_PER_MIN, Planner

STEPS_PER_MM: Triple = (3200.0, 3200.0, 12800.0)
BUSY_EVERY_S = 2.0
HOMING_S = 3.0
WAITING = 64
AT_ONCE = ("M112", "M410", "M999")
NAME = "Marlin 2.1.2.5 (Sep 12 2024) SOURCE_CODE_URL:github.com/MarlinFirmware/Marlin PROTOCOL_VERSION:1.0"
MACHINE = " MACHINE_TYPE:Marrowkit simulator EXTRUDER_COUNT:0 UUID:cede2a2f-41a2-4748-9b12-c55c62f367ff"


class Marlin:
    """Answers every line with `ok`, moves in the background, and obeys M410 and M112 in the middle of anything.

    Built without the emergency parser, it reads them in their turn like any other line. M999 revives it after M112,
    because a pseudo-terminal has no reset line.
    """

    def __init__(self, mechanics: Mechanics, clock: Callable[[], float], emergency_parser: bool = True) -> None:
        self.mechanics = mechanics
        self._at_once = AT_ONCE if emergency_parser else ("M999",)
        self._clock = clock
        self._end = DeviceEnd(MARLIN)
        self._planner = Planner(mechanics)
        self._waiting: deque[Asked] = deque(maxlen=WAITING)
        self._until: Callable[[], bool] | None = None
        self._busy_at_s = 0.0
        self._modes, self._dead = Modes(feed=RAPID_MM_PER_MIN), False

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""
        said = b""
        for asked in self._end.receive(data):
            said += self._taken(asked)
        return said + self._work()

    def tick(self) -> bytes:
        """Time has passed: moves begin and end, `busy` is said."""
        return self._work() + self._busy()

    def reset(self) -> bytes:
        """As after power returns."""
        self._planner.halt()
        self._planner.set_goal(ZERO)
        self._end.forget()
        self._waiting.clear()
        self._until = None
        self._modes, self._dead = Modes(feed=RAPID_MM_PER_MIN), False
        return self._end.reply("start") + self._end.reply("echo", text="Marlin 2.1.2.5")

    def refuse(self, line: bytes) -> bytes:
        """A damaged line is asked for again."""
        return self._again(Damaged("checksum", self._end.last_number + 1))

    def _taken(self, asked: Asked) -> bytes:
        if isinstance(asked, Sentences) and asked.said and asked.said[0].name in self._at_once:
            return self._answer(asked)
        self._waiting.append(asked)
        return b""

    def _work(self) -> bytes:
        said = self._moved()
        while self._waiting and not self._occupied():
            said += self._answer(self._waiting.popleft()) + self._moved()
        return said

    def _moved(self) -> bytes:
        if self._planner.work():
            return self._end.reply("echo", text="endstops hit:  X Y Z")
        if self._until is not None and self._until():
            self._until = None
            return self._end.reply("ok")
        return b""

    def _occupied(self) -> bool:
        return self._dead or self._until is not None or self._planner.full

    def _busy(self) -> bytes:
        if self._until is None or self._clock() < self._busy_at_s + BUSY_EVERY_S:
            return b""
        self._busy_at_s = self._clock()
        return self._end.reply("busy", why="processing")

    def _answer(self, asked: Asked) -> bytes:
        if isinstance(asked, Damaged):
            return self._again(asked)
        if isinstance(asked, TooLong | Unclear):
            text = asked.text if isinstance(asked, Unclear) else "too long"
            return self._end.reply("unknown", line=_plain(text)) + self._end.reply("ok")
        before = self._until
        said = b"".join(map(self._obeyed, asked.said))
        return said if self._until is not before or self._dead else said + self._end.reply("ok")

    def _again(self, damaged: Damaged) -> bytes:
        why = self._end.reply(damaged.reply, n=damaged.wanted - 1)
        return why + self._end.reply("resend", n=damaged.wanted) + self._end.reply("ok")

    def _obeyed(self, said: Said) -> bytes:
        if self._dead and said.name != "M999":
            return b""
        act = _ACTS.get(said.name)
        return act(self, said) if act else self._end.reply("unknown", line=said.text("code"))

    def _move(self, said: Said) -> bytes:
        self._modes.follow(said)
        self._planner.add(self._modes.target(said, self._planner.goal), self._modes.feed)
        return b""

    def _wait(self, until: Callable[[], bool]) -> bytes:
        self._until, self._busy_at_s = until, self._clock()
        return b""

    def _home(self, said: Said) -> bytes:
        self._planner.halt()
        axes = [axis for axis in range(3) if "xyz"[axis] in said.values] or [0, 1, 2]
        self.mechanics.go_home(HOMING_S, axes)
        self._planner.goal = self.mechanics.goal
        return self._wait(lambda: self._planner.idle)

    def _dwell(self, said: Said) -> bytes:
        end_s = self._clock() + said.number("p") / 1000.0
        return self._wait(lambda: self._planner.idle and self._clock() >= end_s)

    def _position(self, said: Said) -> bytes:
        x, y, z = (round(each, 2) for each in self._planner.goal)
        steps = (round(each * per) for each, per in zip(self.mechanics.count, STEPS_PER_MM, strict=True))
        cx, cy, cz = steps
        return self._end.reply("position", x=x, y=y, z=z, e=0.0, cx=cx, cy=cy, cz=cz)

    def _stop(self, said: Said) -> bytes:
        self._planner.halt()
        return b""

    def _kill(self, said: Said) -> bytes:
        self._stop(said)
        self._waiting.clear()
        self._until, self._dead = None, True
        return self._end.reply("killed")

    def _revive(self, said: Said) -> bytes:
        self._dead = False
        return b""

    def _set_relative(self, relative: bool) -> bytes:
        self._modes.relative = relative
        return b""

    def _set_count(self, said: Said) -> bytes:
        at = self._planner.goal
        self._planner.set_goal(triple(said.number(axis, here) for axis, here in zip("xyz", at, strict=True)))
        return b""

    def _lamp(self, share: float) -> bytes:
        self.mechanics.light(share)
        return b""

    def _set_number(self, said: Said) -> bytes:
        self._end.last_number = int(said.number("n", self._end.last_number))
        return b""

    def _firmware(self, said: Said) -> bytes:
        parser = self._end.reply("cap", cap=f"EMERGENCY_PARSER:{int('M410' in self._at_once)}")
        return self._end.reply("firmware", name=NAME + MACHINE) + parser

    def _steps(self, said: Said) -> bytes:
        x, y, z = STEPS_PER_MM
        return self._end.reply("steps_per_mm", x=x, y=y, z=z)


def _nothing(board: Marlin, said: Said) -> bytes:
    return b""


_ACTS: dict[str, Callable[[Marlin, Said], bytes]] = {
    **dict.fromkeys(("G0", "G1", MODAL), Marlin._move),
    **dict.fromkeys(("G21", "M17", "M18", "M84", "M105"), _nothing),
    "G4": Marlin._dwell,
    "G28": Marlin._home,
    "G90": lambda board, said: board._set_relative(relative=False),
    "G91": lambda board, said: board._set_relative(relative=True),
    "G92": Marlin._set_count,
    "M92": Marlin._steps,
    "M503": Marlin._steps,
    "M106": lambda board, said: board._lamp(said.number("s", 255.0) / 255.0),
    "M107": lambda board, said: board._lamp(0.0),
    "M110": Marlin._set_number,
    "M112": Marlin._kill,
    "M114": Marlin._position,
    "M115": Marlin._firmware,
    "M400": lambda board, said: board._wait(lambda: board._planner.idle),
    "M410": Marlin._stop,
    "M999": Marlin._revive,
}


def _plain(text: str) -> str:
    return "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in text)[:60] or "?"
