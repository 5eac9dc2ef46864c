"""Sentences with places to fill in: one template writes and reads them.

    Form("mr {x:int} {y:int} {z:int}")   "mr 1 -2 3"  ⇄  {"x": 1, "y": -2, "z": 3}

Kinds of places: `int`, `count` (not negative), `float`, `fixed` (two decimals), `flag` (true or false), `word` (no
space), `text` (the rest of the line). Figures have at most ten digits, so that no line can cost much. `|` is OR for
readers that accept several wordings; the first one is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from string import Formatter

from firmware_bridge.boards.said import Value

DECIMALS = 5
"""Figures after the point: 10 nm where the unit is the millimetre."""

_KINDS: dict[str, tuple[str, Callable[[str], Value]]] = {
    "int": (r"[-+]?[0-9]{1,10}", int),
    "count": (r"[0-9]{1,9}", int),
    "float": (r"[-+]?(?:[0-9]{1,10}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})", float),
    "fixed": (r"[-+]?[0-9]{1,10}(?:\.[0-9]{0,9})?", float),
    "flag": (r"true|false", str),
    "word": (r"\S+", str),
    "text": (r".*\S|", str),
}


class Form:
    """One sentence with places. Equal templates are equal forms."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.wordings = template.split("|")
        self._places = [_places(each) for each in self.wordings]
        self._readers = [_reader(each) for each in self.wordings]

    @property
    def places(self) -> dict[str, str]:
        """Names of the places with their kinds, in writing order."""
        return dict(self._places[0])

    def write(self, values: Mapping[str, Value]) -> str:
        """The sentence with these values.

        Raises:
            ValueError: a place is missing, unknown, or its value cannot be written.
        """
        if set(values) != set(self.places):
            raise ValueError(f"{self.template!r} cannot be filled with {dict(values)}")
        written = self.wordings[0]
        for place, kind in self.places.items():
            written = written.replace(f"{{{place}:{kind}}}", _written(kind, values[place]))
        return written

    def read(self, text: str) -> dict[str, Value] | None:
        """What stands in the places of this sentence, or None if it is another sentence."""
        for places, reader in zip(self._places, self._readers, strict=True):
            match = reader.fullmatch(text)
            if match:
                return {place: _KINDS[kind][1](match[place]) for place, kind in places}
        return None


def figure(value: float) -> str:
    """A figure as boards read it: no exponent, no negative zero, no idle decimals."""
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=512)
def _places(wording: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, kind or "text") for _, name, kind, _ in Formatter().parse(wording) if name)


@lru_cache(maxsize=512)
def _reader(wording: str) -> re.Pattern[str]:
    pattern = ""
    for literal, name, kind, _ in Formatter().parse(wording):
        pattern += re.escape(literal).replace(r"\ ", r"\ +")
        pattern += f"(?P<{name}>{_KINDS[kind or 'text'][0]})" if name else ""
    return re.compile(pattern)


def _written(kind: str, value: Value) -> str:
    if kind in ("int", "count"):
        return _whole(value, kind)
    if kind == "float":
        return figure(_number(value))
    if kind == "fixed":
        return f"{round(_number(value), 2) + 0.0:.2f}"
    text = str(value)
    if not re.compile(_KINDS[kind][0]).fullmatch(text) or not text.isascii() or (text and not text.isprintable()):
        raise ValueError(f"{text!r} cannot stand in a line")
    return text


def _whole(value: Value, kind: str) -> str:
    number = _number(value)
    if number != int(number) or (kind == "count" and not 0 <= number < 1e9):
        raise ValueError(f"{value} is no whole number that a board reads")
    return str(int(number))


def _number(value: Value) -> float:
    if isinstance(value, str) or not abs(value) < 1e10:
        raise ValueError(f"{value!r} is not a figure that a board reads")
    return float(value)
