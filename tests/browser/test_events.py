"""The stream of events comes back whatever the kit answered meanwhile, and there is never more than one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.casework.cells import Wish
from edge.errors import BundleDamaged
from edge.web import create_fallback
from tests.browser.chromium import CUT, Expected, visiting
from tests.browser.kit import counting, painted_live, running, serving
from tests.browser.real import free_port
from tests.browser.steps import SLOW_MS, await_live, go, is_lost

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BUNDLE_FAULT = BundleDamaged("A file of the bundle differs.", "Copy it again.")
OF_KIT = r"/live\.mjpg|/api/v1/.*"
NO_EVENTS = "EventSource's response has a .*"
"""Chromium, of an answer that is no stream."""
SEEN_OR_NOT = """
  window.unseen = true;
  Object.defineProperty(document, 'hidden', { get: () => window.unseen });
  window.streams = [];
  window.EventSource = class extends EventSource {
    constructor(address) { super(address); window.streams.push(this); }
  };
"""
OPEN = "() => window.streams.filter(({ readyState }) => readyState !== EventSource.CLOSED).length"


def test_a_page_that_saw_the_kit_out_of_order_comes_back_with_it(browser: Browser, tmp_path: Path) -> None:
    port = free_port()
    with visiting(browser, f"http://127.0.0.1:{port}") as watched:
        page = watched.page
        watched.expect_refusal(503, OF_KIT)
        watched.expected += [Expected(re.compile(words), re.compile(OF_KIT)) for words in (CUT, NO_EVENTS)]
        with running(tmp_path, painted_live(), port):
            go(page, "/")
            await_live(page)
        with serving(create_fallback(BUNDLE_FAULT), None, port):
            refused = page.wait_for_event("response", lambda each: "/api/v1/events" in each.url, timeout=SLOW_MS)
            assert refused.status != 200
            assert is_lost(page)
        with running(tmp_path, painted_live(), port):
            await_live(page)
            page.wait_for_function("() => document.getElementById('live').naturalWidth > 0")


def see(page: Page, is_seen: bool) -> None:
    """As if a person went to the page, or away from it."""
    page.evaluate(
        "(seen) => { window.unseen = !seen; document.dispatchEvent(new Event('visibilitychange')); }", is_seen
    )


def test_one_stream_where_the_page_is_seen_and_none_where_not(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, painted_live()) as (address, _), visiting(browser, address) as watched:
        page = watched.page
        page.add_init_script(SEEN_OR_NOT)
        go(page, "/")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(OPEN) == 0
        for is_seen, streams in ((True, 1), (True, 1), (False, 0), (True, 1)):
            see(page, is_seen)
            assert page.evaluate(OPEN) == streams
        await_live(page)


def test_what_others_do_to_a_case_is_seen_at_the_microscope(browser: Browser, tmp_path: Path) -> None:
    with counting(tmp_path, painted_live()) as (address, parts), visiting(browser, address) as watched:
        page, casework = watched.page, parts.casework
        go(page, "/cases/1#field-1")
        cell = page.locator("#still .cell:not(.excluded)").first
        expect(cell).to_be_visible()
        number = int(cell.get_attribute("data-cell") or "")
        corrected = page.locator("#count dd").nth(3)
        expect(corrected).to_have_text("0")
        casework.cells.change(1, (1, number), Wish(excluded=True), "Bo")
        expect(corrected).to_have_text("1")
        expect(page.locator(f"#still [data-cell='{number}']")).to_have_class("cell excluded")
        casework.life.finish(1, "Bo")
        expect(page.locator("#capture")).to_be_disabled()
