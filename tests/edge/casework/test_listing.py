"""The list of cases: found by code and note, in the order that was asked for, cut into pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework import Casework
from edge.casework.life import Words
from edge.record.folding import folded
from edge.record.listing import Sums, Wanted
from tests.casebooks import NEW, casework_in, counted_case
from tests.cases import MODEL

CODES = ("B-20", "a-3", "C_7", "A-100%")


@pytest.fixture(scope="module")
def casework(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    with casework_in(tmp_path_factory.mktemp("data")) as made:
        for code in CODES:
            made.life.begin(replace(NEW, pseudonym=code), by="")
        made.life.describe(1, Words(note="Thin smear, Leishman"), "")
        made.books.life.change(2, state="finished")
        made.controls.begin(made.controls.add("Slide A", "marrow", 5, "").id, "")
        yield made


def codes(casework: Casework, wanted: Wanted) -> list[str]:
    found = casework.books.listing.cases(wanted)
    if not wanted.offset and wanted.limit == 100:
        assert casework.books.listing.count(wanted) == len(found)
    return [case.pseudonym for case in found]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["A-100%", "C_7", "a-3", "B-20"]),
        (Wanted(order="oldest"), ["B-20", "a-3", "C_7", "A-100%"]),
        (Wanted(order="pseudonym"), ["A-100%", "a-3", "B-20", "C_7"]),
        (Wanted(query="a-"), ["A-100%", "a-3"]),
        (Wanted(query="leishman"), ["B-20"]),
        (Wanted(query="%"), ["A-100%"]),
        (Wanted(query="_"), ["C_7"]),
        (Wanted(query="'; DROP TABLE cases; --"), []),
        (Wanted(state="finished"), ["a-3"]),
        (Wanted(state="signed"), []),
        (Wanted(limit=2), ["A-100%", "C_7"]),
        (Wanted(limit=2, offset=3), ["B-20"]),
    ],
)
def test_cases_are_found(casework: Casework, wanted: Wanted, found: list[str]) -> None:
    assert codes(casework, wanted) == found


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("ÅÄÖ-9", "åäö"),
        ("\u00e1-2", "a\u0301"),  # one code or two: phones differ
        ("a\u0301-2", "\u00c1-2"),
        ("José-4", "jose"),
        ("Straße-1", "STRASSE"),
        ("İ-5", "i-5"),
        ("ﬃ-1", "ffi"),
        ("مريض-٧", "7"),
        ("A-17", "١٧"),
        ("أحمد-٣", "احمد"),
        ("مَرِيض-1", "مريض"),
        ("रोगी-३", "रोगी-3"),
    ],
)
def test_a_code_is_found_however_it_is_written(tmp_path: Path, code: str, asked: str) -> None:
    with casework_in(tmp_path) as casework:
        for each in (code, "Z-0"):
            casework.life.begin(replace(NEW, pseudonym=each), by="", confirmed=True)
        found = casework.books.listing.cases(Wanted(query=asked))
        assert [case.pseudonym for case in found] == [code]


def test_vowel_signs_of_devanagari_are_letters(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        casework.life.begin(replace(NEW, pseudonym="कि-1"), by="")
        assert casework.books.listing.cases(Wanted(query="की")) == ()


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_part_is_found_in_its_whole(first: str, second: str) -> None:
    assert folded(first) in folded(first + " " + second)
    assert folded(folded(first)) == folded(first)


def test_what_was_changed_last_comes_first(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        for code in CODES:
            casework.life.begin(replace(NEW, pseudonym=code), by="")
        casework.books.database.connection.execute("UPDATE cases SET changed_hint = '2099' WHERE id = 2")
        assert codes(casework, Wanted(order="changed"))[0] == "a-3"


def test_sums_of_a_case_without_fields_are_nothing(casework: Casework) -> None:
    assert casework.books.listing.sums([1, 2], ["blast"]) == {1: Sums(), 2: Sums()}
    assert casework.books.listing.sums([], ["blast"]) == {}


def test_states_and_totals(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        case = counted_case(casework)
        casework.life.finish(case.id, "")
        casework.life.begin(NEW, by="")
        assert casework.books.listing.states() == {"open": 1, "finished": 1}
        fields, cells = casework.books.listing.totals()
        assert (fields, cells) == (2, casework.results.of(case.id).figures.counts.nucleated)


def test_each_case_is_summed_by_the_labels_of_its_own_bundle(tmp_path: Path) -> None:
    """A later bundle counts lymphocytes as blasts; the case that an earlier one counted does not change by that."""
    with casework_in(tmp_path) as casework:
        old = counted_case(casework, (1,))
        before = casework.results.sums([old.id])
        later = replace(
            MODEL,
            ref=replace(MODEL.ref, digest="beef" * 16),
            roles=replace(MODEL.roles, blast=frozenset({"blast", "lymphocyte"})),
        )
        casework.models.keep(later)
        casework.models.current = later
        assert casework.results.sums([old.id]) == before
        assert before[old.id].counts == casework.results.of(old.id).figures.counts
