"""Marlin: the firmware of 3D printers, and of stages built from them. Millimetres. Source: marlinfw.org/docs/gcode.

Every command line is answered by `ok`. Lines may carry a number and a checksum; a line that came damaged is asked for
again (`Resend: N`). `M410`, `M112` and `M108` are obeyed in the middle of anything where the firmware was built with
EMERGENCY_PARSER. Soft end stops shorten a move without a word.
"""

from __future__ import annotations

import re

from firmware_bridge.boards.dialect import Command, Dialect, Kind, Reply, Role, by_name, replies_by_name
from firmware_bridge.boards.said import Said
from firmware_bridge.boards.words import read_block

_XYZ = "X{x:float} Y{y:float} Z{z:float}"
_AT = "X:{x:fixed} Y:{y:fixed} Z:{z:fixed}"
_COUNT = "Count X:{cx:int} Y:{cy:int} Z:{cz:int}"
_COUNT_APART = "Count X: {cx:int} Y:{cy:int} Z:{cz:int}"

COMMANDS = by_name(
    Command("G0", f"G0 {_XYZ} F{{f:float}}", "move there, or by that after G91; F in mm/min"),
    Command("G1", f"G1 {_XYZ} F{{f:float}}", "the same"),
    Command("G4", "G4 P{p:int}", "wait this many ms after the last move"),
    Command("G21", "G21", "millimetres", safe=True),
    Command("G28", "G28", "home all axes"),
    Command("G90", "G90", "coordinates are places", safe=True),
    Command("G91", "G91", "coordinates are distances", safe=True),
    Command("G92", f"G92 {_XYZ}", "call this place so", safe=True),
    Command("M17", "M17", "put the current on the motors", safe=True),
    Command("M18", "M18", "take it off", safe=True),
    Command("M84", "M84", "the same", safe=True),
    Command("M92", "M92", "steps per millimetre", answers=("steps_per_mm",), safe=True),
    Command("M105", "M105", "temperatures; a stage has none and just says `ok`", safe=True),
    Command("M106", "M106 S{s:int}", "lamp (fan output), 0–255", safe=True),
    Command("M107", "M107", "lamp off", safe=True),
    Command("M110", "M110 N{n:count}", "the next line has the number after this", safe=True),
    Command("M112", "M112", "stop for good: nothing is obeyed until a reset", ("killed",), kind=Kind.REALTIME),
    Command("M114", "M114", "where it is", answers=("position",), safe=True),
    Command("M115", "M115", "which firmware this is", answers=("firmware", "cap"), safe=True),
    Command("M400", "M400", "answer when all moves are done", safe=True),
    Command("M410", "M410", "stop at once, keep the position", kind=Kind.REALTIME, safe=True),
    Command("M503", "M503", "its settings", answers=("steps_per_mm",), safe=True),
    Command("M999", "M999", "go on after a stop", kind=Kind.RESCUE, safe=True),
)

REPLIES = replies_by_name(
    Reply("ok", "ok|ok {more:text}", "obeyed, or taken into the queue"),
    Reply("busy", "echo:busy: {why:text}|busy: {why:text}", "every 2 s while a command takes long", Role.BUSY),
    Reply("unknown", 'echo:Unknown command: "{line:text}"', "not known; `ok` follows", Role.UNASKED),
    Reply("resend", "Resend: {n:count}|rs {n:count}", "that line came damaged; `ok` follows", Role.RESEND),
    Reply("checksum", "Error:checksum mismatch, Last Line: {n:count}", "before `Resend`", Role.UNASKED),
    Reply("number", "Error:Line Number is not Last Line Number+1, Last Line: {n:count}", "likewise", Role.UNASKED),
    Reply("no_checksum", "Error:No Checksum with line number, Last Line: {n:count}", "likewise", Role.UNASKED),
    Reply("killed", "Error:Printer halted. kill() called!", "dead until a reset", Role.ALARM),
    Reply("failed", "Error:{why:text}", "dead or not, it did not do it", Role.ALARM),
    Reply("start", "start", "by itself after a reset", Role.RESTART),
    Reply("firmware", "FIRMWARE_NAME:{name:text}", "to M115"),
    Reply("cap", "Cap:{cap:text}", "to M115"),
    Reply(
        "position",
        f"{_AT} E:{{e:fixed}} {_COUNT}|{_AT} E:{{e:fixed}} {_COUNT_APART}|{_AT} {_COUNT}",
        "to M114: goal in mm, then steps",
    ),
    Reply("steps_per_mm", f"echo: M92 {_XYZ}|echo: M92 {_XYZ} E{{e:text}}|M92 {_XYZ}|M92 {_XYZ} E{{e:text}}", "to M92"),
    Reply("echo", "echo:{text:text}", "remarks", Role.UNASKED),
    Reply("remark", "//{text:text}", "remarks", Role.UNASKED),
)

_FLAGS = re.compile(r"(G28|M18|M84|M114)((?:[A-Z]-?[0-9.]*)*)", re.IGNORECASE)


def read_line(dialect: Dialect, line: str) -> list[Said] | None:
    """As any block; after these few codes a letter needs no figure, as in `G28 X Y`."""
    match = _FLAGS.fullmatch(re.sub(r"\s|;.*", "", line))
    if match is None:
        return read_block(dialect, line)
    return [Said(match[1].upper(), {letter.lower(): 1 for letter in match[2] if letter.isalpha()})]


MARLIN = Dialect(
    name="marlin",
    title="Marlin",
    baud=115_200,
    line_limit=95,
    commands=COMMANDS,
    replies=REPLIES,
    read_line=read_line,
    numbered=True,
    newline=b"\n",
)
