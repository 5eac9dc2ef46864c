"""The counts by class with their intervals, what was not counted and why, and a person's own count beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

from edge.nouns import CLASSES, N_
from edge.papers.blocks.style import ACCENT, BODY, GAP_MM, SMALL, STRONG, heading
from edge.papers.case_file import CaseFile, ClassCount
from edge.papers.reader import Reader
from edge.papers.sheet import FAINT, INSIDE_MM, MARGIN_MM, MUTED, Area, Letter, Sheet

COUNTS = N_("Counts by class")
HEADS = (N_("Class"), N_("Cells"), N_("Percent"), N_("95 % interval"))
ENDS_MM = (62.0, 82.0, 104.0, 136.0)
"""Where the columns end; the first is aligned to the start, the others to these."""
SPAN = N_("{low} to {high}")
NOT_COUNTED = N_("Not counted: {cells} of {found} nucleated cells ({reasons})")
EXCLUDED: Mapping[str, str] = {
    "cell.cut": N_("cut by the edge"),
    "cell.smudged": N_("smudged"),
    "cell.naked": N_("naked nucleus"),
    "cell.crushed": N_("crushed"),
    "cell.clumped": N_("in a clump"),
    "cell.again": N_("seen before in another field"),
    "cell.person": N_("excluded by a person"),
}
MANUAL = N_("Counted by hand: {cells} cells, {percent} % blasts (95 % interval {low} to {high} %)")
AGREEMENT = N_("The kit differs from that by {difference} percentage points (95 % interval {low} to {high})")
SYSTEMS = N_(
    "Each system alone, on the same cells: fuzzy-RBF {rbf} % blasts (95 % interval {rbf_low} to {rbf_high} %), "
    "network {network} % ({network_low} to {network_high} %); they agree on {alike} of {counted} cells"
)
ROW_MM = 5.4


def counts(sheet: Sheet, file: CaseFile, y: float) -> float:
    """The table, with a bar for each share, and the lines below it."""
    y = heading(sheet, sheet.room(y, ROW_MM * (len(file.by_class) + 3)), sheet.reader.say(COUNTS))
    _row(sheet, y, [sheet.reader.say(each) for each in HEADS], replace(SMALL, bold=True))
    y += ROW_MM
    for each in file.by_class:
        _class_row(sheet, y, each)
        y += ROW_MM
    y += 1.0
    for line in below_the_table(file, sheet.reader):
        y = sheet.text(Area(MARGIN_MM, sheet.room(y, 5), INSIDE_MM, 5), line, BODY)
    return y + GAP_MM


def _class_row(sheet: Sheet, y: float, each: ClassCount) -> None:
    reader = sheet.reader
    sheet.line((MARGIN_MM, y), (MARGIN_MM + INSIDE_MM, y), FAINT)
    _row(sheet, y, class_words(each, reader), STRONG if each.blast else BODY)
    start, length = MARGIN_MM + ENDS_MM[-1] + 4, INSIDE_MM - ENDS_MM[-1] - 4
    sheet.box(Area(start, y + 1.6, length, 2.4), FAINT)
    if each.cells:
        sheet.box(Area(start, y + 1.6, length * each.percent / 100, 2.4), ACCENT if each.blast else MUTED)


def class_words(each: ClassCount, reader: Reader) -> list[str]:
    """Its name, cells, percent and interval."""
    low, high = (reader.figure(end, 1) for end in each.interval)
    span = reader.say(SPAN, low=low, high=high)
    return [reader.named(CLASSES, each.label), reader.figure(each.cells), reader.figure(each.percent, 1), span]


def below_the_table(file: CaseFile, reader: Reader) -> list[str]:
    """What was not counted and why, each system alone, and a person's own count."""
    return [*_excluded(file, reader), *_systems(file, reader), *_manual(file, reader)]


def _row(sheet: Sheet, y: float, words: list[str], letter: Letter) -> None:
    sheet.text(Area(MARGIN_MM, y + 0.5, ENDS_MM[0], ROW_MM), words[0], letter)
    for (begin, end), word in zip(pairwise(ENDS_MM), words[1:], strict=True):
        sheet.text(Area(MARGIN_MM + begin, y + 0.5, end - begin, ROW_MM), word, replace(letter, align="end"))


def _excluded(file: CaseFile, reader: Reader) -> list[str]:
    if not file.excluded:
        return []
    sums = file.counts
    why = reader.listed(f"{reader.named(EXCLUDED, code)}: {cells}" for code, cells in file.excluded.items())
    return [reader.say(NOT_COUNTED, cells=sums.excluded, found=sums.nucleated, reasons=why)]


def _systems(file: CaseFile, reader: Reader) -> list[str]:
    if file.systems is None or not file.counts.countable:
        return []
    figures: dict[str, Any] = {"alike": file.systems.alike, "counted": file.counts.countable}
    for name, each in (("rbf", file.systems.rbf), ("network", file.systems.network)):
        low, high = (reader.figure(end, 1) for end in each.interval)
        figures |= {name: reader.figure(each.percent, 1), f"{name}_low": low, f"{name}_high": high}
    return [reader.say(SYSTEMS, **figures)]


def _manual(file: CaseFile, reader: Reader) -> list[str]:
    manual = file.manual
    if manual is None:
        return []
    low, high = (reader.figure(each, 1) for each in manual.interval)
    percent, cells = reader.figure(manual.percent, 1), sum(manual.by_class.values())
    least, most = (_signed(each, reader) for each in manual.difference_interval)
    return [
        reader.say(MANUAL, cells=cells, percent=percent, low=low, high=high),
        reader.say(AGREEMENT, difference=_signed(manual.difference, reader), low=least, high=most),
    ]


def _signed(value: float, reader: Reader) -> str:
    """With its sign, which stays before the figure in a line from right to left."""
    sign = "−" if value < 0 else "+"
    return f"\u2066{sign}{reader.figure(abs(value), 1)}\u2069"
