"""Whether a person has signed this, first of all; and that it is no diagnosis."""

from __future__ import annotations

from dataclasses import replace

from edge.nouns import DECISIONS, N_, UNREVIEWED
from edge.papers.blocks.style import ALARM, BODY, GAP_MM, GOOD, STRONG, TITLE, WATCH, Tone, coloured, mark
from edge.papers.case_file import CaseFile, Successor
from edge.papers.lettering import in_short, isolated
from edge.papers.reader import Reader
from edge.papers.sheet import INSIDE_MM, MARGIN_MM, MUTED, Area, Sheet

NOT_A_DIAGNOSIS = N_("Decision support, not a diagnosis.")
WHAT_IT_IS = N_(
    "Cells were counted in pictures by a program. A qualified person must look at the smear before anyone acts on it."
)
PRELIMINARY = N_("PRELIMINARY – not signed by anyone yet")
SIGNED = N_("Signed by {name}, {when}")
CHANGED = N_("NOT as it was signed by {name}, {when}: do not use it, and tell whoever looks after the kit")
REPLACED = N_("REPLACED by version {version}, signed {when}: do not use this one")
REOPENED = N_("Opened again as version {version}, {when}: this one may change")
AMENDED = N_("Amended, version {version}: {reason}")
IN_ENGLISH = N_("In English this result reads: {result}.")
CODE_MM, MOST_LETTERS = 46.0, 300


def title(sheet: Sheet, file: CaseFile, words: str, y: float) -> float:
    """The paper's title, and whose it is."""
    whose = Area(MARGIN_MM + INSIDE_MM - CODE_MM, y + 1.5, CODE_MM, 8)
    under = sheet.text(whose, isolated(file.case.pseudonym), replace(TITLE, align="end", size_pt=13))
    below = max(under, sheet.text(Area(MARGIN_MM, y, INSIDE_MM - CODE_MM - 4, 8), words, TITLE))
    words = where_and_when(file, sheet.reader)
    return sheet.text(Area(MARGIN_MM, below, INSIDE_MM, 5), words, coloured(BODY, MUTED)) + 2.5


def where_and_when(file: CaseFile, reader: Reader) -> str:
    """The kit, and when the count was finished or, if it is not, begun."""
    moment = reader.moment(file.case.finished or file.case.begun)
    return f"{isolated(file.station.name)} · {isolated(moment)}"


def banner(sheet: Sheet, file: CaseFile, y: float) -> float:
    """The state of the signature as colour, shape and words, and what this paper is not."""
    tone, lines = state(file, sheet.reader)
    letter, width = replace(STRONG, colour=tone.strong, size_pt=10), INSIDE_MM - 16
    height = sum(sheet.height(width, line, letter) for line in lines) + 3
    sheet.box(Area(MARGIN_MM, y, INSIDE_MM, height), tone.pale, tone.strong, radius_mm=1.5)
    mark(sheet, (MARGIN_MM + 6, y + height / 2), 2.4, tone)
    at = y + 1.6
    for line in lines:
        at = sheet.text(Area(MARGIN_MM + 12, at, width, 5), line, letter)
    return _unreviewed(sheet, file, _caution(sheet, y + height + 2.5)) + GAP_MM


def state(file: CaseFile, reader: Reader) -> tuple[Tone, list[str]]:
    """Whether another version came after it, whether it is signed, by whom, and why it was amended; and its colour."""
    case, signature = file.case, file.signature
    amended = (
        [reader.say(AMENDED, version=case.version, reason=isolated(in_short(case.amended, MOST_LETTERS)))]
        if case.version > 1
        else []
    )
    if signature is None:
        return WATCH, [reader.say(PRELIMINARY), *amended]
    when, name = isolated(reader.moment(signature.when)), isolated(signature.name)
    tone, said = (GOOD, SIGNED) if signature.intact else (ALARM, CHANGED)
    signed = [reader.say(said, name=name, when=when), *amended]
    return _overtaken(file.successor, (tone, signed), reader)


def _overtaken(successor: Successor | None, state: tuple[Tone, list[str]], reader: Reader) -> tuple[Tone, list[str]]:
    """The state, below the version that came after it where there is one."""
    if successor is None:
        return state
    said, tone = (REPLACED, ALARM) if successor.signed else (REOPENED, WATCH)
    words = reader.say(said, version=successor.version, when=isolated(reader.moment(successor.when)))
    return (ALARM if state[0] is ALARM else tone), [words, *state[1]]


def _caution(sheet: Sheet, y: float) -> float:
    y = sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(NOT_A_DIAGNOSIS), STRONG)
    return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), sheet.reader.say(WHAT_IT_IS), BODY)


def _unreviewed(sheet: Sheet, file: CaseFile, y: float) -> float:
    """That nobody has read this language's words of results yet, and the decision in the language that was read."""
    words = unreviewed(file, sheet.reader)
    return sheet.text(Area(MARGIN_MM, y, INSIDE_MM, 5), words, BODY) if words else y


def unreviewed(file: CaseFile, reader: Reader) -> str:
    """The same in words; empty where the language was read."""
    if not reader.unread:
        return ""
    english = isolated(DECISIONS.get(file.decision.label, file.decision.label))
    return f"{reader.say(UNREVIEWED)} {reader.say(IN_ENGLISH, result=english)}"
