"""What was measured of the cells that a paper shows, so that an expert can hold figures against what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from edge.nouns import CLASSES, FEATURES, N_
from edge.papers.blocks.style import BODY, GAP_MM, SMALL, heading
from edge.papers.case_file import CaseFile, CellFacts
from edge.papers.reader import Reader
from edge.papers.sheet import FAINT, INSIDE_MM, MARGIN_MM, Area, Letter, Sheet

MEASURED = N_("What was measured of the doubtful cells")
CELL, CLASS, SUSPICION = N_("Cell"), N_("Class"), N_("Suspicion by the rules, 0 to 100")
SHOWN = ("diameter_um", "nucleus_diameter_um", "nc_ratio", "circularity", "lobes")
BEGINS_MM = (0.0, 16.0, 52.0, 74.0, 96.0, 118.0, 138.0, 154.0, INSIDE_MM)
SMALL_BODY = replace(BODY, size_pt=8)


def measured(sheet: Sheet, file: CaseFile, y: float, cells: Sequence[CellFacts]) -> float:
    """One line per cell: class, sizes, shape, and the fuzzy rules' score."""
    if not cells:
        return y
    reader = sheet.reader
    heads = [reader.say(CELL), reader.say(CLASS), *(_head(name, reader) for name in SHOWN), reader.say(SUSPICION)]
    letter = replace(SMALL, size_pt=6.8)
    y = heading(sheet, sheet.room(y, 30), reader.say(MEASURED))
    y += _row(sheet, y, heads, letter)
    for cell in cells:
        y = sheet.room(y, 5)
        sheet.line((MARGIN_MM, y), (MARGIN_MM + INSIDE_MM, y), FAINT)
        y += _row(sheet, y, _words(cell, reader), SMALL_BODY)
    return y + GAP_MM


def _head(name: str, reader: Reader) -> str:
    figure = FEATURES[name]
    return f"{reader.say(figure.name)}, {figure.unit}" if figure.unit else reader.say(figure.name)


def _words(cell: CellFacts, reader: Reader) -> list[str]:
    figures = [reader.figure(getattr(cell.features, name), FEATURES[name].digits) for name in SHOWN]
    return [cell.name, reader.named(CLASSES, cell.label), *figures, reader.figure(cell.fuzzy_score)]


def _row(sheet: Sheet, y: float, words: Sequence[str], letter: Letter) -> float:
    """Returns its height."""
    areas = [Area(MARGIN_MM + begin, y + 0.4, end - begin - 1.5, 5) for begin, end in pairwise(BEGINS_MM)]
    ends = [sheet.text(area, word, letter) for area, word in zip(areas, words, strict=True)]
    return max(ends) - y + 0.4
