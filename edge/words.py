"""Reasons in plain words: a code and its figures become what happened and what to do.

Templates are `str.format` strings over `Reason.values` and are the message ids of the translations, so a wording is
changed here and in the catalogues of `edge/web/locale`. Keep both halves short enough to read at a microscope:
the text says what is seen, the remedy starts with a verb.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from edge.types import Reason

Translate = Callable[[str], str]
"""Message id to the wording in the reader's language; `gettext` has this shape."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What happened, and what to do about it; the remedy is empty where there is nothing to do."""

    text: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.text} {self.remedy}".strip()


def in_english(message: str) -> str:
    """The message itself: message ids are English."""
    return message


WORDS: Mapping[str, Sentence] = MappingProxyType({})
"""Every code in use: what was seen, with `{figures}` from the reason's values, and what to do."""


def say(reason: Reason, translate: Translate = in_english) -> Sentence:
    """The reason in words.

    A code without words is shown as itself: an old record may hold one that was retired since, and support can still
    look it up. Tests see to it that every code written in `edge` has words.
    """
    template = WORDS.get(reason.code)
    if template is None:
        return Sentence(reason.code, "")
    return Sentence(_fill(template.text, reason, translate), _fill(template.remedy, reason, translate))


def _fill(template: str, reason: Reason, translate: Translate) -> str:
    # gettext answers the empty message id with the catalogue's header
    return translate(template).format(**reason.values) if template else ""
