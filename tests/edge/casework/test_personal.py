"""Codes that look personal are asked about, and codes that are codes are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.casework.personal import code_looks_like, note_looks_like


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("Maria Lopez", "name"),
        ("lopez, maria", "name"),
        ("O'Brien", "name"),
        ("Ahmed", "name"),
        ("MARIA", "name"),
        ("王小明", "name"),
        ("محمد علي", "name"),
        ("सीता देवी", "name"),
        ("Nguyễn Văn A", "name"),
        ("12.05.1987", "date"),
        ("1987-05-12", "date"),
        ("5/12/1987", "date"),
        ("12/31/1987", "date"),
        ("19870512", "date"),
        ("12051987", "date"),
        ("ML 1987-05-12", "date"),
        ("+254 712 345 678", "phone"),
        ("0712345678", "phone"),
        ("(011) 4567-8910", "phone"),
        ("a.b@example.org", "address"),
    ],
)
def test_what_looks_personal(code: str, what: str) -> None:
    assert code_looks_like(code) == what


@pytest.mark.parametrize(
    "code", ["A-17", "KIS-0042", "2026-113", "B2", "QC", "ABCD", "P00042", "7K2Q-9FXA", "12", "1234567", "S-2026-0113"]
)
def test_what_looks_like_a_code(code: str) -> None:
    assert code_looks_like(code) is None


@pytest.mark.parametrize(
    ("note", "what"),
    [
        ("Smear is thin. Second slide.", None),
        ("Blasts with nucleoli in field 3; 20 % smudged.", None),
        ("Call mother: 0712 345 678", "phone"),
        ("born 12.05.1987", "date"),
        ("ask ana@example.org", "address"),
    ],
)
def test_notes_may_hold_words(note: str, what: str | None) -> None:
    assert note_looks_like(note) == what


@given(st.text(max_size=64))
def test_no_text_is_an_error(text: str) -> None:
    assert code_looks_like(text) in {None, "name", "date", "phone", "address"}


@given(st.dates())
def test_every_date_is_seen_however_it_is_written(day: object) -> None:
    written = str(day)
    if 1900 <= int(written[:4]) < 2100:
        year, month, date = written.split("-")
        for text in (written, f"{date}.{month}.{year}", f"{month}/{date}/{year}", f"{year}{month}{date}"):
            assert note_looks_like(f"born {text}") == "date"
