"""Figures and moments on paper: as Babel writes them, which holds Unicode's rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from edge.figures import rounded
from edge.record.clock import zone_of
from edge.web.language import LANGUAGES
from edge.web.local import WRITINGS, moment, paper_reader, written
from tests.zones import kit_in

CODES = sorted(WRITINGS)
LEAST_GROUPED = {"es": 10_000}
SHAPES = {"hi": "#,##,##0"}


@pytest.fixture
def nairobi() -> Iterator[None]:
    """A kit whose clock is three hours ahead of UTC."""
    with kit_in("Africa/Nairobi"):
        yield


def test_every_language_of_the_page_has_its_way() -> None:
    assert WRITINGS.keys() == LANGUAGES.keys()


@pytest.mark.parametrize("code", CODES)
@given(hundredths=st.integers(0, 99_999_999_999), decimals=st.integers(0, 2))
def test_figures_are_written_as_babel_does(code: str, hundredths: int, decimals: int) -> None:
    value = hundredths / 100
    shape = SHAPES.get(code, "#,##0") + ("." + "0" * decimals if decimals else "")
    grouped = value >= LEAST_GROUPED.get(code, 0)
    due = format_decimal(rounded(value, decimals), shape, locale=code, numbering_system="latn", group_separator=grouped)
    assert written(value, decimals, WRITINGS[code]) == due


@pytest.mark.parametrize("code", CODES)
@given(at=st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(timezone.utc)))
def test_moments_are_written_as_babel_does(code: str, at: datetime) -> None:
    here = at.astimezone()
    day, hour = format_date(here.date(), "medium", locale=code), format_time(here.time(), "short", locale=code)
    due = str(Locale.parse(code).datetime_formats["medium"]).format(hour, day)
    assert moment(at.isoformat(), WRITINGS[code]) == f"{due} {zone_of(here)}"


def test_moments_are_in_the_time_zone_of_the_kit(nairobi: None) -> None:
    assert moment("2026-11-27T22:12:44+00:00", WRITINGS["fr"]) == "28 nov. 2026, 01:12 UTC+3"
    assert moment("not at all", WRITINGS["fr"]) == "not at all"


def test_a_reader_of_papers_has_words_figures_and_moments(nairobi: None) -> None:
    reader = paper_reader("es")
    assert reader.say("Specimen") == "Muestra"
    assert reader.figure(12345.678, 1) == "12.345,7"
    assert reader.figure(-1.5, 1) == "-1,5"
    assert reader.moment("2026-11-27T09:12:44+00:00") == "27 nov 2026, 12:12 UTC+3"
