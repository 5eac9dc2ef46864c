"""How figures, times and names are written for a reader."""

from __future__ import annotations

import pytest

from edge.papers.reader import Reader, plain_moment
from edge.types import Reason


@pytest.mark.parametrize(("code", "written"), [("en", "12.5"), ("es", "12,5"), ("fr", "12,5"), ("pt", "12,5"),
                                               ("sw", "12.5"), ("hi", "12.5"), ("ar", "12.5")])  # fmt: skip
def test_a_figure_has_the_languages_own_mark(code: str, written: str) -> None:
    assert Reader(code).figure(12.5, 1) == written


def test_whoever_knows_better_writes_the_figures() -> None:
    assert Reader("fr", number=lambda value, decimals: f"<{value}|{decimals}>").figure(3.25, 2) == "<3.25|2>"


@pytest.mark.parametrize(
    ("when", "written"),
    [("2026-11-27T09:12:44+00:00", "2026-11-27 09:12"), ("on the first of May", "on the first of May"), ("", "")],
)
def test_a_time_is_shown_and_what_is_none_is_left_alone(when: str, written: str) -> None:
    assert plain_moment(when) == written


def test_arabic_is_written_from_right_to_left() -> None:
    assert {code: Reader(code).direction for code in ("en", "ar", "hi")} == {"en": "ltr", "ar": "rtl", "hi": "ltr"}


def test_messages_are_translated_before_their_figures_are_put_in() -> None:
    reader = Reader("xx", {"{count} cells": "seli {count}"}.get)  # type: ignore[arg-type] # every message here is known
    assert reader.say("{count} cells", count=3) == "seli 3"


def test_a_key_without_a_name_is_shown_as_itself() -> None:
    assert Reader("en").named({"a": "A"}, "b") == "b"
    assert Reader("en").reason(Reason("retired.code")) == "retired.code"
