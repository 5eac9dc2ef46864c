"""The report: what must stand on it, in every state and language; and that nothing falls off the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from edge.decide.case import decide_case
from edge.papers.blocks.result import interval_picture
from edge.papers.blocks.style import ALARM
from edge.papers.case_file import ClassCount, ControlState, Correction, ReferralAnswer, Signature, Successor
from edge.papers.digest import content_digest, short
from edge.papers.report import report_pdf
from edge.papers.sheet import INSIDE_MM, MARGIN_MM, WIDTH_MM, Area
from edge.types import BundleRef, Counts, Reason
from tests.case_files import BUNDLE, CASE, case_file
from tests.pdfs import opened, place_of, words
from tests.recording import RecordingSheet, fallen, laid_out, overlapping
from tests.strategies import tallies
from tests.two_scripts import ARABIC, HINDI, READERS

ENGLISH = READERS["en"]
SIGNATURE = Signature("Dr. Otieno", "2026-11-27T10:05:00+00:00", "5ec0" * 16, "I have looked at the smear.")


def test_an_unsigned_report_says_first_that_it_is_preliminary() -> None:
    _, _, text = words(report_pdf(case_file(40), ENGLISH))[0].partition("Report of a cell count")
    assert text.index("PRELIMINARY") < text.index("Decision support, not a diagnosis") < text.index("Blasts among")


def test_a_signed_report_names_who_signed_what_and_is_no_longer_preliminary() -> None:
    whole = " ".join(words(report_pdf(case_file(40, signature=SIGNATURE), ENGLISH)))
    assert "Signed by Dr. Otieno, 2026-11-27 10:05" in whole
    assert "I have looked at the smear." in whole
    assert SIGNATURE.digest in whole
    assert "PRELIMINARY" not in whole


def test_a_result_that_is_no_longer_what_was_signed_is_not_called_signed() -> None:
    text = words(report_pdf(case_file(40, signature=replace(SIGNATURE, intact=False)), ENGLISH))[0]
    assert "NOT as it was signed by Dr. Otieno, 2026-11-27 10:05" in text
    assert "Signed by" not in text


def test_an_amended_report_says_why() -> None:
    amended = replace(CASE, version=2, amended="a field of another patient")
    text = words(report_pdf(case_file(40, case=amended), ENGLISH))[0]
    assert "Amended, version 2: a field of another patient" in text


def test_every_page_names_the_case_the_digest_and_its_number() -> None:
    file = case_file(220)
    pages = words(report_pdf(file, ENGLISH))
    assert len(pages) == 3
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of 3" in page
        assert "KIS-0042" in page
        assert short(content_digest(file)) in page
        assert "Decision support, not a diagnosis." in page


SHOWN = {
    "counts": "Blast 93 44.3 37.7 to 51.0",
    "interval": "95 % interval: 37.7 to 51.0 %",
    "target": "210 of 500 cells counted; 200 make a provisional count",
    "reason": "Blasts lie between 38 and 51 %, above the limit of 25 %. Show the case to a haematologist.",
    "left out": "Not counted: 10 of 220 nucleated cells (smudged: 10)",
    "manual": "Counted by hand: 100 cells, 24.0 % blasts",
    "systems": "fuzzy-RBF 42.9 % blasts (95 % interval 36.4 to 49.6 %), network 44.3 % (37.7 to 51.0 %)",
    "their agreement": "they agree on 207 of 210 cells",
    "agreement": "differs from that by +20.3 percentage points (95 % interval +10.9 to +29.7)",
    "model": "marrowkit-default, version 7, onnx-int8, 3f9c 2b71 3f9c 2b71",
    "proof": "Passed: differs by 0.0031 at most, 0.0200 is allowed (onnxruntime)",
    "control": "C-12: within its limits, 2026-11-27 07:55",
    "a confirmed class": "Monocyte confirmed",
    "note": "Third smear; the first two were too thick.",
    "correction's reason": "Lymphoid cell instead of Granulocyte nucleoli",
}


@pytest.fixture(scope="module")
def whole() -> str:
    return " ".join(words(report_pdf(case_file(220), ENGLISH)))


@pytest.mark.parametrize("said", SHOWN.values(), ids=SHOWN.keys())
def test_what_a_reader_must_know_is_there(said: str, whole: str) -> None:
    assert said in whole


def test_a_case_from_before_says_nothing_of_each_system() -> None:
    assert "Each system alone" not in " ".join(words(report_pdf(case_file(220, systems=None), ENGLISH)))


CASES: Mapping[str, tuple[dict[str, Any], str]] = {
    "no control": ({"control": None}, "None was measured before this case"),
    "control outside": (
        {"control": ControlState("C-12", "block", "2026-11-27T07:55:10+00:00", (Reason("stain.foreign"),))},
        "C-12: OUTSIDE its limits, 2026-11-27 07:55 This does not look like",
    ),
    "proof failed": (
        {"bundle": replace(BUNDLE, parity=replace(BUNDLE.parity, passed=False))},  # type: ignore[type-var] # it has one
        "FAILED: differs by",
    ),
    "nothing to prove": ({"bundle": replace(BUNDLE, parity=None)}, "This model has nothing to prove it by"),
    "a lender": (
        {"bundle": replace(BUNDLE, ref=replace(BUNDLE.ref, lender=BundleRef("finder", 2, "ab" * 32, "onnx-int8")))},
        "onnx-int8, 3f9c 2b71 3f9c 2b71 + finder, version 2, onnx-int8, abab abab abab abab",
    ),
    "no correction": ({"corrections": ()}, "No cell was corrected."),
    "replaced": (
        {"signature": SIGNATURE, "successor": Successor(2, "2026-11-29T08:00:00+00:00", signed=True)},
        "REPLACED by version 2, signed 2026-11-29 08:00: do not use this one Signed by",
    ),
    "opened again": (
        {"signature": SIGNATURE, "successor": Successor(3, "2026-11-29T08:00:00+00:00", signed=False)},
        "Opened again as version 3, 2026-11-29 08:00: this one may change Signed by",
    ),
    "an answer": (
        {"answer": ReferralAnswer("Prof. Ouma", "2026-12-01T08:00:00+00:00", "likely", 1, 85.5, "large nucleoli")},
        "Answer to the referral Prof. Ouma · 2026-12-01 08:00 Acute leukaemia is likely: further tests without delay "
        "Blasts by the expert's eyes: 85.5 % large nucleoli",
    ),
    "an answer to an earlier version": (
        {"answer": ReferralAnswer("Dr. B", "", "unlikely", 1), "case": replace(CASE, version=2)},
        "Answer to the referral Dr. B This answers version 1 of the case, not this one. Acute leukaemia is unlikely",
    ),
    "an answer to what was corrected since": (
        {"answer": ReferralAnswer("Dr. B", "", "unlikely", 1, recounted=True)},
        "Dr. B Cells were counted or corrected after this answer. Acute leukaemia is unlikely",
    ),
    "class without a name": (
        {"by_class": (ClassCount("promyelocyte", 3, 7.5, (2.6, 19.9), False),)},
        "promyelocyte 3 7.5",
    ),
}


@pytest.mark.parametrize(("changes", "said"), CASES.values(), ids=CASES.keys())
def test_what_is_unusual_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in " ".join(words(report_pdf(case_file(40, **changes), ENGLISH)))


@pytest.mark.parametrize("code", READERS)
def test_equal_cases_give_equal_bytes(code: str) -> None:
    once, again = (report_pdf(case_file(25), READERS[code]) for _ in range(2))
    assert once == again
    assert once != report_pdf(case_file(25, operator="Somebody else"), READERS[code])


@pytest.mark.parametrize(("code", "table"), [("ar", ARABIC), ("hi", HINDI)])
def test_the_words_are_the_readers(code: str, table: Mapping[str, str]) -> None:
    pdf = report_pdf(case_file(40), READERS[code])
    with opened(pdf) as document:
        assert document.get_metadata_dict()["Title"].startswith(table["Report of a cell count"])
    assert "PRELIMINARY" not in words(pdf)[0]


def test_an_arabic_report_is_mirrored() -> None:
    """The foot's code, which is set first, stands where reading starts."""
    english, arabic = (report_pdf(case_file(40), READERS[code]) for code in ("en", "ar"))
    middle = WIDTH_MM / 2 / 25.4 * 72
    assert place_of(english, "0042") < middle < place_of(arabic, "0042")


