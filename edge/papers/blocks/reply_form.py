"""The form on which an expert answers: on a screen, by pen, or as one line of a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from edge.nouns import N_
from edge.papers.blocks.style import BODY, GAP_MM, SMALL, STRONG, heading
from edge.papers.case_file import CaseFile
from edge.papers.digest import referral_digest
from edge.papers.form import FormField
from edge.papers.lettering import isolated
from edge.papers.reply import LETTERS, OPINIONS, reply_code, spaced
from edge.papers.sheet import INK, INSIDE_MM, MARGIN_MM, MUTED, PAPER, Area, Letter, Sheet

ANSWER = N_("Your answer")
HOW = N_(
    "Tick and write here and send this file back; or print it, fill it in and send a photograph; or send one line by "
    "any messenger: the code, the letter of your answer, the percentage of blasts and a comment, such as {example}"
)
CODE, PERCENT, COMMENT = N_("Code of this referral"), N_("Blasts, in percent"), N_("Comment")
EXPERT, DATE = N_("Name of the expert"), N_("Date")
FORM_MM = 118.0
BOX_MM, LINE_MM, COMMENT_MM, LABEL_MM = 4.6, 7.0, 30.0, 48.0
FIELDS = ("code", "opinion", "percent", "text", "expert", "when")
"""Names of the form's fields, which reading it back knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the form: the field's name, what is printed before it, how high it is, and what stands in it."""

    name: str
    label: str
    height_mm: float = LINE_MM
    value: str = ""


def reply_form(sheet: Sheet, file: CaseFile, y: float) -> tuple[float, tuple[FormField, ...]]:
    """The form, all on one page, and where its fields are."""
    code = spaced(reply_code(referral_digest(file)))
    say = sheet.reader.say
    y = heading(sheet, sheet.room(y, FORM_MM), say(ANSWER))
    y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), say(HOW, example=isolated(f"{code} B 4")), BODY) + 3
    choices = list(_choices(sheet, y))
    y += len(choices) * (BOX_MM + 2.4) + 2
    lines = [Asked("percent", say(PERCENT)), Asked("text", say(COMMENT), COMMENT_MM)]
    lines += [Asked("expert", say(EXPERT)), Asked("when", say(DATE)), Asked("code", say(CODE), value=code)]
    fields = []
    for each in lines:
        fields.append(_line(sheet, y, each))
        y += each.height_mm + 2.2
    return y + GAP_MM, (*choices, *fields)


def _choices(sheet: Sheet, y: float) -> Iterator[FormField]:
    for at, (letter, opinion) in enumerate(LETTERS.items()):
        box = Area(MARGIN_MM, y + at * (BOX_MM + 2.4), BOX_MM, BOX_MM)
        words = sheet.reader.say(OPINIONS[opinion])
        sheet.box(box, PAPER, INK, radius_mm=BOX_MM / 2)
        sheet.text(Area(MARGIN_MM + BOX_MM + 2.5, box.y, 5, 5), letter, STRONG)
        sheet.text(Area(MARGIN_MM + BOX_MM + 8, box.y, INSIDE_MM - BOX_MM - 8, 5), words, BODY)
        yield FormField(sheet.pages - 1, sheet.corner_pt(box), "opinion", "choice", words, choice=opinion)


def _line(sheet: Sheet, y: float, asked: Asked) -> FormField:
    area = Area(MARGIN_MM + LABEL_MM, y, INSIDE_MM - LABEL_MM, asked.height_mm)
    sheet.text(Area(MARGIN_MM, y + 1.2, LABEL_MM - 3, 5), asked.label, SMALL)
    if asked.value:
        sheet.text(replace(area, y=y + 0.6), isolated(asked.value), Letter(13, bold=True))
        return FormField(sheet.pages - 1, _nowhere(), asked.name, "fixed", asked.label, value=asked.value)
    sheet.box(area, PAPER, MUTED)
    kind = FormField(sheet.pages - 1, sheet.corner_pt(area), asked.name, "line", asked.label)
    return replace(kind, kind="lines") if asked.height_mm > LINE_MM else kind


def _nowhere() -> tuple[float, float, float, float]:
    """The code is printed; its field only carries it back."""
    return 0.0, 0.0, 0.0, 0.0
