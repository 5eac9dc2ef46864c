"""A simulated Sangaboard of firmware 0.4, 0.5 or 1.0."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable

from firmware_bridge.boards.device import Asked, DeviceEnd, Sentences, Unclear
from firmware_bridge.boards.dialect import Command
from firmware_bridge.boards.said import Said
from firmware_bridge.boards.sangaboard import COMMANDS, SANGABOARD
from firmware_bridge.sim.boards.mechanics import Mechanics, Triple

Version = tuple[int, int, int]
MAKERS = {(0, 4): "OpenFlexure Motor Board v0.4", (0, 5): "Sangaboard Firmware v0.5.1"}
MOVES = ("mrx", "mry", "mrz", "mr")
WAITING = 64
"""Lines that wait at most while it moves; the serial buffer of an Arduino holds fewer."""

LIGHT_LEVEL = 1600.0
"""What the light sensor sees of the full lamp at gain 1."""

_PLAIN = str.maketrans({"µ": "u", "–": "-"})
_PLACE = re.compile(r"\{[^}]*\}")


class Sangaboard:
    """Answers like the firmware of its version.

    Below 1.0 it hears nothing while it moves. From 1.0 on it answers questions while it moves; a further move waits for
    the first one if moves block, and replaces it if they do not.
    """

    def __init__(self, mechanics: Mechanics, version: Version = (1, 0, 4)) -> None:
        self.mechanics = mechanics
        self._version = version
        self._end = DeviceEnd(SANGABOARD)
        self._waiting: deque[Asked] = deque(maxlen=WAITING)
        self._step_delay_us, self._ramp_us, self._gain = 1000, 0, 25
        self._share = 1.0
        self._blocking = True
        self._answer_due = self._notice_due = False

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what it says to them at once."""
        for asked in self._end.receive(data):
            self._waiting.append(asked)
        return self._work()

    def tick(self) -> bytes:
        """Time has passed: the end of a move."""
        return self._arrival() + self._work()

    def reset(self) -> bytes:
        """As after power returns: 1.0 keeps its settings, the position counts from zero."""
        self.mechanics.halt()
        self.mechanics.set_count((0.0, 0.0, 0.0))
        self._end.forget()
        self._waiting.clear()
        self._answer_due = self._notice_due = False
        return self._banner()

    def refuse(self, line: bytes) -> bytes:
        """How it says no to a damaged line."""
        return self._end.reply("unknown")

    def _banner(self) -> bytes:
        name = MAKERS.get(self._version[:2], f"Sangaboard Firmware v{'.'.join(map(str, self._version))}")
        return name.encode("ascii") + b"\r\n"

    def _work(self) -> bytes:
        said = b""
        while self._waiting and not self._deaf(self._waiting[0]):
            said += self._answer(self._waiting.popleft())
        return said

    def _deaf(self, asked: Asked) -> bool:
        if not self.mechanics.moving:
            return False
        if self._version < (1, 0, 0):
            return True
        return self._blocking and isinstance(asked, Sentences) and asked.said[0].name in MOVES

    def _arrival(self) -> bytes:
        if self.mechanics.moving:
            return b""
        said = self._end.reply("done") if self._answer_due else b""
        said += self._end.reply("stopped") if self._notice_due else b""
        self._answer_due = self._notice_due = False
        return said

    def _answer(self, asked: Asked) -> bytes:
        if not isinstance(asked, Sentences):
            return self._unclear(asked)
        said = asked.said[0]
        if COMMANDS[said.name].since > self._version[:2]:
            return self._end.reply("unknown")
        return _ANSWERS[said.name](self, said)

    def _unclear(self, asked: Asked) -> bytes:
        text = asked.text if isinstance(asked, Unclear) else ""
        if text.startswith("mr "):
            return self._end.reply("usage")
        return self._end.reply("bad" if text.split(" ")[0] in COMMANDS else "unknown")

    def _set_out(self, by: Triple) -> bytes:
        lasts_s = max(map(abs, by)) * self._step_delay_us / 1e6 + 2 * self._ramp_us / 1e6
        self.mechanics.go(by, lasts_s)
        if self._version >= (1, 0, 0) and not self._blocking:
            return self._end.reply("done")
        self._answer_due = True
        return self._arrival()

    def _move(self, said: Said) -> bytes:
        return self._set_out((said.number("x"), said.number("y"), said.number("z")))

    def _position(self, said: Said) -> bytes:
        x, y, z = map(round, self.mechanics.count)
        return self._end.reply("position", x=x, y=y, z=z)

    def _zero(self, said: Said) -> bytes:
        self.mechanics.set_count((0.0, 0.0, 0.0))
        return self._end.reply("zeroed")

    def _stop(self, said: Said) -> bytes:
        self.mechanics.halt()
        self._answer_due = self._notice_due = False
        return self._end.reply("aborted")

    def _notify(self, said: Said) -> bytes:
        if not self.mechanics.moving:
            return self._end.reply("not_moving")
        self._notice_due = True
        return b""

    def _set_blocking(self, said: Said) -> bytes:
        self._blocking = said.text("on") == "true"
        return self._end.reply("done")

    def _set_delay(self, said: Said) -> bytes:
        self._step_delay_us = max(1, int(said.number("us")))
        return self._end.reply("done")

    def _set_ramp(self, said: Said) -> bytes:
        self._ramp_us = max(0, int(said.number("us")))
        return self._end.reply("done")

    def _set_lamp(self, said: Said) -> bytes:
        self._share = min(1.0, max(0.0, said.number("share")))
        self.mechanics.light(self._share)
        return self._lamp(said)

    def _lamp(self, said: Said) -> bytes:
        return self._end.reply("led_cc", share=self._share)

    def _set_gain(self, said: Said) -> bytes:
        if said.number("gain") not in _GAINS:
            return self._end.reply("light_gain_wrong", gains=", ".join(map(str, _GAINS)))
        self._gain = int(said.number("gain"))
        return self._light_gain(said)

    def _light_gain(self, said: Said) -> bytes:
        return self._end.reply("light_gain", gain=f"{self._gain}x ({_GAINS[self._gain]})")

    def _light(self, said: Said) -> bytes:
        return self._end.reply(
            "light", level=min(65535, round(LIGHT_LEVEL * self._gain * self.mechanics.body.pose.lamp))
        )

    def _help(self, said: Said) -> bytes:
        known = [each for each in COMMANDS.values() if each.since <= self._version[:2]]
        return self._many("prose", "line", map(_help_line, known))

    def _modules(self, said: Said) -> bytes:
        return self._many(
            "module", "", ("Light Sensor: TSL2591",) + ("Illumination: CC",) * (self._version >= (1, 0, 0))
        )

    def _many(self, reply: str, place: str, lines: Iterable[str]) -> bytes:
        return b"".join(line.encode("ascii", "replace") + b"\r\n" for line in lines) + self._end.reply("end")


