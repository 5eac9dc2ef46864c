"""How figures and moments are written in each language, figures as browsers do, moments by one pattern.

From Unicode's CLDR 48, with the digits 0 to 9 in every language, as instruments have them. Babel holds all of it, and
30 MB more; it is asked by the tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from edge.figures import rounded
from edge.papers.reader import Reader
from edge.record.clock import here, zone_of
from edge.web.language import translation


@dataclass(frozen=True, slots=True)
class Writing:
    """One language's way.

    moment       a pattern of day, day2, month, month2, year, hour, hour2, hour12, minute, half (2: with two digits)
    months       short names
    halves       before and after noon
    point        between a whole number and its decimals
    group        between thousands …
    least        … of numbers with at least so many digits
    further      digits of a group above the thousands
    minus        before a number below zero
    """

    moment: str
    months: tuple[str, ...]
    halves: tuple[str, str] = ("", "")
    point: str = "."
    group: str = ","
    least: int = 4
    further: int = 3
    minus: str = "-"


_ENGLISH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_SPANISH = "ene feb mar abr may jun jul ago sept oct nov dic"
_FRENCH = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc."
_PORTUGUESE = "jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez."
_SWAHILI = "Jan Feb Mac Apr Mei Jun Jul Ago Sep Okt Nov Des"
_HINDI = "जन॰ फ़र॰ मार्च अप्रैल मई जून जुल॰ अग॰ सित॰ अक्टू॰ नव॰ दिस॰"
WRITINGS: Mapping[str, Writing] = {
    "en": Writing(
        "{month} {day}, {year}, {hour12}:{minute}\u202f{half}",
        tuple(_ENGLISH.split()),
        ("AM", "PM"),
    ),
    "es": Writing("{day} {month} {year}, {hour}:{minute}", tuple(_SPANISH.split()), point=",", group=".", least=5),
    "fr": Writing("{day} {month} {year}, {hour2}:{minute}", tuple(_FRENCH.split()), point=",", group="\u202f"),
    "pt": Writing("{day} de {month} de {year} {hour2}:{minute}", tuple(_PORTUGUESE.split()), point=",", group="."),
    "sw": Writing("{day} {month} {year} {hour2}:{minute}", tuple(_SWAHILI.split())),
    "hi": Writing("{day} {month} {year}, {hour12}:{minute} {half}", tuple(_HINDI.split()), ("am", "pm"), further=2),
    "ar": Writing("{day2}\u200f/{month2}\u200f/{year}، {hour12}:{minute} {half}", (), ("ص", "م"), minus="\u200e-"),
}


def paper_reader(code: str) -> Reader:
    """Whoever reads papers in a language: its words, its figures, its moments."""
    writing = WRITINGS[code]
    return Reader(
        code,
        translation(code),
        number=lambda value, decimals: written(value, decimals, writing),
        moment=lambda when: moment(when, writing),
    )


def moments_of(code: str) -> dict[str, Any]:
    """How moments are written in a language, for the page's scripts."""
    writing = WRITINGS[code]
    return {"moment": writing.moment, "months": writing.months, "halves": writing.halves}


def written(value: float | Decimal, decimals: int, writing: Writing) -> str:
    """A figure, rounded as the page does."""
    number = rounded(value, decimals)
    sign = writing.minus if number.is_signed() else ""
    whole, point, rest = f"{abs(number):f}".partition(".")
    return f"{sign}{_grouped(whole, writing)}{point and writing.point}{rest}"


def _grouped(whole: str, writing: Writing) -> str:
    if len(whole) < writing.least:
        return whole
    return re.sub(rf"(?<=\d)(?=(?:\d{{{writing.further}}})*\d{{3}}$)", writing.group, whole)


def moment(when: str, writing: Writing) -> str:
    """An ISO 8601 time in the kit's own time zone, which is named; what is no time, as it is."""
    at = here(when)
    return when if at is None else f"{_written_moment(at, writing)} {zone_of(at)}"


def _written_moment(at: datetime, writing: Writing) -> str:
    return writing.moment.format(
        day=at.day,
        day2=f"{at.day:02}",
        month=writing.months[at.month - 1] if writing.months else "",
        month2=f"{at.month:02}",
        year=at.year,
        hour=at.hour,
        hour2=f"{at.hour:02}",
        hour12=at.hour % 12 or 12,
        minute=f"{at.minute:02}",
        half=writing.halves[at.hour >= 12],
    )
