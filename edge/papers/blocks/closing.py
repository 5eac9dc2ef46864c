"""What people did: the corrections of cells, and the signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edge.nouns import CLASSES, LEFT_OUT, N_
from edge.papers.blocks.style import BODY, GAP_MM, SMALL, STRONG, heading
from edge.papers.case_file import CaseFile, Correction, Signature
from edge.papers.lettering import in_short, isolated
from edge.papers.reader import Reader
from edge.papers.sheet import FAINT, INK, INSIDE_MM, MARGIN_MM, MUTED, Area, Sheet

CORRECTIONS, NO_CORRECTIONS = N_("Corrections by a person"), N_("No cell was corrected.")
MORE = N_("… and {count} more, all of them in the table of cells (CSV) and in the kit's record.")
KINDS: Mapping[str, str] = {
    "class": N_("{after} instead of {before}"),
    "exclude": N_("not counted"),
    "include": N_("counted again"),
    "undo": N_("taken back"),
    "redo": N_("done again"),
}
CONFIRMED = N_("{after} confirmed")
SIGNATURE, SIGNED_BY = N_("Signature"), N_("Name, signature and date")
SIGNED_DIGEST = N_("Signed result: {digest}")
WHEN_HINT = N_("Times are those of the kit's clock, which may be wrong.")
MOST, MOST_LETTERS = 24, 600
BETWEEN_MM = 2.0
COLUMNS_MM = (0.0, 42.0, 65.0, 77.0, 132.0)
"""Where when, who, cell, what and why begin."""


def corrections(sheet: Sheet, file: CaseFile, y: float) -> float:
    """Each step: when, who, which cell, what, why; the first 24 of many."""
    y = heading(sheet, sheet.room(y, 18), sheet.reader.say(CORRECTIONS))
    if not file.corrections:
        return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(NO_CORRECTIONS), BODY) + GAP_MM
    for step in file.corrections[:MOST]:
        y = _step(sheet, y, step)
    left = len(file.corrections) - MOST
    if left > 0:
        y = sheet.text(Area(MARGIN_MM, sheet.room(y, 5) + 1, INSIDE_MM, 5), sheet.reader.say(MORE, count=left), BODY)
    return y + GAP_MM


def signature(sheet: Sheet, file: CaseFile, y: float) -> float:
    """Who signed what, or a line to sign on."""
    y = heading(sheet, sheet.room(y, 34), sheet.reader.say(SIGNATURE))
    signed = file.signature
    if signed is None:
        y += 13
        sheet.line((MARGIN_MM, y), (MARGIN_MM + 95, y), INK)
        y = sheet.text(Area(MARGIN_MM, y + 0.8, 95, 4), sheet.reader.say(SIGNED_BY), SMALL)
    else:
        who, statement, digest = signature_words(signed, sheet.reader)
        y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 6), who, STRONG)
        if statement:
            y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), statement, BODY)
        y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), digest, replace(SMALL, size_pt=7))
    y = sheet.text(Area(MARGIN_MM, y + 1, INSIDE_MM, 4), sheet.reader.say(WHEN_HINT), replace(SMALL, colour=MUTED))
    return y + GAP_MM


def _step(sheet: Sheet, y: float, step: Correction) -> float:
    words = step_words(step, sheet.reader)
    ends = (*COLUMNS_MM[1:], INSIDE_MM)
    widths = [end - begin - BETWEEN_MM for begin, end in zip(COLUMNS_MM, ends, strict=True)]
    letter = replace(BODY, size_pt=8)
    height = max(sheet.height(width, word, letter) for width, word in zip(widths, words, strict=True)) + 1
    y = sheet.room(y, height)
    sheet.line((MARGIN_MM, y), (MARGIN_MM + INSIDE_MM, y), FAINT)
    for begin, width, word in zip(COLUMNS_MM, widths, words, strict=True):
        sheet.text(Area(MARGIN_MM + begin, y + 0.5, width, 5), word, letter)
    return y + height


def step_words(step: Correction, reader: Reader) -> tuple[str, str, str, str, str]:
    """When, who, which cell, what, why."""
    reason = reader.named(LEFT_OUT, step.reason)
    when, by, why = (
        isolated(each) for each in (reader.moment(step.when), in_short(step.by, 60), in_short(reason, 200))
    )
    return when, by, f"{step.field}-{step.cell}", _what(step, reader), why


def signature_words(signed: Signature, reader: Reader) -> tuple[str, str, str]:
    """Who and when, their statement, the digest of what was signed."""
    who = f"{isolated(signed.name)} · {isolated(reader.moment(signed.when))}"
    statement = isolated(in_short(signed.statement, MOST_LETTERS)) if signed.statement else ""
    return who, statement, reader.say(SIGNED_DIGEST, digest=isolated(signed.digest))


def what_was_done(step: Correction) -> str:
    """The message of a step, with places for the classes `before` and `after`."""
    return CONFIRMED if step.kind == "class" and step.before == step.after else KINDS[step.kind]


def _what(step: Correction, reader: Reader) -> str:
    before, after = reader.named(CLASSES, step.before), reader.named(CLASSES, step.after)
    return reader.say(what_was_done(step), before=before, after=after)
