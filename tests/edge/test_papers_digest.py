"""The digest stands for the result: it moves with everything that is one, and with nothing that comes after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.papers import digest
from edge.papers.case_file import (
    CaseFile,
    Consent,
    ControlState,
    Correction,
    ReferralAnswer,
    Signature,
    StationFacts,
    Successor,
)
from edge.papers.digest import DERIVED, LATER, content_digest, referral_digest, short
from edge.types import Counts, Reason
from tests.case_files import BUNDLE, case_file

FILE = case_file(30)
DIGEST = content_digest(FILE)

AFTERWARDS: dict[str, dict[str, Any]] = {
    "signature": {"signature": Signature("Dr. Otieno", "2026-11-27T10:00:00+00:00", "ab" * 32)},
    "state": {"case": replace(FILE.case, state="signed")},
    "people": {"people": {"Achieng O.": 3}},
    "successor": {"successor": Successor(2, "2026-11-29T08:00:00+00:00", signed=True)},
    "answer": {"answer": ReferralAnswer("Prof. X", "2026-11-28T10:00:00+00:00", "likely", 1, 80.0)},
    "consent": {"consent": Consent("Achieng O.", "2026-11-27T10:00:00+00:00", "form 7")},
    "newer software": {"station": StationFacts("Renamed", FILE.station.id, "9.9")},
    "proved again": {"bundle": replace(BUNDLE, parity=None, title="New title")},
}
CHANGED: dict[str, dict[str, Any]] = {
    "case": {"case": replace(FILE.case, note="another note")},
    "bundle": {"bundle": replace(BUNDLE, ref=replace(BUNDLE.ref, digest="0" * 64))},
    "counts": {"counts": Counts(1, 1, 0, 1)},
    "targets": {"targets": (100, 500)},
    "by_class": {"by_class": FILE.by_class[1:]},
    "decision": {"decision": replace(FILE.decision, reasons=())},
    "fields": {"fields": FILE.fields[1:]},
    "cells": {"cells": (replace(FILE.cells[0], label="another"), *FILE.cells[1:])},
    "operator": {"operator": None},
    "control": {"control": ControlState("C-12", "warn", "", (Reason("decide.urgent", {"cells": 3, "percent": 1}),))},
    "excluded": {"excluded": {"cell.cut": 1}},
    "manual": {"manual": None},
    "corrections": {"corrections": (Correction(9, "A", "", 1, 1, "exclude", "blast", "blast"),)},
}


@pytest.mark.parametrize("later", AFTERWARDS.values(), ids=AFTERWARDS.keys())
def test_what_comes_after_the_result_leaves_its_digest_alone(later: dict[str, Any]) -> None:
    assert content_digest(replace(FILE, **later)) == DIGEST


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
def test_whatever_belongs_to_the_result_changes_its_digest(changed: dict[str, Any]) -> None:
    assert content_digest(replace(FILE, **changed)) != DIGEST


REFERRED_STILL = {
    **AFTERWARDS,
    "finished": {"case": replace(FILE.case, state="open", finished=None)},
    **{name: CHANGED[name] for name in ("case", "operator", "control", "manual", "corrections", "targets", "decision")},
}
REFERRED_NO_MORE: dict[str, dict[str, Any]] = {
    "another version": {"case": replace(FILE.case, version=2)},
    "another case": {"case": replace(FILE.case, number=99)},
    "another kit": {"station": replace(FILE.station, id="another")},
    "a field less": {"fields": FILE.fields[1:]},
    "another class": {"cells": (replace(FILE.cells[0], label="other"), *FILE.cells[1:])},
    "a cell left out": {"cells": (replace(FILE.cells[1], excluded=(Reason("cell.person"),)), *FILE.cells[1:])},
}


@pytest.mark.parametrize("later", REFERRED_STILL.values(), ids=REFERRED_STILL.keys())
def test_what_happens_while_an_answer_is_on_its_way_does_not_turn_it_away(later: dict[str, Any]) -> None:
    assert referral_digest(replace(FILE, **later)) == referral_digest(FILE)


@pytest.mark.parametrize("changed", REFERRED_NO_MORE.values(), ids=REFERRED_NO_MORE.keys())
def test_another_count_is_another_referral(changed: dict[str, Any]) -> None:
    assert referral_digest(replace(FILE, **changed)) != referral_digest(FILE)


def test_every_part_of_a_case_is_one_or_the_other() -> None:
    parts = [*CHANGED, *LATER, *DERIVED]
    assert sorted(parts) == sorted(each.name for each in fields(CaseFile))


def test_a_case_that_was_sent_before_kits_told_what_follows_keeps_its_code() -> None:
    assert FILE.systems is not None
    assert content_digest(replace(FILE, systems=None)) == DIGEST


@given(st.integers(0, 29), st.sampled_from(["label", "machine", "excluded", "doubt", "fuzzy_score"]))
def test_no_cell_can_change_unseen(at: int, part: str) -> None:
    change: dict[str, Callable[[Any], Any]] = {
        "label": lambda old: f"{old}x",
        "machine": lambda old: f"{old}x",
        "excluded": lambda old: (*old, Reason("cell.person")),
        "doubt": lambda old: old / 2 + 0.001,
        "fuzzy_score": lambda old: old + 0.5,
    }
    cells = list(FILE.cells)
    cells[at] = replace(cells[at], **{part: change[part](getattr(cells[at], part))})
    assert content_digest(replace(FILE, cells=tuple(cells))) != DIGEST


def test_the_picture_of_a_cell_follows_from_its_fields() -> None:
    """Its JPEG is another with another library; the field's digest is of its pixels."""
    cells = tuple(replace(cell, crop=lambda: pytest.fail("a digest cuts no picture")) for cell in FILE.cells)
    assert content_digest(replace(FILE, cells=cells)) == DIGEST
    recut = replace(FILE.fields[0], digest="0" * 64)
    assert content_digest(replace(FILE, fields=(recut, *FILE.fields[1:]))) != DIGEST


@pytest.mark.parametrize("odd", [b"bytes", {1, 2}, object(), CaseFile])
def test_what_is_no_value_of_a_case_has_no_digest(odd: Any) -> None:
    with pytest.raises(TypeError, match="has no digest"):
        content_digest(replace(FILE, operator=odd))


def test_it_is_worked_out_once_and_anew_for_a_changed_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    plain = digest._digest

    def noted(parts: Mapping[str, Any]) -> str:
        made.append(parts)
        return plain(parts)

    monkeypatch.setattr(digest, "_digest", noted)
    file = replace(FILE, operator="Amina")
    assert content_digest(file) == content_digest(file)
    assert len(made) == 1
    assert content_digest(replace(file, operator="Bo")) != content_digest(file)


def test_the_short_form_can_be_read_aloud() -> None:
    assert short("0123456789abcdef" + "9" * 48) == "0123 4567 89ab cdef"