_GAINS = {1: "Low", 25: "Medium", 428: "High", 9876: "Max"}

_ANSWERS: dict[str, Callable[[Sangaboard, Said], bytes]] = {
    **dict.fromkeys(MOVES, Sangaboard._move),
    "position": Sangaboard._position,
    "version": lambda board, said: board._banner(),
    "board": lambda board, said: board._end.reply("board", version="0.5.5"),
    "help": Sangaboard._help,
    "list_modules": Sangaboard._modules,
    "release": lambda board, said: board._end.reply("released"),
    "zero": Sangaboard._zero,
    "stop": Sangaboard._stop,
    "moving?": lambda board, said: board._end.reply("moving", on=_flag(board.mechanics.moving)),
    "notify_on_stop": Sangaboard._notify,
    "blocking_moves?": lambda board, said: board._end.reply("blocking", on=_flag(board._blocking)),
    "blocking_moves": Sangaboard._set_blocking,
    "step_delay?": lambda board, said: board._end.reply("step_delay", us=board._step_delay_us),
    "step_delay": Sangaboard._set_delay,
    "ramp_time?": lambda board, said: board._end.reply("ramp_time", us=board._ramp_us),
    "ramp_time": Sangaboard._set_ramp,
    "led_channels?": lambda board, said: board._end.reply("led_channels", cc=1, pwm=0),
    "led_cc?": Sangaboard._lamp,
    "led_cc": Sangaboard._set_lamp,
    "light_gain?": Sangaboard._light_gain,
    "light_gain": Sangaboard._set_gain,
    "light_gains?": lambda board, said: board._end.reply("light_gains", gains=", ".join(f"{each}x" for each in _GAINS)),
    "light_time?": lambda board, said: board._end.reply("light_time", ms=100),
    "light?": Sangaboard._light,
}


def _flag(on: bool) -> str:
    return "true" if on else "false"


def _help_line(command: Command) -> str:
    return f"{_PLACE.sub('<d>', command.form.wordings[0]):31}- {command.help.translate(_PLAIN)}"
