"""Text of both directions in the order in which it is read: the Unicode bidirectional algorithm (UAX #9) to its end.

fpdf2 resolves levels (rules X, W, N, I) and then orders the runs of a line by their direction alone. That is right for
one change of direction. In a line of three levels, a Latin note that ends in Arabic with a figure, or any of it in an
Arabic report, words and figures change places: `12/3` stands on the wrong side of the words that it belongs to. Here
runs are cut where the level changes, and each line is ordered by rule L2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from fpdf import FPDF
from fpdf.bidi import BidiCharacter, BidiParagraph
from fpdf.enums import TextDirection
from fpdf.line_break import Fragment, TextLine

LEVEL = "marrowkit_level"
"""In a fragment's shaping parameters: its embedding level, even from left to right, odd from right to left."""
Run = TypeVar("Run")


class OrderedPdf(FPDF):
    """A document whose lines are ordered by level. It takes two steps inside of fpdf2, which tests hold to."""

    def _preload_bidirectional_text(self, text: str, markdown: bool) -> Sequence[Fragment]:
        """The fragments of a text whose direction was set, each of one level, in the order of the text."""
        shaping: dict[str, Any] = self.text_shaping or {}
        direction = shaping["direction"]
        shaping["paragraph_direction"] = direction
        found: list[Fragment] = []
        for level, run in level_runs(text, direction):
            shaping["fragment_direction"] = TextDirection.RTL if level % 2 else TextDirection.LTR
            shaping[LEVEL] = level
            found.extend(self._preload_font_styles(run, markdown))
        return tuple(found)

    def _render_styled_text_line(self, text_line: TextLine, *args: Any, **options: Any) -> bool:
        """The same line, whose fragments know their order."""
        return super()._render_styled_text_line(_OrderedLine(*text_line), *args, **options)


class _OrderedLine(TextLine):
    """A line of fragments with levels."""

    def get_ordered_fragments(self) -> list[Fragment]:
        """From left to right."""
        levels = [(each.text_shaping_parameters or {}).get(LEVEL, 0) for each in self.fragments]
        return in_order(list(self.fragments), levels)


def level_runs(text: str, direction: TextDirection) -> list[tuple[int, str]]:
    """The text cut where its level changes; each of its lines is a paragraph, so that no isolate outlasts its own."""
    found: list[tuple[int, str]] = []
    for line in text.splitlines(keepends=True):
        characters = BidiParagraph(line, direction, preserve_bn_chars=True).get_characters()
        runs = groupby(characters, key=_level)
        found.extend((level, "".join(each.character for each in run)) for level, run in runs)
    return found


def in_order(runs: Sequence[Run], levels: Sequence[int]) -> list[Run]:
    """Rule L2: from the highest level to the lowest odd one, whatever is at that level or above it is turned round."""
    ordered = list(zip(levels, runs, strict=True))
    for level in range(max(levels, default=0), 0, -1):
        ordered = list(_turned(ordered, level))
    return [run for _, run in ordered]


def _turned(ordered: Sequence[tuple[int, Run]], level: int) -> Iterator[tuple[int, Run]]:
    for is_turned, group in groupby(ordered, key=lambda each: each[0] >= level):
        runs = list(group)
        yield from reversed(runs) if is_turned else runs


def _level(character: BidiCharacter) -> int:
    return int(character.embedding_level)
