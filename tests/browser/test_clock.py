"""One clock: whatever time zone a phone is in, the page tells the hour that the papers tell, and its zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.web import WebParts
from edge.web.language import LANGUAGES
from edge.web.local import paper_reader
from firmware_bridge.errors import SourceLost
from tests.browser.chromium import visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import PIN, answer, go
from tests.cases import PaintedLive
from tests.zones import kit_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = "America/Bogota"
"""Where the phone thinks that it is: eight hours behind the kit."""


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    """In Nairobi."""
    with kit_in("Africa/Nairobi"), counting(tmp_path, live, fields=1) as started:
        yield started


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_phone_of_another_zone_shows_the_hour_of_the_papers(
    browser: Browser, kit: tuple[str, WebParts], code: str
) -> None:
    begun = kit[1].record.case(1).clock_hint
    with visiting(browser, kit[0], language=code, zone=PHONE) as watched:
        page = watched.page
        go(page, "/cases")
        shown = page.locator(".case-row .numeric").first.inner_text()
        assert shown == paper_reader(code).moment(begun)
        assert shown.endswith(" UTC+3")


def test_page_report_log_and_api_tell_one_hour(browser: Browser, kit: tuple[str, WebParts]) -> None:
    with visiting(browser, kit[0], zone=PHONE) as watched:
        page = watched.page
        answer(page.request.post("/api/v1/operators", data={"name": "Amina", "pin": PIN, "lead": True}))
        answer(page.request.post("/api/v1/session", data={"operator": 1, "pin": PIN}))
        seal = answer(page.request.post("/api/v1/cases/1/finish"))["seal"]
        signed = answer(page.request.post("/api/v1/cases/1/sign", data={"operator": 1, "pin": PIN, "seal": seal}))
        (version,) = answer(page.request.get("/api/v1/cases/1/versions"))
        assert version["clock_hint"].endswith("+03:00")
        assert signed["case"]["clock_hint"].endswith("+03:00")
        hour = paper_reader("en").moment(version["clock_hint"])
        go(page, "/cases/1/result")
        expect(page.locator("#sign")).to_contain_text(hour)
        go(page, "/cases/1/log")
        expect(page.locator("main")).to_contain_text(hour)
        go(page, "/cases/1/report")
        expect(page.locator("main")).to_contain_text(hour)


def test_since_when_there_is_no_picture_is_told_by_the_same_clock(
    browser: Browser, kit: tuple[str, WebParts], live: PaintedLive
) -> None:
    live.lose(SourceLost("The camera was unplugged.", "Plug it in again."), age_s=60.0)
    with visiting(browser, kit[0], zone=PHONE) as watched:
        go(watched.page, "/cases/1")
        since = watched.page.locator(".since")
        expect(since).to_have_text(re.compile(r"No picture since .* UTC\+3$"))
        there = watched.page.evaluate(
            "(zone) => new Date(Date.now() - 60000).toLocaleTimeString('en', { hour: 'numeric', timeZone: zone })",
            "Africa/Nairobi",
        )
        assert re.search(rf"since {there.split()[0]}:\d\d:\d\d.{there.split()[1]}", since.inner_text())
