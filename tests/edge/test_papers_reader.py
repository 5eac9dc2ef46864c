"""How figures, times and names are written for a reader."""

from __future__ import annotations

import pytest

from edge.papers.reader import Reader, plain_moment
from edge.types import Reason


def test_a_figure_has_its_decimals() -> None:
    assert Reader().figure(12.25, 1) == "12.3"


def test_a_language_writes_figures_its_own_way() -> None:
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
