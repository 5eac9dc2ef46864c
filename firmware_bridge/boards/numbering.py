"""Marlin's numbered lines: `N7 G1 X1*93`, the XOR of all bytes before the star. A damaged line is asked for again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

_NUMBERED = re.compile(r"N\s*([0-9]{1,9})\s*(.*)")
_STARRED = re.compile(r"(.*)\*\s*([0-9]{1,3})\s*")


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that must be sent again: the reply that says why, and the number of the line that is wanted."""

    reply: str
    wanted: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A sound line without its number; `number` is None where it came without one."""

    line: str
    number: int | None


def numbered(number: int, line: str) -> str:
    """The line with its number and checksum."""
    body = f"N{number} {line}"
    return f"{body}*{_checksum(body)}"


def counted(text: str, last: int) -> Counted | Damaged:
    """Check a line that should follow line `last`. `M110` sets the count, so its number may be any."""
    match = _NUMBERED.fullmatch(text.upper())
    if match is None:
        return Counted(text, None)
    starred = _STARRED.fullmatch(text)
    if starred is None:
        return Damaged("no_checksum", last + 1)
    if _checksum(starred[1]) != int(starred[2]):
        return Damaged("checksum", last + 1)
    return _in_order(_NUMBERED.fullmatch(starred[1]), last)


def _in_order(match: re.Match[str] | None, last: int) -> Counted | Damaged:
    if match is None:
        return Damaged("checksum", last + 1)
    number, line = int(match[1]), match[2].strip()
    if number != last + 1 and not line.startswith("M110"):
        return Damaged("number", last + 1)
    return Counted(line, number)


def _checksum(text: str) -> int:
    return reduce(lambda total, byte: total ^ byte, text.encode("ascii", "replace"), 0)