@pytest.mark.parametrize("code", READERS)
@pytest.mark.parametrize("cells", [0, 1, 500])
def test_cases_of_any_size_are_printed(cells: int, code: str) -> None:
    pages = words(report_pdf(case_file(cells), READERS[code]))
    assert 1 <= len(pages) <= 4


LONG = "Ein sehr langer Satz über den Ausstrich und was an ihm auffiel, " * 60
MANY = tuple(
    Correction(n, "Achieng O.", "2026-11-27T09:00:00+00:00", 1, n, "exclude", "blast", "blast", LONG)
    for n in range(1, 90)
)
CROWDED: Mapping[str, dict[str, Any]] = {
    "usual": {},
    "long note": {"case": replace(CASE, note=LONG, pseudonym="W" * 64, objective=LONG)},
    "many lines": {"case": replace(CASE, note="line\n" * 200)},
    "long reason to amend": {"case": replace(CASE, version=3, amended=LONG)},
    "many corrections": {"corrections": MANY},
    "many classes": {"by_class": tuple(ClassCount(f"class {n}", 1, 2.5, (0.4, 12.9), False) for n in range(40))},
    "many reasons": {"decision": replace(case_file(40).decision, reasons=(Reason("stain.foreign"),) * 60)},
    "long answer": {"answer": ReferralAnswer("N" * 60, "", "other", 1, None, LONG)},
    "long statement": {"signature": replace(SIGNATURE, statement=LONG, name="N" * 60)},
}


@pytest.mark.parametrize("code", ["en", "ar"])
@pytest.mark.parametrize("changes", CROWDED.values(), ids=CROWDED.keys())
def test_nothing_falls_off_a_page(changes: dict[str, Any], code: str) -> None:
    sheet = laid_out(case_file(40, **changes), READERS[code])
    assert fallen(sheet) == []
    assert overlapping(sheet) == []
    for page in sheet.placed:
        sides = [area for area, _, _ in page.texts] + page.boxes + page.pictures
        assert all(area.x >= MARGIN_MM - 8 and area.x + area.w <= WIDTH_MM - MARGIN_MM + 8 for area in sides)


@given(tallies())
@settings(max_examples=40)
def test_the_picture_of_the_interval_is_the_interval(tally: Any) -> None:
    decision = decide_case(tally)
    file = case_file(0, decision=decision, counts=Counts(tally.countable, tally.countable, 0, tally.blast))
    bar = Area(MARGIN_MM, 50, INSIDE_MM, 7)
    with RecordingSheet(ENGLISH) as sheet:
        interval_picture(sheet, file, bar, ALARM)
    drawn = sheet.here.boxes[-1]
    low, high = decision.interval
    assert (drawn.x - bar.x) / bar.w * 100 == pytest.approx(low)
    assert drawn.w == pytest.approx(max(0.6, bar.w * (high - low) / 100))
    assert len(sheet.here.discs) == (2 if tally.countable else 0)
    for x, _ in sheet.here.discs:
        assert (x - bar.x) / bar.w * 100 == pytest.approx(decision.score)
