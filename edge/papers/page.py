"""The report as a page to print from a browser: the words of its PDF, block by block, for a template to set."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from edge.nouns import CLASSES, DECISIONS
from edge.papers.blocks.answer import ANSWERED, answer_words
from edge.papers.blocks.banner import NOT_A_DIAGNOSIS, WHAT_IT_IS, state, unreviewed, where_and_when
from edge.papers.blocks.closing import (
    CORRECTIONS,
    MORE,
    MOST,
    NO_CORRECTIONS,
    SIGNATURE,
    SIGNED_BY,
    WHEN_HINT,
    signature_words,
    step_words,
)
from edge.papers.blocks.counts import COUNTS, HEADS, below_the_table, class_words
from edge.papers.blocks.facts import CONTROL, FACTS, control_words, known_facts
from edge.papers.blocks.pictures import (
    DOUBTFUL,
    DOUBTFUL_HOW,
    IN_A_ROW,
    NO_DOUBT,
    TYPICAL,
    TYPICAL_HOW,
    doubt_said,
    sure_said,
)
from edge.papers.blocks.result import MARKS_PERCENT, WHY, PercentageWords, percentage_words
from edge.papers.blocks.style import ALARM, CHECKED, DECIDED, GOOD, OPEN, WATCH
from edge.papers.case_file import CaseFile, CellFacts, ClassCount
from edge.papers.chosen import classes_present, doubtful, typical
from edge.papers.digest import content_digest, short
from edge.papers.lettering import isolated
from edge.papers.reader import Reader
from edge.papers.report import REPORT

TONES = {GOOD: "good", WATCH: "watch", ALARM: "alarm", OPEN: "open"}
"""A tone by its name in the style sheet."""
TICKS_PERCENT = (0.0, *MARKS_PERCENT, 50.0, 75.0, 100.0)


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, and the lines that stand below it."""

    heading: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """A class: name, cells, percent, interval in words; its percentage as a bar."""

    words: tuple[str, ...]
    percent: float
    blast: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A cell and what stands below it."""

    words: tuple[str, ...]
    jpeg: bytes

    @property
    def source(self) -> str:
        """The picture within the page, which so stays whole where it is saved."""
        return f"data:image/jpeg;base64,{b64encode(self.jpeg).decode()}"


@dataclass(frozen=True, slots=True)
class Gallery:
    """Rows of pictures, each with its name (empty where there is only one row)."""

    block: Block
    rows: tuple[tuple[str, tuple[Picture, ...]], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """0 to 100 % from left to right as it is drawn: stretches as (where, how long), ticks as (where, words, limit)."""

    bands: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str, bool], ...]
    interval: tuple[float, float]
    dot: float | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that is said, in its order. Tones are names: good, watch, alarm, open.

    head     what stands on every sheet: whose it is, and which result
    facts    label, words, and the tone of the control slide's verdict
    signed   empty where nobody has; `sign_here` is then the line to sign on
    """

    title: str
    head: str
    code: str
    where: str
    tone: str
    state: tuple[str, ...]
    cautions: tuple[str, ...]
    decision: tuple[str, str]
    percentage: PercentageWords
    line: Line
    why: Block | None
    answer: Block | None
    counts: Block
    heads: tuple[str, ...]
    shares: tuple[Share, ...]
    facts_heading: str
    facts: tuple[tuple[str, str, str], ...]
    corrections: Block
    steps: tuple[tuple[str, ...], ...]
    signature: Block
    sign_here: str
    when_hint: str
    doubtful: Gallery
    typical: Gallery | None


