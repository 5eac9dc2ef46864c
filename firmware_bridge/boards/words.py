"""G-code: blocks of words, a letter with a figure each. Source: RS274/NGC (NISTIR 6556), section 3."""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware_bridge.boards.dialect import Dialect
from firmware_bridge.boards.said import Said, Value

_COMMENT = re.compile(r"\([^()]*\)|;.*")
_WORD = re.compile(r"([A-Z])([-+]?(?:[0-9]{1,10}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}))")

MODAL = "modal"
"""Name of a sentence of axis words alone: the motion in force goes on."""

UNKNOWN = "unknown"
"""Name of a sentence whose code is in no table; its `code` says which."""

Word = tuple[str, float]


def read_words(line: str) -> list[Word] | None:
    """The words of a block, or None where something else stands among them. Comments and spaces mean nothing."""
    bare = re.sub(r"\s", "", _COMMENT.sub("", line)).upper()
    words, at = [], 0
    for match in _WORD.finditer(bare):
        if match.start() != at:
            return None
        words.append((match[1], float(match[2])))
        at = match.end()
    return words if at == len(bare) else None


def read_block(dialect: Dialect, line: str) -> list[Said] | None:
    """The sentences of a G-code line, in order; `$` lines are sentences as a whole."""
    if line.startswith("$"):
        return _read_dollar(dialect, line)
    words = read_words(line)
    if words is None:
        return None
    codes = [_code(letter, number) for letter, number in words if letter in "GM"]
    return _shared_out(dialect, codes, [word for word in words if word[0] not in "GM"])


def _code(letter: str, number: float) -> str:
    return f"{letter}{number:g}"


def _shared_out(dialect: Dialect, codes: list[str], words: list[Word]) -> list[Said]:
    """Each word goes to the first code with a place for it; what no code takes belongs to the motion in force."""
    taken: list[dict[str, Value]] = [{} for _ in codes]
    left: dict[str, Value] = {}
    for letter, number in words:
        place = letter.lower()
        holder = next((k for k, code in enumerate(codes) if _takes(dialect, code, place)), None)
        (left if holder is None else taken[holder])[place] = number
    said = [_said(dialect, code, values) for code, values in zip(codes, taken, strict=True)]
    return [*said, Said(MODAL, left)] if left else said


def _takes(dialect: Dialect, code: str, place: str) -> bool:
    return code in dialect.commands and place in dialect.commands[code].form.places


def _said(dialect: Dialect, code: str, values: dict[str, Value]) -> Said:
    return Said(code, values) if code in dialect.commands else Said(UNKNOWN, {"code": code})


def _read_dollar(dialect: Dialect, line: str) -> list[Said] | None:
    compact = re.sub(r"\s", "", line).upper()
    if compact.startswith("$J="):
        words = read_words(compact[3:])
        return None if words is None else [Said("$J", dict(_jog_words(words)))]
    for command in dialect.commands.values():
        values = command.form.read(compact) if command.template.startswith("$") else None
        if values is not None:
            return [Said(command.name, values)]
    return [Said(UNKNOWN, {"code": compact})]


def _jog_words(words: list[Word]) -> Iterator[tuple[str, Value]]:
    for letter, number in words:
        yield (_code(letter, number).lower(), 1) if letter == "G" else (letter.lower(), number)
