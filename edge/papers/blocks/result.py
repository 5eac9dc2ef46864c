"""The result: the decision, the blast percentage, and its interval as a picture against 5, 20 and 25 %."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from edge.decide.limits import Limits
from edge.nouns import DECISIONS, N_
from edge.papers.blocks.style import BODY, DECIDED, GAP_MM, SMALL, STRONG, Tone, heading, mark
from edge.papers.case_file import CaseFile
from edge.papers.reader import Reader
from edge.papers.sheet import INK, INSIDE_MM, MARGIN_MM, MUTED, PAPER, Area, Letter, Sheet

BLASTS = N_("Blasts among {counted} counted cells")
INTERVAL = N_("95 % interval: {low} to {high} %")
TARGET = N_("{counted} of {full} cells counted; {provisional} make a provisional count")
WHY = N_("Why")
PERCENT = N_("{figure} %")
LIMITS = Limits()
MARKS_PERCENT = (LIMITS.remission_percent, LIMITS.blast_percent, LIMITS.protocol_percent)
HEIGHT_MM, BAR_MM = 31.0, 7.0
BANDS = ((216, 236, 224), (252, 236, 205), (250, 220, 205), (247, 205, 208))
"""Under 5 %, to 20, to 25, above: pale, for the words and the interval lie on them."""


@dataclass(frozen=True, slots=True)
class PercentageWords:
    """The blast percentage, of how many cells, its interval, and how far the count is."""

    percent: str
    among: str
    interval: str
    progress: str


def percentage_words(file: CaseFile, reader: Reader) -> PercentageWords:
    """A dash where nothing is counted yet."""
    counted, (provisional, full) = file.counts.countable, file.targets
    low, high = (reader.figure(each, 1) for each in file.decision.interval)
    return PercentageWords(
        percent=reader.say(PERCENT, figure=reader.figure(file.decision.score, 1)) if counted else "–",
        among=reader.say(BLASTS, counted=counted),
        interval=reader.say(INTERVAL, low=low, high=high),
        progress=reader.say(TARGET, counted=counted, full=full, provisional=provisional),
    )


def result(sheet: Sheet, file: CaseFile, y: float) -> float:
    """Decision and percentage on the left, the interval's picture below, how far the count is."""
    tone = DECIDED[file.decision.label]
    sheet.box(Area(MARGIN_MM, y, INSIDE_MM, HEIGHT_MM + 17), PAPER, tone.strong, radius_mm=1.5)
    _decision(sheet, file, y + 4, tone)
    below = _percentage(sheet, file, y + 13.5)
    interval_picture(sheet, file, Area(MARGIN_MM + 8, below + 3, INSIDE_MM - 16, BAR_MM), tone)
    _progress(sheet, file, y + HEIGHT_MM + 10)
    return y + HEIGHT_MM + 17 + GAP_MM


def reasons(sheet: Sheet, file: CaseFile, y: float) -> float:
    """Every reason of the decision in words, with what to do."""
    if not file.decision.reasons:
        return y
    y = heading(sheet, sheet.room(y, 20), sheet.reader.say(WHY))
    for reason in file.decision.reasons:
        words = sheet.reader.reason(reason)
        y = sheet.room(y, sheet.height(INSIDE_MM - 5, words, BODY))
        sheet.disc((MARGIN_MM + 1.5, y + 2.2), 0.7, DECIDED[file.decision.label].strong)
        y = sheet.text(Area(MARGIN_MM + 5, y, INSIDE_MM - 5, 5), words, BODY) + 0.8
    return y + GAP_MM - 0.8


def interval_picture(sheet: Sheet, file: CaseFile, bar: Area, tone: Tone) -> None:
    """0 to 100 %, the limits as steps of colour with their figures, the interval as a bar with a dot where it was
    counted."""

    def at(percent: float) -> float:
        return bar.x + bar.w * percent / 100

    edges = (0.0, *MARKS_PERCENT, 100.0)
    for (low, high), colour in zip(pairwise(edges), BANDS, strict=True):
        sheet.box(Area(at(low), bar.y, at(high) - at(low), bar.h), colour)
    for each in (0.0, *MARKS_PERCENT, 50.0, 75.0, 100.0):
        _tick(sheet, at(each), bar, each)
    low, high = file.decision.interval
    middle = bar.y + bar.h / 2
    sheet.box(Area(at(low), middle - 1.1, max(0.6, at(high) - at(low)), 2.2), tone.strong)
    for end in (low, high):
        sheet.line((at(end), middle - 2.2), (at(end), middle + 2.2), tone.strong, 0.6)
    if file.counts.countable:
        sheet.disc((at(file.decision.score), middle), 1.9, PAPER)
        sheet.disc((at(file.decision.score), middle), 1.4, INK)


def _tick(sheet: Sheet, x: float, bar: Area, percent: float) -> None:
    limit = percent in MARKS_PERCENT
    sheet.line((x, bar.y - (1.2 if limit else 0)), (x, bar.y + bar.h + 1), INK if limit else MUTED, 0.3)
    letter = replace(SMALL, align="centre", bold=limit, colour=INK if limit else MUTED)
    sheet.text(Area(x - 4, bar.y + bar.h + 1, 8, 4), sheet.reader.figure(percent), letter)


def _decision(sheet: Sheet, file: CaseFile, y: float, tone: Tone) -> None:
    mark(sheet, (MARGIN_MM + 10, y + 4), 3.4, tone)
    words = sheet.reader.named(DECISIONS, file.decision.label)
    sheet.text(Area(MARGIN_MM + 17, y, INSIDE_MM - 22, 8), words, Letter(15, True, tone.strong))


def _percentage(sheet: Sheet, file: CaseFile, y: float) -> float:
    said = percentage_words(file, sheet.reader)
    below = sheet.text(Area(MARGIN_MM + 8, y, 44, 12), said.percent, Letter(24, True, leading=1.2))
    sheet.text(Area(MARGIN_MM + 54, y + 0.4, 110, 5), said.among, STRONG)
    sheet.text(Area(MARGIN_MM + 54, y + 5.2, 110, 5), said.interval, BODY)
    return below


def _progress(sheet: Sheet, file: CaseFile, y: float) -> None:
    words = percentage_words(file, sheet.reader).progress
    sheet.text(Area(MARGIN_MM + 8, y, INSIDE_MM - 16, 5), words, SMALL)
