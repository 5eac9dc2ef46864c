"""Pictures of cells: the most typical of each class, and those that the kit is least sure of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from edge.nouns import CLASSES, N_
from edge.papers.blocks.result import PERCENT
from edge.papers.blocks.style import BODY, GAP_MM, SMALL, STRONG, heading
from edge.papers.case_file import CaseFile, CellFacts
from edge.papers.chosen import classes_present, doubtful, typical
from edge.papers.reader import Reader
from edge.papers.sheet import FAINT, INSIDE_MM, MARGIN_MM, Area, Sheet

TYPICAL, DOUBTFUL = N_("The most typical cells of each class"), N_("The most doubtful cells")
NO_DOUBT = N_("The kit was sure of every counted cell.")
TYPICAL_HOW = N_("Each square is {side} µm wide. Below it: field and cell, and how sure the kit was.")
DOUBTFUL_HOW = N_("Please look at these first. Below each: its class now, and what else it may be.")
CORRECTED = N_("{label} (was {machine})")
SURE = N_("{name} · {percent} %")
IN_A_ROW, SPACE_MM, LABEL_MM = 7, 3.0, 26.0
Recoded = Callable[[CellFacts], bytes]
"""The cell's picture as JPEG, perhaps smaller than it was taken."""


def as_taken(cell: CellFacts) -> bytes:
    """The picture as it is."""
    return cell.crop_jpeg


def typical_cells(
    sheet: Sheet, file: CaseFile, y: float, most: int = IN_A_ROW - 1, picture: Recoded = as_taken, of: int = 40
) -> float:
    """A row of pictures per class, blasts first, of so many classes."""
    classes = classes_present(file)[:of]
    if not (classes and file.cells):
        return y
    y = heading(sheet, sheet.room(y, 45), sheet.reader.say(TYPICAL))
    side_um = sheet.reader.figure(file.cells[0].crop_um)
    y = sheet.text(Area(MARGIN_MM, y - 1, INSIDE_MM, 5), sheet.reader.say(TYPICAL_HOW, side=side_um), SMALL) + 1
    for label in classes:
        y = _class_row(sheet, y, label, typical(file, label, most), picture)
    return y + GAP_MM - SPACE_MM


def doubtful_cells(
    sheet: Sheet, file: CaseFile, y: float, most: int = 2 * IN_A_ROW, picture: Recoded = as_taken
) -> float:
    """The least sure first."""
    cells = doubtful(file, most)
    y = heading(sheet, sheet.room(y, 45), sheet.reader.say(DOUBTFUL))
    if not cells:
        return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(NO_DOUBT), BODY) + GAP_MM
    y = sheet.text(Area(MARGIN_MM, y - 1, INSIDE_MM, 5), sheet.reader.say(DOUBTFUL_HOW), SMALL) + 1
    side = (INSIDE_MM - (IN_A_ROW - 1) * SPACE_MM) / IN_A_ROW
    for first in range(0, len(cells), IN_A_ROW):
        y = sheet.room(y, side + 13)
        row = cells[first : first + IN_A_ROW]
        y = _pictures(sheet, Area(MARGIN_MM, y, side, side), row, (picture, doubt_said)) + SPACE_MM
    return y + GAP_MM - SPACE_MM


def _class_row(sheet: Sheet, y: float, label: str, cells: Sequence[CellFacts], picture: Recoded) -> float:
    side = (INSIDE_MM - LABEL_MM - (IN_A_ROW - 2) * SPACE_MM) / (IN_A_ROW - 1)
    y = sheet.room(y, side + 8)
    sheet.text(Area(MARGIN_MM, y + side / 2 - 3, LABEL_MM - 2, 5), sheet.reader.named(CLASSES, label), STRONG)
    start = Area(MARGIN_MM + LABEL_MM, y, side, side)
    return _pictures(sheet, start, cells, (picture, sure_said)) + SPACE_MM


def _pictures(
    sheet: Sheet, start: Area, cells: Sequence[CellFacts], how: tuple[Recoded, Callable[[CellFacts, Reader], str]]
) -> float:
    """One row; returns the y below its words."""
    picture, said = how
    below = start.y + start.h
    for at, cell in enumerate(cells):
        area = replace(start, x=start.x + at * (start.w + SPACE_MM))
        words = said(cell, sheet.reader)
        sheet.picture(area, picture(cell), words)
        sheet.box(area, line=FAINT)
        under = Area(area.x, area.y + area.h + 0.6, area.w, 4)
        below = max(below, sheet.text(under, words, replace(SMALL, size_pt=6.6, align="centre", leading=1.25)))
    return below


def sure_said(cell: CellFacts, reader: Reader) -> str:
    """Its name, and how sure the kit was; of a class that a person gave it, what it was before."""
    if cell.corrected:
        return f"{cell.name}\n{_corrected(cell, reader)}"
    return reader.say(SURE, name=cell.name, percent=reader.percent(cell.probability.get(cell.label, 0.0)))


def doubt_said(cell: CellFacts, reader: Reader) -> str:
    """Its name, its class now, and the other class that the kit held most likely."""
    if cell.corrected:
        return f"{cell.name}\n{_corrected(cell, reader)}"
    others = {name: share for name, share in cell.probability.items() if name != cell.label}
    likely = [cell.label, *([max(others, key=lambda name: (others[name], name))] if others else [])]
    return "\n".join([cell.name, *(_share(cell, label, reader) for label in likely)])


def _corrected(cell: CellFacts, reader: Reader) -> str:
    label, machine = (reader.named(CLASSES, each) for each in (cell.label, cell.machine))
    return reader.say(CORRECTED, label=label, machine=machine)


def _share(cell: CellFacts, label: str, reader: Reader) -> str:
    share = reader.say(PERCENT, figure=reader.percent(cell.probability.get(label, 0.0)))
    return f"{reader.named(CLASSES, label)} {share}"
