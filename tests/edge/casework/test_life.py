"""A case's life: what may be done when, and that nothing of a signed case changes, whoever tries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.casework import Casework, pin
from edge.casework.cells import Wish
from edge.casework.content import is_intact
from edge.casework.life import LONGEST_STATEMENT, Words
from edge.casework.results import as_document, figures_of
from edge.errors import (
    BadSetting,
    CaseChanged,
    CaseEmpty,
    CaseFault,
    CaseFinished,
    CaseOfControl,
    CaseOpen,
    CaseSigned,
    CaseUnsigned,
    LooksPersonal,
    NotRecorded,
    PinWrong,
    UnknownClass,
)
from edge.record import NewCase
from tests.casebooks import NEW, PIN, capture, casework_in, counted_case, hand, undo


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        made.staff.add("Amina", PIN, lead=True, by=None)
        yield made


@pytest.fixture
def signed(casework: Casework) -> int:
    case_id = counted_case(casework).id
    casework.cells.change(case_id, (1, 4), Wish(label="granulocyte"), "Amina")
    casework.life.finish(case_id, "Amina")
    casework.life.sign(case_id, hand(casework, case_id, "Checked by eye."))
    return case_id


def test_a_case_begins_open_and_is_described(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="Amina")
    assert (case.state, case.version, case.objective) == ("open", 1, "100x oil")
    described = casework.life.describe(case.id, Words(objective="40x", note=" thin smear "), "Bo")
    assert (described.objective, described.note) == ("40x", "thin smear")
    kinds = [(step.kind, step.operator, step.before, step.after) for step in casework.books.steps.of(case.id)]
    assert kinds == [
        ("begin", "Amina", None, "A-17"),
        ("objective", "Bo", "100x oil", "40x"),
        ("note", "Bo", "", "thin smear"),
    ]


@pytest.mark.parametrize(
    "new", [NewCase("Maria Lopez", "marrow", "other"), NewCase("A-1", "marrow", "other", note="0712 345 678")]
)
def test_what_looks_personal_is_asked_about_and_may_be_confirmed(casework: Casework, new: NewCase) -> None:
    with pytest.raises(LooksPersonal):
        casework.life.begin(new, by="")
    assert casework.books.record.cases() == ()
    assert casework.life.begin(new, by="", confirmed=True).pseudonym == new.pseudonym


def test_a_note_that_looks_personal_is_asked_about(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="")
    with pytest.raises(LooksPersonal, match="date"):
        casework.life.describe(case.id, Words(note="born 1987-05-12"), "")
    assert casework.life.describe(case.id, Words(note="born 1987-05-12", confirmed=True), "").note


def test_a_case_without_a_good_field_is_not_finished(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="")
    with pytest.raises(CaseEmpty):
        casework.life.finish(case.id, "")


def test_the_way_to_a_signature_and_on(casework: Casework) -> None:
    case_id = counted_case(casework).id
    states = []
    for act in (
        lambda: casework.life.finish(case_id, "Amina"),
        lambda: casework.life.resume(case_id, "Amina"),
        lambda: casework.life.finish(case_id, "Amina"),
        lambda: casework.life.sign(case_id, hand(casework, case_id)),
        lambda: casework.life.amend(case_id, "two cells were taken for blasts", hand(casework, case_id)),
        lambda: casework.life.finish(case_id, "Amina"),
        lambda: casework.life.resume(case_id, "Amina"),
        lambda: casework.life.finish(case_id, "Amina"),
        lambda: casework.life.sign(case_id, hand(casework, case_id)),
    ):
        act()
        case = casework.books.record.case(case_id)
        states.append((case.state, case.version))
    assert states == [
        ("finished", 1),
        ("open", 1),
        ("finished", 1),
        ("signed", 1),
        ("amended", 2),
        ("finished", 2),
        ("amended", 2),
        ("finished", 2),
        ("signed", 2),
    ]
    assert [each.version for each in casework.books.life.signatures(case_id)] == [1, 2]


Act = Callable[[Casework, int], Any]
ACTS: dict[str, Act] = {
    "capture": lambda c, k: capture(c, k, 9),
    "correct": lambda c, k: c.cells.change(k, (1, 4), Wish(excluded=True), ""),
    "describe": lambda c, k: c.life.describe(k, Words(note="x"), ""),
    "finish": lambda c, k: c.life.finish(k, ""),
    "resume": lambda c, k: c.life.resume(k, ""),
    "sign": lambda c, k: c.life.sign(k, hand(c, k)),
    "amend": lambda c, k: c.life.amend(k, "why", hand(c, k)),
    "manual": lambda c, k: c.life.count_by_hand(k, {"blast": 1}, ""),
}
REFUSED: dict[str, dict[str, type[CaseFault]]] = {
    "open": {"resume": CaseOpen, "sign": CaseOpen, "amend": CaseUnsigned},
    "finished": {
        "capture": CaseFinished,
        "correct": CaseFinished,
        "describe": CaseFinished,
        "finish": CaseFinished,
        "amend": CaseUnsigned,
    },
    "signed": dict.fromkeys(("capture", "correct", "describe", "finish", "resume", "sign", "manual"), CaseSigned),
    "amended": {"resume": CaseOpen, "sign": CaseOpen, "amend": CaseUnsigned},
}
TO: dict[str, tuple[str, ...]] = {
    "open": (),
    "finished": ("finish",),
    "signed": ("finish", "sign"),
    "amended": ("finish", "sign", "amend"),
}


@pytest.mark.parametrize("state", REFUSED)
@pytest.mark.parametrize("act", ACTS)
def test_what_may_be_done_in_which_state(casework: Casework, state: str, act: str) -> None:
    case_id = counted_case(casework).id
    for step in TO[state]:
        ACTS[step](casework, case_id)
    assert casework.books.record.case(case_id).state == state
    before = casework.books.steps.of(case_id)
    refusal = REFUSED[state].get(act)
    if refusal is None:
        ACTS[act](casework, case_id)
        assert len(casework.books.steps.of(case_id)) > len(before)
    else:
        with pytest.raises(refusal):
            ACTS[act](casework, case_id)
        assert casework.books.steps.of(case_id) == before


CHANGES: dict[str, Act] = {
    "a cell": lambda c, k: c.cells.change(k, (1, 4), Wish(label="granulocyte"), "Bo"),
    "a field": lambda c, k: capture(c, k, 9),
    "the note": lambda c, k: c.life.describe(k, Words(note="thin"), "Bo"),
    "a count by hand": lambda c, k: c.life.count_by_hand(k, {"blast": 7}, "Bo"),
    "the targets": lambda c, _: c.settings.change({"target_full": 300}, "Bo"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_nobody_signs_what_they_have_not_seen(casework: Casework, what: str) -> None:
    case_id = counted_case(casework).id
    casework.life.finish(case_id, "Amina")
    seen = hand(casework, case_id)
    casework.life.resume(case_id, "Bo")
    CHANGES[what](casework, case_id)
    casework.life.finish(case_id, "Bo")
    before = casework.books.steps.of(case_id)
    with pytest.raises(CaseChanged):
        casework.life.sign(case_id, seen)
    assert casework.books.steps.of(case_id) == before
    assert casework.books.life.signatures(case_id) == ()
    casework.life.sign(case_id, hand(casework, case_id))


def test_what_leaves_a_result_as_it_is_stops_no_signature(casework: Casework) -> None:
    case_id = counted_case(casework).id
    casework.life.finish(case_id, "Amina")
    seen = hand(casework, case_id)
    casework.life.resume(case_id, "Bo")
    casework.life.consent(case_id, "form 3", "Bo")
    casework.life.answer(case_id, {"expert": "Dr B", "opinion": "likely", "percent": None, "text": ""}, "Bo")
    casework.life.finish(case_id, "Bo")
    assert casework.life.sign(case_id, seen).operator == "Amina"


def test_nobody_amends_a_version_that_they_have_not_seen(casework: Casework, signed: int) -> None:
    seen = hand(casework, signed)
    casework.life.amend(signed, "why", hand(casework, signed))
    casework.life.finish(signed, "Bo")
    casework.life.sign(signed, hand(casework, signed))
    with pytest.raises(CaseChanged):
        casework.life.amend(signed, "why again", seen)
    assert casework.books.record.case(signed).version == 2


def test_a_wrong_pin_signs_and_amends_nothing(casework: Casework, signed: int) -> None:
    open_case = counted_case(casework, (5,)).id
    casework.life.finish(open_case, "")
    with pytest.raises(PinWrong):
        casework.life.sign(open_case, hand(casework, open_case, pin="0000"))
    with pytest.raises(PinWrong):
        casework.life.amend(signed, "why", hand(casework, signed, pin="0000"))
    assert casework.books.record.case(open_case).state == "finished"
    assert casework.books.record.case(signed).state == "signed"


def test_an_amendment_has_a_reason_and_a_person(casework: Casework, signed: int) -> None:
    with pytest.raises(BadSetting, match="reason"):
        casework.life.amend(signed, "  ", hand(casework, signed))
    with pytest.raises(NotRecorded):
        casework.life.amend(signed, "why", hand(casework, signed, operator=99))


def test_what_is_said_with_a_pin_has_a_length(casework: Casework, signed: int) -> None:
    words = "x" * (LONGEST_STATEMENT + 1)
    with pytest.raises(BadSetting, match=str(LONGEST_STATEMENT)):
        casework.life.amend(signed, words, hand(casework, signed))
    casework.life.amend(signed, words[1:], hand(casework, signed))
    casework.life.finish(signed, "Amina")
    with pytest.raises(BadSetting, match=str(LONGEST_STATEMENT)):
        casework.life.sign(signed, hand(casework, signed, words))
    casework.life.sign(signed, hand(casework, signed, words[1:]))


def test_the_signature_covers_all_that_was_counted(casework: Casework, signed: int) -> None:
    result = casework.results.of(signed)
    assert result.signature is not None
    content = json.loads(result.signature.content)
    assert (result.signature.operator, result.signature.statement) == ("Amina", "Checked by eye.")
    assert [field["number"] for field in content["fields"]] == [1, 2]
    assert content["corrections"][0][:2] == [1, 4]
    assert content["figures"]["counts"]["countable"] == result.figures.counts.countable
    assert is_intact(casework.books, signed, result.signature)


def test_what_was_signed_is_shown_whatever_the_settings_say_later(casework: Casework, signed: int) -> None:
    before = casework.results.of(signed)
    casework.settings.change({"target_provisional": 10, "target_full": 20}, "Amina")
    after = casework.results.of(signed)
    assert after.figures == before.figures
    assert casework.results.live(signed).figures.targets == (10, 20)


def test_each_system_alone_is_part_of_what_was_signed(casework: Casework, signed: int) -> None:
    shown = casework.results.of(signed).figures.systems
    assert shown is not None
    assert shown == casework.results.live(signed).figures.systems


def test_a_case_that_was_signed_before_kits_told_of_each_system_says_nothing_of_them(
    casework: Casework, signed: int
) -> None:
    document = as_document(casework.results.of(signed).figures)
    del document["systems"]
    assert figures_of(document) == replace(casework.results.of(signed).figures, systems=None)


def test_earlier_versions_stay_and_are_intact(casework: Casework, signed: int) -> None:
    first = casework.books.life.signatures(signed)[0]
    casework.life.amend(signed, "one more cell", hand(casework, signed))
    casework.cells.change(signed, (2, 3), Wish(excluded=True), "Amina")
    capture(casework, signed, 8)
    casework.life.finish(signed, "Amina")
    casework.life.sign(signed, hand(casework, signed))
    assert casework.books.life.signatures(signed)[0] == first
    assert [is_intact(casework.books, signed, each) for each in casework.books.life.signatures(signed)] == [True, True]


def test_steps_before_a_signature_cannot_be_undone_after_it(casework: Casework, signed: int) -> None:
    casework.life.amend(signed, "why", hand(casework, signed))
    with pytest.raises(CaseFault, match="undo"):
        undo(casework, signed)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fields SET blast = blast + 1 WHERE case_id = {case}",
        "UPDATE fields SET document = replace(document, 'blast', 'other') WHERE case_id = {case}",
        "DELETE FROM fields WHERE case_id = {case}",
        "UPDATE cells SET class = 'blast' WHERE field_id IN (SELECT id FROM fields WHERE case_id = {case})",
        "DELETE FROM cells WHERE field_id IN (SELECT id FROM fields WHERE case_id = {case})",
        "DELETE FROM corrections WHERE case_id = {case}",
        "UPDATE corrections SET class = 'blast' WHERE case_id = {case}",
        "INSERT INTO corrections VALUES ({case}, 1, 3, 'blast', NULL, '', '')",
        "INSERT INTO case_facts VALUES ({case}, 'manual', '{{}}', '', '')",
        "DELETE FROM case_facts WHERE case_id = {case} AND kind = 'finished'",
        "UPDATE cases SET pseudonym = 'B-2' WHERE id = {case}",
        "UPDATE cases SET note = 'x' WHERE id = {case}",
        "UPDATE cases SET version = 7 WHERE id = {case}",
        "UPDATE cases SET state = 'open' WHERE id = {case}",
    ],
)
def test_the_database_itself_refuses_to_change_a_signed_case(casework: Casework, signed: int, statement: str) -> None:
    with pytest.raises(CaseSigned), casework.books.database.writing() as connection:
        connection.execute(statement.format(case=signed))
    (signature,) = casework.books.life.signatures(signed)
    assert is_intact(casework.books, signed, signature)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE signatures SET operator = 'Eve'",
        "DELETE FROM signatures",
        "UPDATE steps SET operator = 'Eve'",
        "DELETE FROM steps",
        "DELETE FROM cases",
    ],
)
def test_steps_signatures_and_cases_stay(casework: Casework, signed: int, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="stay"), casework.books.database.writing() as connection:
        connection.execute(statement)


@pytest.mark.parametrize("what", ["text", "picture", "picture gone", "document", "steps"])
def test_whoever_gets_round_the_database_is_found_out(casework: Casework, signed: int, what: str) -> None:
    connection, (signature,) = casework.books.database.connection, casework.books.life.signatures(signed)
    row = casework.books.record.field(signed, 1)
    picture = casework.books.record.picture(row.image)
    for trigger in ("signatures_UPDATE", "fields_signed_UPDATE", "steps_UPDATE"):
        connection.execute(f"DROP TRIGGER {trigger}")
    tampering: dict[str, Callable[[], object]] = {
        "text": lambda: connection.execute("UPDATE signatures SET content = replace(content, 'A-17', 'B-18')"),
        "picture": lambda: picture.write_bytes(picture.read_bytes()[:-1] + b"x"),
        "picture gone": picture.unlink,
        "document": lambda: connection.execute("UPDATE fields SET document = replace(document, 'lymphocyte', 'x')"),
        "steps": lambda: connection.execute("UPDATE steps SET after = replace(after, 'granulocyte', 'blast')"),
    }
    assert is_intact(casework.books, signed, signature)
    tampering[what]()
    (signature,) = casework.books.life.signatures(signed)
    assert not is_intact(casework.books, signed, signature)


def test_a_manual_count_stands_beside_the_kits(casework: Casework) -> None:
    case_id = counted_case(casework).id
    casework.life.count_by_hand(case_id, {"blast": 30, "lymphocyte": 70}, "Bo")
    manual = casework.results.of(case_id).manual
    assert manual is not None
    assert (manual.cells, manual.percent, manual.operator) == (100, 30.0, "Bo")
    assert manual.interval[0] < 30 < manual.interval[1]
    counts = casework.results.of(case_id).figures.counts
    assert manual.difference.points == pytest.approx(100 * counts.blast / counts.countable - 30)
    casework.life.drop_hand_count(case_id, "Bo")
    assert casework.results.of(case_id).manual is None


@pytest.mark.parametrize(
    ("counts", "fault"),
    [
        ({"unicorn": 3}, UnknownClass),
        ({"blast": -1}, BadSetting),
        ({"blast": 0, "lymphocyte": 0}, BadSetting),
        ({}, BadSetting),
        ({"blast": 10**400}, BadSetting),
    ],
)
def test_a_manual_count_makes_sense(casework: Casework, counts: dict[str, int], fault: type[Exception]) -> None:
    case_id = counted_case(casework).id
    with pytest.raises(fault):
        casework.life.count_by_hand(case_id, counts, "")
    assert casework.results.of(case_id).manual is None


def test_answer_and_consent_may_come_after_the_signature_and_change_nothing_signed(
    casework: Casework, signed: int
) -> None:
    before = casework.results.of(signed)
    casework.life.answer(signed, {"expert": "Dr B", "opinion": "likely", "percent": 80.0, "text": ""}, "Amina")
    casework.life.consent(signed, "form 3", "Amina")
    after = casework.results.of(signed)
    assert (after.figures, after.signature) == (before.figures, before.signature)
    assert after.facts["answer"].value["expert"] == "Dr B"
    assert after.signature is not None
    assert is_intact(casework.books, signed, after.signature)
    casework.life.consent(signed, None, "Amina")
    assert "consent" not in casework.results.of(signed).facts
    assert [step.kind for step in casework.books.steps.of(signed)][-3:] == ["answer", "consent", "consent"]


def test_an_answer_is_one_of_the_forms(casework: Casework, signed: int) -> None:
    with pytest.raises(BadSetting, match="maybe"):
        casework.life.answer(signed, {"expert": "x", "opinion": "maybe"}, "")


def test_what_is_said_of_a_signed_case_is_watched_too(casework: Casework, signed: int) -> None:
    connection, (signature,) = casework.books.database.connection, casework.books.life.signatures(signed)
    connection.execute("DROP TRIGGER cases_signed")
    connection.execute("UPDATE cases SET note = 'all well' WHERE id = ?", (signed,))
    assert not is_intact(casework.books, signed, signature)


def test_a_control_run_is_no_case_to_be_signed_or_corrected(casework: Casework) -> None:
    begun, _ = casework.controls.begin(casework.controls.add("Slide 1", "marrow", 5, "").id, "")
    capture(casework, begun.case_id, 1)
    for act in ("finish", "describe", "sign", "amend", "manual", "correct"):
        with pytest.raises(CaseOfControl):
            ACTS[act](casework, begun.case_id)
