"""What the expert answered to the referral, once it is there."""

from __future__ import annotations

from edge.nouns import N_
from edge.papers.blocks.style import BODY, GAP_MM, STRONG, heading
from edge.papers.case_file import CaseFile, ReferralAnswer
from edge.papers.lettering import in_short, isolated
from edge.papers.reader import Reader
from edge.papers.reply import OPINIONS
from edge.papers.sheet import INSIDE_MM, MARGIN_MM, Area, Sheet

ANSWERED, PERCENT = N_("Answer to the referral"), N_("Blasts by the expert's eyes: {percent} %")
OTHER_VERSION = N_("This answers version {version} of the case, not this one.")
RECOUNTED = N_("Cells were counted or corrected after this answer.")
MOST_LETTERS = 1200


def answer(sheet: Sheet, file: CaseFile, y: float) -> float:
    """Opinion, percentage, comment, name and date; nothing where nobody answered."""
    said, reader = file.answer, sheet.reader
    if said is None:
        return y
    who, *lines = answer_words(file, said, reader)
    height = sheet.height(INSIDE_MM, "\n".join(lines), BODY)
    y = heading(sheet, sheet.room(y, height + 12), reader.say(ANSWERED))
    y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), who, STRONG)
    return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), "\n".join(lines), BODY) + GAP_MM


def answer_words(file: CaseFile, said: ReferralAnswer, reader: Reader) -> list[str]:
    """Who and when; then what it is about if that is not this count, the opinion, the percentage, and each line of the
    comment.
    """
    who = " · ".join(isolated(each) for each in (said.expert, reader.moment(said.when)) if each)
    lines = [who, *_about(file, said, reader), reader.named(OPINIONS, said.opinion)]
    if said.percent is not None:
        lines.append(reader.say(PERCENT, percent=reader.figure(said.percent, 1)))
    return lines + [isolated(each) for each in in_short(said.text, MOST_LETTERS).split("\n") if each]


def _about(file: CaseFile, said: ReferralAnswer, reader: Reader) -> list[str]:
    if said.version != file.case.version:
        return [reader.say(OTHER_VERSION, version=said.version)]
    return [reader.say(RECOUNTED)] if said.recounted else []