def report_page(file: CaseFile, reader: Reader) -> ReportPage:
    """The report of a case in the reader's language."""
    say, label = reader.say, file.decision.label
    tone, said = state(file, reader)
    reasons = tuple(reader.reason(each) for each in file.decision.reasons)
    return ReportPage(
        title=say(REPORT),
        head=f"{isolated(file.case.pseudonym)} · {isolated(short(content_digest(file)))}",
        code=file.case.pseudonym,
        where=where_and_when(file, reader),
        tone=TONES[tone],
        state=tuple(said),
        cautions=tuple(filter(None, (say(NOT_A_DIAGNOSIS), say(WHAT_IT_IS), unreviewed(file, reader)))),
        decision=(TONES[DECIDED[label]], reader.named(DECISIONS, label)),
        percentage=percentage_words(file, reader),
        line=_line(file, reader),
        why=Block(say(WHY), reasons) if reasons else None,
        answer=None if file.answer is None else Block(say(ANSWERED), tuple(answer_words(file, file.answer, reader))),
        counts=Block(say(COUNTS), tuple(below_the_table(file, reader))),
        heads=tuple(map(say, HEADS)),
        shares=tuple(_share(each, reader) for each in file.by_class),
        facts_heading=say(FACTS),
        facts=(*((*each, "") for each in known_facts(file, reader)), _control(file, reader)),
        corrections=_corrections(file, reader),
        steps=tuple(step_words(each, reader) for each in file.corrections[:MOST]),
        signature=_signature(file, reader),
        sign_here="" if file.signature else say(SIGNED_BY),
        when_hint=say(WHEN_HINT),
        doubtful=_doubtful(file, reader),
        typical=_typical(file, reader),
    )


def _line(file: CaseFile, reader: Reader) -> Line:
    is_mirrored = reader.direction == "rtl"

    def at(percent: float) -> float:
        return 100 - percent if is_mirrored else percent

    def stretch(low: float, high: float) -> tuple[float, float]:
        return min(at(low), at(high)), high - low

    edges = (0.0, *MARKS_PERCENT, 100.0)
    return Line(
        bands=tuple(stretch(low, high) for low, high in pairwise(edges)),
        ticks=tuple((at(each), reader.figure(each), each in MARKS_PERCENT) for each in TICKS_PERCENT),
        interval=stretch(*file.decision.interval),
        dot=at(file.decision.score) if file.counts.countable else None,
    )


def _share(each: ClassCount, reader: Reader) -> Share:
    return Share(tuple(class_words(each, reader)), each.percent if each.cells else 0.0, each.blast)


def _control(file: CaseFile, reader: Reader) -> tuple[str, str, str]:
    tone = "" if file.control is None else TONES[CHECKED[file.control.verdict]]
    return reader.say(CONTROL), control_words(file.control, reader), tone


def _corrections(file: CaseFile, reader: Reader) -> Block:
    left = len(file.corrections) - MOST
    none = () if file.corrections else (reader.say(NO_CORRECTIONS),)
    more = (reader.say(MORE, count=left),) if left > 0 else ()
    return Block(reader.say(CORRECTIONS), (*none, *more))


def _signature(file: CaseFile, reader: Reader) -> Block:
    words = () if file.signature is None else signature_words(file.signature, reader)
    return Block(reader.say(SIGNATURE), tuple(filter(None, words)))


def _doubtful(file: CaseFile, reader: Reader) -> Gallery:
    cells = doubtful(file, 2 * IN_A_ROW)
    block = Block(reader.say(DOUBTFUL), (reader.say(DOUBTFUL_HOW if cells else NO_DOUBT),))
    return Gallery(block, (("", _pictures(cells, doubt_said, reader)),) if cells else ())


def _typical(file: CaseFile, reader: Reader) -> Gallery | None:
    classes = classes_present(file)
    if not (classes and file.cells):
        return None
    how = reader.say(TYPICAL_HOW, side=reader.figure(file.cells[0].crop_um))
    rows = (
        (reader.named(CLASSES, label), _pictures(typical(file, label, IN_A_ROW - 1), sure_said, reader))
        for label in classes
    )
    return Gallery(Block(reader.say(TYPICAL), (how,)), tuple(rows))


def _pictures(
    cells: Sequence[CellFacts], said: Callable[[CellFacts, Reader], str], reader: Reader
) -> tuple[Picture, ...]:
    return tuple(Picture(tuple(said(cell, reader).split("\n")), cell.crop_jpeg) for cell in cells)
