"""Text as it is searched: what people take for the same letter is the same, in every script that the page speaks."""

from __future__ import annotations

import unicodedata

_ACCENTS = range(0x0300, 0x0370)
_ARABIC_SIGNS = (*range(0x064B, 0x0660), 0x0640, 0x0670)
_LEFT_OUT = frozenset(map(chr, (*_ACCENTS, *_ARABIC_SIGNS)))
"""Accents of Latin letters; short vowels, hamzas above and below, and the stretching of Arabic ones. The vowel signs of
Devanagari are letters and stay.
"""


def folded(text: str) -> str:
    """The text without case, accents and ways of writing a letter in one code or two; digits as 0 to 9.

    Unicode's caseless match by compatibility (The Unicode Standard 3.13, D146), less the accents.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(_digit(letter) for letter in plain if letter not in _LEFT_OUT)


def _digit(letter: str) -> str:
    return str(unicodedata.decimal(letter, letter))
