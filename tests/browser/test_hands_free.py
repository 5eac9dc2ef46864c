"""Capturing with the eyes at the eyepiece: by itself from place to place, and by the space bar whatever was pressed."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from edge.types import Frame
from edge.web import WebParts
from tests.browser.chromium import CUT, Expected, visiting
from tests.browser.kit import running
from tests.browser.real import free_port
from tests.browser.steps import SLOW_MS, begin_case, fields, go
from tests.cases import PaintedLive, painted_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACES = [painted_frame(seed, 20, (640, 480)) for seed in (3, 4, 5, 6)]


class Resting(PaintedLive):
    """As a camera over a slide that rests: one picture after the other of the same place."""

    def latest(self) -> Frame | None:
        frame = super().latest()
        if frame is None:
            return None
        noise = np.random.default_rng(time.monotonic_ns()).integers(-2, 3, frame.pixels.shape)
        pixels = np.clip(frame.pixels + noise, 0, 255).astype(np.uint8)
        return replace(frame, pixels=pixels, taken_ms=1000.0 * time.monotonic())


@pytest.fixture
def live() -> PaintedLive:
    return Resting(PLACES[0])


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with running(tmp_path, live) as started:
        yield started


@pytest.fixture
def page(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Page]:
    """A case that is being counted."""
    with visiting(browser, kit[0]) as watched:
        begin_case(watched.page, "P-1")
        yield watched.page


def await_fields(page: Page, number: int) -> None:
    expect(page.locator(".field-entry")).to_have_count(number, timeout=SLOW_MS)


def test_automatic_goes_on_from_place_to_place(page: Page, live: PaintedLive) -> None:
    """The field that it captured is shown meanwhile, and is no end of it."""
    page.locator("#automatic").click()
    for number, place in enumerate(PLACES[:3], 1):
        live.show(place)
        await_fields(page, number)
        expect(page.locator("#viewport")).to_have_attribute("data-mode", "field")


def test_automatic_takes_no_field_away_that_somebody_looks_into(page: Page, live: PaintedLive) -> None:
    page.locator("#automatic").click()
    await_fields(page, 1)
    page.locator(".field-entry").first.click()
    live.show(PLACES[1])
    page.wait_for_function(HEARD_ON, timeout=SLOW_MS)
    assert fields(page) == 1
    page.keyboard.press("l")
    await_fields(page, 2)


def test_automatic_goes_on_after_a_power_cut(browser: Browser, tmp_path: Path) -> None:
    """The kit counts places anew, and the page took the first of them for one that it had captured."""
    port = free_port()
    with visiting(browser, f"http://127.0.0.1:{port}") as watched:
        page = watched.page
        watched.expected.append(Expected(re.compile(CUT), re.compile(r"/live\.mjpg|/api/v1/.*")))
        for number, place in enumerate(PLACES[:2], 1):
            with running(tmp_path, Resting(place), port):
                if number == 1:
                    begin_case(page, "P-1")
                    page.locator("#automatic").click()
                await_fields(page, number)


def test_two_screens_capture_a_place_once(
    browser: Browser, page: Page, kit: tuple[str, WebParts], live: PaintedLive
) -> None:
    """Both hear that it is due before either has captured it."""
    with visiting(browser, kit[0]) as other:
        go(other.page, "/cases/1")
        expect(other.page.locator("#capture")).to_be_enabled()
        live.hide()
        for each in (page, other.page):
            each.locator("#automatic").click()
        for number, place in enumerate(PLACES[:3], 1):
            live.show(place)
            for each in (page, other.page):
                await_fields(each, number)
            expect(page.locator("#viewport:not(.busy)")).to_be_visible()
            expect(other.page.locator("#viewport:not(.busy)")).to_be_visible()
    assert len(kit[1].record.fields(1)) == 3


HEARD_ON = """
  () => new Promise((done) => {
    const events = new EventSource('/api/v1/events?of=gauges');
    events.addEventListener('gauges', ({ data }) => {
      if (JSON.parse(data).view?.capture) { events.close(); done(true); }
    });
  })
"""
"""The kit says that another place rests and is not captured."""


def test_the_space_bar_captures_after_a_button_was_clicked(page: Page, live: PaintedLive) -> None:
    """It did to the button again what the click had done: automatic went off, and nothing was captured."""
    for clicks, button in enumerate(("#tone", "#automatic"), 1):
        page.locator(button).click()
        live.show(PLACES[clicks])
        page.keyboard.press(" ")
        await_fields(page, clicks)
        expect(page.locator(button)).to_have_attribute("aria-pressed", "true")


def test_a_button_that_was_come_to_by_keyboard_stays_the_one(page: Page) -> None:
    page.locator("#tone").focus()
    page.keyboard.press(" ")
    expect(page.locator("#tone")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#tone")).to_be_focused()
    assert fields(page) == 0


def test_two_clicks_begin_one_case_and_a_code_in_use_is_asked_about(
    browser: Browser, kit: tuple[str, WebParts]
) -> None:
    listing = kit[1].casework.books.listing
    with visiting(browser, kit[0]) as watched:
        page = watched.page
        ready(page)
        page.locator("[data-new-case] button.primary").dblclick()
        expect(page.locator("#capture")).to_be_enabled(timeout=SLOW_MS)
        assert listing.states()["open"] == 1
        ready(page)
        page.locator("[data-new-case] button.primary").click()
        trouble = page.locator(".form-problem")
        expect(trouble).to_contain_text("There is an open case with this code.")
        expect(trouble.get_by_role("link")).to_have_attribute("href", "/cases/1")
        assert listing.states()["open"] == 1
        trouble.get_by_role("button").click()
        page.wait_for_url("**/cases/2", wait_until="domcontentloaded")
        assert listing.states()["open"] == 2


def test_a_question_about_a_code_is_asked_anew_of_another_one(browser: Browser, kit: tuple[str, WebParts]) -> None:
    """The button that calls one code no name let another name by."""
    with visiting(browser, kit[0]) as watched:
        page = watched.page
        ready(page)
        watched.expect_refusal(409, "/api/v1/cases")
        code, trouble = page.locator("[name=pseudonym]"), page.locator(".form-problem")
        code.fill("Ward")
        code.press("Enter")
        expect(trouble.get_by_role("button")).to_be_visible()
        code.fill("Maria Lopez")
        expect(trouble.get_by_role("button")).to_have_count(0)
        code.press("Enter")
        expect(trouble.locator("small")).to_have_text("case.personal")
        trouble.get_by_role("button").click()
        page.wait_for_url("**/cases/1", wait_until="domcontentloaded")


def ready(page: Page) -> None:
    """The form of a new case, filled in."""
    go(page, "/cases/new")
    expect(page.locator("[data-new-case] button.primary")).to_be_enabled()
    page.locator("[name=pseudonym]").fill("P-7")
