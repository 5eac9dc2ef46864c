"""Does a code look like a person's name, birthday or telephone number? Then somebody is asked, never silently let by.

It is a question, not a rule: codes of digits may look like dates. So a mistake costs one more tap.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

YEARS = range(1900, 2100)
LEAST_PHONE, MOST_PHONE = 8, 15
"""Figures of a telephone number; E.164 allows 15."""
SHORT_CODE = 4
"""Capitals alone, up to so many, are taken for an abbreviation: QC, ABCD."""

_PHONE = re.compile(r"(?<![\w.-])(?:\+|00)?[0-9](?:[ ()/.-]{0,2}[0-9]){7,14}(?!\w)")
_ADDRESS = re.compile(r"\S+@\S+\.\w+")
_DATES = tuple(
    re.compile(rf"(?<!\d){form}(?!\d)")
    for form in (
        r"(?P<year>\d{4})(?P<gap>[-./ ]?)(?P<month>\d{2})(?P=gap)(?P<day>\d{2})",
        r"(?P<day>\d{1,2})(?P<gap>[-./ ])(?P<month>\d{1,2})(?P=gap)(?P<year>\d{4})",
        r"(?P<month>\d{1,2})(?P<gap>[-./ ])(?P<day>\d{1,2})(?P=gap)(?P<year>\d{4})",
        r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})",
    )
)
"""The ways in which days are written; between the parts always the same."""


def code_looks_like(code: str) -> str | None:
    """`date`, `address`, `phone`, `name`, or None where a code looks like a code."""
    return _first(code, (("date", has_date), ("address", has_address), ("phone", has_phone), ("name", is_name)))


def note_looks_like(note: str) -> str | None:
    """The same for a free note, in which words are words: `date`, `address`, `phone`, or None."""
    return _first(note, (("date", has_date), ("address", has_address), ("phone", has_phone)))


def has_date(text: str) -> bool:
    """A day that somebody could be born on is in it."""
    return any(_is_day(found) for form in _DATES for found in form.finditer(text))


def has_address(text: str) -> bool:
    """An e-mail address is in it."""
    return bool(_ADDRESS.search(text))


def has_phone(text: str) -> bool:
    """8 to 15 figures in a row, with what people put between them."""
    return any(_is_phone(found[0]) for found in _PHONE.finditer(text))


def is_name(code: str) -> bool:
    """Letters only, of any script: codes have figures in them, or are short and all capitals."""
    if any(each.isdigit() for each in code):
        return False
    words = [word for word in re.split(r"[\s,.'’_-]+", code) if word]
    letters = [word for word in words if word.isalpha() or _has_marks(word)]
    is_abbreviation = len(words) == 1 and code.isupper() and len(code) <= SHORT_CODE
    return not is_abbreviation and sum(len(word) for word in letters) >= 3


def _has_marks(word: str) -> bool:
    """Vowel signs of Devanagari and Arabic are no letters to Unicode, and part of names."""
    return any(each.isalpha() for each in word) and not word.isascii()


def _is_day(found: re.Match[str]) -> bool:
    year, month, day = (int(found[name]) for name in ("year", "month", "day"))
    try:
        return date(year, month, day).year in YEARS
    except ValueError:
        return False


def _is_phone(text: str) -> bool:
    return LEAST_PHONE <= sum(each.isdigit() for each in text) <= MOST_PHONE


def _first(text: str, questions: tuple[tuple[str, Callable[[str], bool]], ...]) -> str | None:
    return next((what for what, asks in questions if asks(text)), None)
