"""Text on paper in any of the kit's languages: shaped by HarfBuzz, ordered by the Unicode bidirectional algorithm.

fpdf2 does both. What is added: one family per script, each standing in for the others' missing letters, and a sign
for a letter that no font has, instead of a spoilt line.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.fonts import TTFFont

from edge.papers.reader import Reader

FONTS = Path(__file__).parent / "fonts"
LATIN, ARABIC, DEVANAGARI, SIGNS = "NotoSans", "NotoSansArabic", "NotoSansDevanagari", "NotoSansMath"
FAMILIES: Mapping[str, tuple[str, str]] = {
    LATIN: ("Regular", "Bold"),
    ARABIC: ("Regular", "Bold"),
    DEVANAGARI: ("Regular", "Bold"),
    SIGNS: ("Regular", "Regular"),
}
"""Family to its ordinary and its bold file."""
OF_LANGUAGE: Mapping[str, str] = {"ar": ARABIC, "hi": DEVANAGARI}
MOST_LINES = 8
MISSING = "\ufffd"
JOINERS = frozenset("\u200c\u200d\u200e\u200f\u061c\u2066\u2067\u2068\u2069")
"""Of the invisible format characters, those that shape words or keep figures in order; others could hide something."""
ISOLATES = frozenset("\u2066\u2067\u2068\u2069")
ISOLATED = "\u2068{}\u2069"


def add_fonts(pdf: FPDF) -> None:
    """Make the families known to a document; only letters that are used are put into it."""
    for family, (plain, bold) in FAMILIES.items():
        pdf.add_font(family, "", FONTS / f"{family}-{plain}.ttf")
        pdf.add_font(family, "B", FONTS / f"{family}-{bold}.ttf")
    pdf.set_fallback_fonts(list(FAMILIES), exact_match=True)


def close_fonts(pdf: FPDF) -> None:
    """Let the fonts' files go, which a document reads from until it is written."""
    for font in pdf.fonts.values():
        if isinstance(font, TTFFont):
            font.close()


def family_of(reader: Reader) -> str:
    """The family in which a reader's language is written."""
    return OF_LANGUAGE.get(reader.code, LATIN)


def isolated(text: str) -> str:
    """A name or a code inside a sentence: its direction leaves the sentence's alone (UAX #9, FSI … PDI).

    Each line is a paragraph, which ends all isolates. Some of the text's own would end this one early, or never.
    """
    own = "".join(letter for letter in text if letter not in ISOLATES)
    return "\n".join(ISOLATED.format(line) for line in own.split("\n"))


def in_short(text: str, most: int) -> str:
    """What a person wrote, as far as there is room on paper; an ellipsis says that there is more in the record."""
    lines = text.strip().split("\n")
    cut = "\n".join(lines[:MOST_LINES])[:most].rstrip()
    return cut if cut == text.strip() else f"{cut} …"


def printable(text: str) -> str:
    """The text as it can be set: composed (NFC), one kind of space, a sign for every letter that no font has."""
    known = _letters()
    composed = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u202f", " ")
    return "".join(_shown(letter, known) for letter in composed)


def _shown(letter: str, known: frozenset[str]) -> str:
    if letter == "\n" or letter in JOINERS:
        return letter
    if letter.isspace():
        return " "
    if unicodedata.category(letter) in ("Cc", "Cf"):
        return ""
    return letter if letter in known else MISSING


@cache
def _letters() -> frozenset[str]:
    """Every character that at least one of the families has."""
    pdf = FPDF()
    add_fonts(pdf)
    known = frozenset(chr(code) for font in pdf.fonts.values() if isinstance(font, TTFFont) for code in font.cmap)
    close_fonts(pdf)
    return known
