"""Whether a person has signed this, first of all; and that it is no diagnosis."""

from __future__ import annotations

from dataclasses import replace

from edge.nouns import N_
from edge.papers.blocks.style import BODY, GAP_MM, GOOD, STRONG, TITLE, WATCH, Tone, coloured, mark
from edge.papers.case_file import CaseFile
from edge.papers.lettering import isolated
from edge.papers.reader import Reader
from edge.papers.sheet import INSIDE_MM, MARGIN_MM, MUTED, Area, Sheet

NOT_A_DIAGNOSIS = N_("Decision support, not a diagnosis.")
WHAT_IT_IS = N_(
    "Cells were counted in pictures by a program. A qualified person must look at the smear before anyone acts on it."
)
PRELIMINARY = N_("PRELIMINARY – not signed by anyone yet")
SIGNED = N_("Signed by {name}, {when}")
AMENDED = N_("Amended, version {version}: {reason}")
INSIDE_LINE_MM = 5.5


def title(sheet: Sheet, file: CaseFile, words: str, y: float) -> float:
    """The paper's title, and whose it is."""
    sheet.text(Area(MARGIN_MM, y + 1.5, INSIDE_MM, 8), file.case.pseudonym, replace(TITLE, align="end", size_pt=13))
    below = sheet.text(Area(MARGIN_MM, y, INSIDE_MM - 60, 8), words, TITLE)
    moment = sheet.reader.moment(file.case.finished or file.case.begun)
    where = f"{isolated(file.station.name)} · {isolated(moment)}"
    return sheet.text(Area(MARGIN_MM, below, INSIDE_MM, 5), where, coloured(BODY, MUTED)) + 2.5


def banner(sheet: Sheet, file: CaseFile, y: float) -> float:
    """The state of the signature as colour, shape and words, and what this paper is not."""
    tone, lines = _state(file, sheet.reader)
    height = len(lines) * INSIDE_LINE_MM + 3
    sheet.box(Area(MARGIN_MM, y, INSIDE_MM, height), tone.pale, tone.strong, radius_mm=1.5)
    mark(sheet, (MARGIN_MM + 6, y + height / 2), 2.4, tone)
    at = y + 1.6
    for line in lines:
        sheet.text(Area(MARGIN_MM + 12, at, INSIDE_MM - 16, 5), line, replace(STRONG, colour=tone.strong, size_pt=10))
        at += INSIDE_LINE_MM
    return _caution(sheet, y + height + 2.5)


def _state(file: CaseFile, reader: Reader) -> tuple[Tone, list[str]]:
    case, signature = file.case, file.signature
    amended = [reader.say(AMENDED, version=case.version, reason=isolated(case.amended))] if case.version > 1 else []
    if signature is None:
        return WATCH, [reader.say(PRELIMINARY), *amended]
    when = isolated(reader.moment(signature.when))
    return GOOD, [reader.say(SIGNED, name=isolated(signature.name), when=when), *amended]


def _caution(sheet: Sheet, y: float) -> float:
    y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(NOT_A_DIAGNOSIS), STRONG)
    return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(WHAT_IT_IS), BODY) + GAP_MM
