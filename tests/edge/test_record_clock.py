"""Moments are kept in UTC, and told in the kit's time zone with its offset."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from edge.record.clock import clock_hint, here, zone_of
from edge.web.moments import Hint, offset_min
from tests.zones import kit_in

TOLD = TypeAdapter(Hint)
ZONES = [
    ("UTC", "2026-11-27T09:12:44+00:00", "UTC"),
    ("Africa/Nairobi", "2026-11-27T12:12:44+03:00", "UTC+3"),
    ("Asia/Kathmandu", "2026-11-27T14:57:44+05:45", "UTC+5:45"),
    ("America/Lima", "2026-11-27T04:12:44-05:00", "UTC-5"),
    ("America/St_Johns", "2026-11-27T05:42:44-03:30", "UTC-3:30"),
]


@pytest.mark.parametrize(("zone", "told", "name"), ZONES)
def test_one_moment_is_told_in_the_kits_zone_by_its_offset(zone: str, told: str, name: str) -> None:
    with kit_in(zone):
        assert TOLD.validate_python("2026-11-27T09:12:44+00:00") == told
        at = here(told)
        assert at is not None
        assert zone_of(at) == name
        assert offset_min() == (datetime.now().astimezone().utcoffset() or timedelta()).total_seconds() // 60


def test_summer_time_is_that_of_the_moment_not_of_today() -> None:
    with kit_in("America/Santiago"):
        told = [TOLD.validate_python(f"2026-{month}-10T12:00:00+00:00") for month in ("01", "07")]
    assert told == ["2026-01-10T09:00:00-03:00", "2026-07-10T08:00:00-04:00"]


@given(at=st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(timezone.utc)))
def test_a_told_moment_is_the_same_moment_and_told_again_the_same(at: datetime) -> None:
    hint = at.replace(microsecond=0).isoformat()
    with kit_in("Asia/Kolkata"):
        told = TOLD.validate_python(hint)
        assert datetime.fromisoformat(told) == datetime.fromisoformat(hint)
        assert TOLD.validate_python(told) == told


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01"])
def test_what_is_no_time_stays_as_it_is(text: str) -> None:
    assert TOLD.validate_python(text) == text
    assert here(text) is None


def test_what_is_kept_is_utc_wherever_the_kit_stands() -> None:
    with kit_in("Asia/Kolkata"):
        assert clock_hint().endswith("+00:00")
