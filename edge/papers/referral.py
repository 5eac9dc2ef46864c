"""A referral: a PDF of at most 2 MB that any messenger carries and any phone shows, with a form for the answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from edge.nouns import N_
from edge.papers.blocks.banner import banner, title
from edge.papers.blocks.counts import counts
from edge.papers.blocks.facts import facts
from edge.papers.blocks.measured import measured
from edge.papers.blocks.pictures import doubtful_cells, typical_cells
from edge.papers.blocks.reply_form import reply_form
from edge.papers.blocks.result import reasons, result
from edge.papers.case_file import CaseFile, CellFacts
from edge.papers.chosen import classes_present, doubtful, typical
from edge.papers.faults import PaperTooLarge, ReplyUnreadable
from edge.papers.form import FormField, read_fields, with_fields
from edge.papers.reader import Reader
from edge.papers.reply import OPINIONS, Reply, read_code, read_percent
from edge.papers.report import imprint
from edge.papers.sheet import TOP_MM, Sheet, printed
from edge.papers.shrink import STEPS, Fit, shrunk

REFERRAL = N_("Referral to a haematologist")
LIMIT_BYTES, LIKELY_PAGES = 2_000_000, 4


def referral_pdf(file: CaseFile, reader: Reader, limit_bytes: int = LIMIT_BYTES) -> bytes:
    """The referral in the expert's language, with as many and as good pictures as the limit allows.

    Raises:
        PaperTooLarge: not even a few small pictures fit.
        PictureDamaged: a cell's picture cannot be read.
    """
    for fit in STEPS:
        pictures = pictures_of(file, fit)
        if sum(map(len, pictures.values())) > limit_bytes:
            continue
        content = _made(file, reader, fit, pictures)
        if len(content) <= limit_bytes:
            return content
    raise PaperTooLarge(
        f"The referral of {file.case.pseudonym} is larger than {limit_bytes} bytes with the smallest pictures.",
        "Shorten the note of the case, and tell us.",
    )


def read_referral(pdf: bytes) -> Reply:
    """The answer in a referral that was filled in on a screen.

    Raises:
        ReplyUnreadable: it is no PDF, has no form, or nothing was ticked.
    """
    said: Mapping[str, str] = read_fields(pdf)
    opinion = said.get("opinion", "")
    if opinion not in OPINIONS or "code" not in said:
        raise ReplyUnreadable(
            "No answer is ticked in this form.", "If it was filled in by pen, or saved as a picture, type the answer."
        )
    percent = read_percent(said.get("percent", ""))
    own = {name: said.get(name, "") for name in ("expert", "when", "text")}
    return Reply(read_code(said["code"]), opinion, percent, **own)


def pictures_of(file: CaseFile, fit: Fit) -> dict[str, bytes]:
    """The pictures that are shown, by the names of their cells."""
    named = classes_present(file)[: fit.classes]
    cells = [*doubtful(file, fit.doubtful), *(cell for label in named for cell in typical(file, label, fit.typical))]
    return {cell.name: shrunk(cell, fit.side_px, fit.quality) for cell in cells}


def _made(file: CaseFile, reader: Reader, fit: Fit, pictures: Mapping[str, bytes]) -> bytes:
    laid = partial(lay_out, file=file, fit=fit, pictures=pictures)
    content, fields = printed(reader, imprint(file, reader, REFERRAL).of(LIKELY_PAGES), laid)
    return with_fields(content, fields)


def lay_out(sheet: Sheet, file: CaseFile, fit: Fit, pictures: Mapping[str, bytes]) -> tuple[FormField, ...]:
    """Title and blocks, one below the other. Returns where the form's fields are."""

    def picture(cell: CellFacts) -> bytes:
        return pictures[cell.name]

    y = title(sheet, file, sheet.reader.say(REFERRAL), TOP_MM)
    for block in (banner, result, reasons, counts):
        y = block(sheet, file, y)
    y = doubtful_cells(sheet, file, y, fit.doubtful, picture)
    y = typical_cells(sheet, file, y, fit.typical, picture, fit.classes)
    y = measured(sheet, file, y, doubtful(file, fit.doubtful))
    y, fields = reply_form(sheet, file, y)
    facts(sheet, file, y)
    return fields
