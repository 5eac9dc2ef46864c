"""The report as a page says what its PDF says, in its order, and shows the same cells."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from edge.decide.case import decide_case
from edge.decide.counts import Tally
from edge.papers.case_file import CaseFile, ControlState, Correction, ReferralAnswer, Signature, Successor
from edge.papers.page import Line, report_page
from edge.papers.reader import Reader
from edge.types import Reason
from edge.web.language import LANGUAGES, translation
from edge.web.local import paper_reader
from edge.web.rendering import environment
from tests.case_files import CASE, case_file
from tests.recording import laid_out, said
from tests.strategies import tallies
from tests.two_scripts import READERS

SIGNATURE = Signature("Dr. Otieno", "2026-11-27T10:05:00+00:00", "5ec0" * 16, "I have looked at the smear.")
CONTROL = ControlState("C-1", "block", "2026-11-27T06:00:00+00:00", (Reason("control.out", {"slide": "C-1"}),))
STEPS = tuple(
    Correction(at, "Amina", "2026-11-27T09:00:00+00:00", 1, at, "class", "blast", "lymphocyte", "<b>small</b>")
    for at in range(1, 31)
)
ANSWER = ReferralAnswer("Dr. Wanjiru", "2026-11-29", "likely", 1, 80.0, "Large nucleoli.\nPlease send marrow.")
EMPTY = case_file(0)
STATES = {
    "preliminary": case_file(60),
    "nothing counted": EMPTY,
    "signed": case_file(220, signature=SIGNATURE),
    "changed since": case_file(60, signature=replace(SIGNATURE, intact=False)),
    "replaced": case_file(60, signature=SIGNATURE, successor=Successor(2, "2026-11-29T08:00:00+00:00", signed=True)),
    "amended": case_file(60, case=replace(CASE, version=2, amended="a field & more")),
    "corrected": case_file(60, corrections=STEPS),
    "answered": case_file(60, answer=ANSWER),
    "answered before": case_file(60, answer=ANSWER, case=replace(CASE, version=2, amended="a field")),
    "control out": case_file(60, control=CONTROL),
}
FOOT = re.compile(r"^(foot|\d+/\d+)$")
MARKUP = re.compile(r"<[^>]+>")
ISOLATES = dict.fromkeys(range(0x2066, 0x206A))
"""Names are isolated by characters on paper, and on a page also by elements."""


def page_of(file: CaseFile, reader: Reader) -> str:
    words = {"_": translation(reader.code), "language": LANGUAGES[reader.code]}
    return environment().get_template("report.html").render(words, report=report_page(file, reader), case_id=7)


def text_of(page: str) -> str:
    """What a person reads, all spaces alike."""
    _, _, body = page.partition("<main>")
    return plain(html.unescape(MARKUP.sub(" ", body)))


def plain(text: str) -> str:
    return " ".join(text.translate(ISOLATES).split())


def said_on_paper(file: CaseFile, reader: Reader) -> list[str]:
    """Every text of the PDF in its order, but what stands at the foot of each sheet."""
    texts = map(plain, said(laid_out(file, reader)))
    return [text for text in texts if text and not FOOT.match(text)]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("code", ["en", "ar"])
def test_every_text_of_the_pdf_is_on_the_page_and_its_parts_in_the_same_order(state: str, code: str) -> None:
    reader, file = paper_reader(code), STATES[state]
    page, on_paper = text_of(page_of(file, reader)), said_on_paper(file, reader)
    assert len(on_paper) > 25
    assert [each for each in on_paper if each not in page] == []
    made = report_page(file, reader)
    heads = (made.counts.heading, made.facts_heading, made.corrections.heading, made.signature.heading)
    assert [each for each in on_paper if each in heads] == list(heads)
    places = [page.index(f" {each} ") for each in heads]
    assert places == sorted(places)


def test_the_cells_are_those_of_the_pdf() -> None:
    file, reader = case_file(220), READERS["en"]
    shown = sum(len(page.pictures) for page in laid_out(file, reader).placed)
    page = page_of(file, reader)
    assert shown == page.count("<img") > 20
    made = report_page(file, reader)
    first = made.doubtful.rows[0][1][0]
    assert first.source in page
    assert first.source.startswith("data:image/jpeg;base64,/9j/")


def test_what_a_person_wrote_is_never_markup() -> None:
    page = page_of(STATES["corrected"], READERS["en"])
    assert "<b>small" not in page
    assert "&lt;b&gt;small" in page


@pytest.mark.parametrize(("state", "tone"), [("preliminary", "watch"), ("signed", "good"), ("changed since", "alarm")])
def test_each_sheet_says_whose_it_is_whether_it_is_signed_and_that_it_is_no_diagnosis(state: str, tone: str) -> None:
    page = page_of(STATES[state], READERS["en"])
    running = re.search(r"<thead>.*?</thead>", page, re.DOTALL)
    assert running is not None
    made = report_page(STATES[state], READERS["en"])
    assert f'class="running {tone}"' in running[0]
    for words in (made.head, made.state[0], "Decision support, not a diagnosis."):
        assert html.escape(words) in running[0]


@settings(deadline=None, max_examples=30)
@given(tally=tallies())
def test_the_interval_lies_on_its_line_and_is_mirrored_where_reading_begins_on_the_right(tally: Tally) -> None:
    file = replace(EMPTY, decision=decide_case(tally))
    left, right = (report_page(file, READERS[code]).line for code in ("en", "ar"))
    for line in (left, right):
        assert_inside(line)
    assert left.interval[0] + left.interval[1] == pytest.approx(100 - right.interval[0])


def assert_inside(line: Line) -> None:
    assert 0 <= line.interval[0] <= line.interval[0] + line.interval[1] <= 100
    assert sum(width for _, width in line.bands) == pytest.approx(100)
