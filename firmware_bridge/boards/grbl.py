"""GRBL 1.1: the firmware of small milling machines, and of stages built from them. Millimetres.

Every line is answered by `ok` or `error:N`. Single bytes are obeyed in the middle of anything. Moves are jogs (`$J=`):
they never change the G-code state, refuse what lies beyond the soft limits, and can be cancelled without losing the
position. Source: github.com/gnea/grbl, doc/markdown (interface, commands, jogging) and doc/csv.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role, by_name, replies_by_name
from firmware_bridge.boards.words import read_block

_XYZ = "X{x:float} Y{y:float} Z{z:float}"

COMMANDS = by_name(
    Command("$J", "$J=G91 G21 X{x:float} Y{y:float} Z{z:float} F{f:float}", "jog by this, mm and mm/min"),
    Command("$H", "$H", "home", kind=Kind.RESCUE),
    Command("$X", "$X", "unlock after an alarm", kind=Kind.RESCUE, safe=True),
    Command("$I", "$I", "which firmware this is", answers=("version", "options"), kind=Kind.RESCUE, safe=True),
    Command("$$", "$$", "all settings", answers=("setting",), kind=Kind.RESCUE, safe=True),
    Command("$set", "${n:count}={value:float}", "change a setting", safe=True),
    Command("$G", "$G", "the G-code state", answers=("bracket",), safe=True),
    Command("$#", "$#", "offsets", answers=("bracket",), safe=True),
    Command("$", "$", "help", answers=("bracket",), safe=True),
    Command("G0", f"G0 {_XYZ}", "move at full speed"),
    Command("G1", f"G1 {_XYZ} F{{f:float}}", "move at F mm/min"),
    Command("G4", "G4 P{p:float}", "wait this many seconds after the last move"),
    Command("G20", "G20", "inches", safe=True),
    Command("G21", "G21", "millimetres", safe=True),
    Command("G28", "G28", "go to the stored place"),
    Command("G90", "G90", "coordinates are places", safe=True),
    Command("G91", "G91", "coordinates are distances", safe=True),
    Command("G92", f"G92 {_XYZ}", "call this place so", safe=True),
    Command("M3", "M3 S{s:float}", "lamp (spindle output), 0 to setting 30", safe=True),
    Command("M5", "M5", "lamp off", safe=True),
    Command("?", "?", "status", ("status",), kind=Kind.REALTIME, safe=True),
    Command("!", "!", "hold", (), kind=Kind.REALTIME, safe=True),
    Command("~", "~", "go on", (), kind=Kind.REALTIME, safe=True),
    Command("reset", "\x18", "stop and begin anew (byte 0x18)", ("welcome",), kind=Kind.REALTIME),
    Command("cancel", "\x85", "stop the jog, keep the position (byte 0x85)", (), kind=Kind.REALTIME, safe=True),
)

REPLIES = replies_by_name(
    Reply("ok", "ok", "obeyed, or taken into the queue"),
    Reply("error", "error:{code:int}", "not obeyed", Role.REFUSAL),
    Reply("alarm", "ALARM:{code:int}", "locked itself", Role.ALARM),
    Reply("status", "<{report:text}>", "to `?`", Role.UNASKED),
    Reply("welcome", "Grbl {version:word} {hint:text}", "by itself after a reset", Role.RESTART),
    Reply("message", "[MSG:{text:text}]", "remarks", Role.UNASKED),
    Reply("version", "[VER:{version:text}]", "to `$I`"),
    Reply("options", "[OPT:{options:text}]", "to `$I`"),
    Reply("setting", "${n:count}={value:float}", "to `$$`"),
    Reply("bracket", "[{text:text}]", "to `$G`, `$#`, `$`", Role.UNASKED),
    Reply("startup", ">{text:text}", "a line that it runs at its start", Role.UNASKED),
)

REALTIME = {ord("?"): "?", ord("!"): "!", ord("~"): "~", 0x18: "reset", 0x85: "cancel"}

ERRORS = {
    1: "a G-code word has no letter",
    2: "a G-code figure is missing or damaged",
    3: "it does not know this $ command",
    5: "homing is not enabled; set $22=1",
    7: "its settings were damaged and are the defaults now",
    8: "this $ command works at rest only",
    9: "it is locked by an alarm or a jog",
    10: "soft limits need homing; set $22=1",
    11: "the line is too long",
    15: "the jog would leave the travel of the machine",
    16: "the jog command is damaged",
    20: "it does not know this G-code",
    22: "no feed rate is set",
    24: "two commands want the axes",
    33: "the target of the move makes no sense",
}
"""What `error:N` means (doc/csv/error_codes_en_US.csv), those that a stage can meet."""

ALARMS = {
    1: "a limit switch was hit; the position is lost",
    2: "the target lies beyond the soft limits",
    3: "it was reset while moving; the position is lost",
    6: "homing failed: it was reset",
    7: "homing failed: the door is open",
    8: "homing failed: the switch did not let go",
    9: "homing failed: no switch was found",
}
"""What `ALARM:N` means (doc/csv/alarm_codes_en_US.csv)."""

POSITION_KEPT = (2,)
"""Alarms after which the counted position still holds."""

GRBL = Dialect(
    name="grbl",
    title="GRBL 1.1",
    baud=115_200,
    line_limit=79,
    commands=COMMANDS,
    replies=REPLIES,
    read_line=read_block,
    empty=True,
    realtime=REALTIME,
    refusals=ERRORS,
    alarms=ALARMS,
    kept=POSITION_KEPT,
)


@dataclass(frozen=True, slots=True)
class Status:
    """A status report, taken apart.

    state     Idle, Run, Jog, Hold, Home, Alarm, Check, Door, Sleep
    place     which coordinates `at` are: MPos of the machine, WPos of the work piece
    at        millimetres, None where the report has none
    feed      mm/min, now
    spindle   S of the lamp, now
    """

    state: str
    place: str = "MPos"
    at: tuple[float, float, float] | None = None
    feed: float = 0.0
    spindle: float = 0.0


def read_status(report: str) -> Status | None:
    """What stands between `<` and `>`; None where it is damaged. Builds without a lamp write `F:` instead of `FS:`."""
    state, *fields = report.split("|")
    known = dict(field.partition(":")[::2] for field in fields)
    place = next((each for each in ("MPos", "WPos") if each in known), "MPos")
    at = _figures(known[place], 3) if place in known else None
    speeds = _figures(known["FS"], 2) if "FS" in known else _figures(known.get("F", "0"), 1)
    if speeds is None or (place in known and at is None):
        return None
    feed, spindle = (*speeds, 0.0)[:2]
    return Status(state.partition(":")[0], place, None if at is None else (at[0], at[1], at[2]), feed, spindle)


def write_status(status: Status) -> str:
    """The report that `read_status` reads: three decimals for places, none for speeds, as GRBL writes them."""
    place = [] if status.at is None else [f"{status.place}:{','.join(f'{each:.3f}' for each in status.at)}"]
    return "|".join([status.state, *place, f"FS:{status.feed:.0f},{status.spindle:.0f}"])


def _figures(text: str, count: int) -> tuple[float, ...] | None:
    """The first so many figures of a list with commas."""
    try:
        figures = tuple(float(each) for each in text.split(",")[:count])
    except ValueError:
        return None
    return figures if len(figures) == count and all(abs(each) < 1e9 for each in figures) else None
