"""The report of a case as a PDF: one or two pages to read, then the cells."""

from __future__ import annotations

from functools import partial

from edge.nouns import N_
from edge.papers.blocks.answer import answer
from edge.papers.blocks.banner import NOT_A_DIAGNOSIS, banner, title
from edge.papers.blocks.closing import corrections, signature
from edge.papers.blocks.counts import counts
from edge.papers.blocks.facts import facts
from edge.papers.blocks.pictures import doubtful_cells, typical_cells
from edge.papers.blocks.result import reasons, result
from edge.papers.case_file import CaseFile
from edge.papers.digest import content_digest, short
from edge.papers.lettering import isolated
from edge.papers.reader import Reader
from edge.papers.sheet import TOP_MM, Imprint, Sheet, printed

REPORT = N_("Report of a cell count")
PAGE = N_("Page {page} of {pages}")
BLOCKS = (banner, result, reasons, answer, counts, facts, corrections, signature, doubtful_cells, typical_cells)


def report_pdf(file: CaseFile, reader: Reader) -> bytes:
    """The report in the reader's language, A4. Equal cases and readers give equal bytes."""
    content, _ = printed(reader, imprint(file, reader, REPORT), partial(lay_out, file=file))
    return content


def imprint(file: CaseFile, reader: Reader, words: str) -> Imprint:
    """What stands on every page of a paper: the case's code, the digest of the result, and that it is no diagnosis."""
    digest = isolated(short(content_digest(file)))
    foot = f"{isolated(file.case.pseudonym)} · {digest} · {reader.say(NOT_A_DIAGNOSIS)}"
    signed = file.signature.when if file.signature is not None else None
    when = signed or file.case.finished or file.case.begun
    return Imprint(f"{reader.say(words)} {file.case.pseudonym}", foot, PAGE, when)


def lay_out(sheet: Sheet, file: CaseFile) -> None:
    """Title and blocks, one below the other."""
    y = title(sheet, file, sheet.reader.say(REPORT), TOP_MM)
    for block in BLOCKS:
        y = block(sheet, file, y)
