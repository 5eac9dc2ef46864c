"""What all blocks look like: letters, colours of decisions and states, each with a shape of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from edge.papers.sheet import INK, INSIDE_MM, MARGIN_MM, MUTED, Area, Colour, Letter, Sheet

TITLE, HEADING = Letter(17, bold=True, leading=1.25), Letter(10.5, bold=True)
BODY, SMALL, STRONG = Letter(9), Letter(7.8, colour=MUTED), Letter(9, bold=True)
GAP_MM = 5.0
ACCENT = (70, 51, 130)


@dataclass(frozen=True, slots=True)
class Tone:
    """A colour for mark and words, a pale one to lie under them, and the mark's number of corners (0: a disc)."""

    strong: Colour
    pale: Colour
    corners: int


GOOD = Tone((22, 101, 62), (230, 244, 236), 0)
WATCH = Tone((146, 84, 8), (253, 243, 224), 4)
ALARM = Tone((161, 29, 43), (252, 232, 234), 3)
OPEN = Tone((71, 85, 105), (238, 241, 245), 6)
DECIDED: Mapping[str, Tone] = {"not suspicious": GOOD, "suspicious": ALARM, "refer": WATCH, "insufficient": OPEN}
CHECKED: Mapping[str, Tone] = {"ok": GOOD, "warn": WATCH, "block": ALARM}


def heading(sheet: Sheet, y: float, words: str) -> float:
    """A block's heading."""
    return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 6), words, HEADING) + 1.2


def mark(sheet: Sheet, centre: tuple[float, float], radius_mm: float, tone: Tone) -> None:
    """The shape that says the same as the colour."""
    if tone.corners == 0:
        sheet.disc(centre, radius_mm, tone.strong)
        return
    turns = [2 * pi * corner / tone.corners for corner in range(tone.corners)]
    sheet.shape([(centre[0] + radius_mm * sin(a), centre[1] - radius_mm * cos(a)) for a in turns], tone.strong)


def coloured(letter: Letter, colour: Colour = INK) -> Letter:
    """The same letter in another colour."""
    return Letter(letter.size_pt, letter.bold, colour, letter.align, letter.direction, letter.leading)
