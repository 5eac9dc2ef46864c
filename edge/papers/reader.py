"""Who will read a paper: the words, the direction of writing, and the way figures are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from edge.figures import percentage, rounded
from edge.nouns import is_unread
from edge.types import Reason
from edge.words import Translate, in_english, say

Direction = Literal["ltr", "rtl"]
RIGHT_TO_LEFT = frozenset({"ar"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def plain_moment(when: str) -> str:
    """`2026-11-27T09:12:44+00:00` as `2026-11-27 09:12`, in every language alike; what is no time, as it is."""
    return when[:16].replace("T", " ") if _MOMENT.match(when) else when


def plain_number(value: float | Decimal, decimals: int) -> str:
    """A figure with a point, in every language alike."""
    return f"{rounded(value, decimals)}"


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader's language.

    code       BCP 47
    translate  message id to words
    number     a figure with so many decimals in the reader's way
    moment     an ISO 8601 time in the reader's way
    """

    code: str = "en"
    translate: Translate = in_english
    number: Callable[[float | Decimal, int], str] = plain_number
    moment: Callable[[str], str] = plain_moment

    @property
    def direction(self) -> Direction:
        """Which way the language is written."""
        return "rtl" if self.code in RIGHT_TO_LEFT else "ltr"

    @property
    def unread(self) -> bool:
        """See `edge.nouns.is_unread`."""
        return is_unread(self.code)

    def say(self, message: str, **values: Any) -> str:
        """A message in words, with its figures."""
        return self.translate(message).format(**values)

    def reason(self, reason: Reason) -> str:
        """A reason with its remedy."""
        return str(say(reason, self.translate))

    def figure(self, value: float, decimals: int = 0) -> str:
        """A figure."""
        return self.number(value, decimals)

    def percent(self, share: float) -> str:
        """A share of one in whole percent."""
        return self.number(percentage(share), 0)

    def listed(self, parts: Iterable[str]) -> str:
        """Several things one after the other, with the comma of the language's script."""
        return ("، " if self.direction == "rtl" else ", ").join(parts)

    def named(self, names: Mapping[str, str], key: str) -> str:
        """What a key is called; one that has no name, as itself."""
        return self.translate(names[key]) if key in names else key
