"""A kit that is not heard: the page says so and since when, and the picture comes back with the kit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Expected, visiting
from tests.browser.kit import painted_live, running
from tests.browser.relay import Relay, relayed
from tests.browser.steps import SLOW_MS, await_live, go, is_lost

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BROKEN = Expected(re.compile(r"Failed to load resource: net::ERR_.*"), re.compile(r"/live\.mjpg|/api/v1/events"))
DRAWN = "() => document.getElementById('live').naturalWidth > 0"
ASKED = (
    "() => performance.getEntriesByType('resource').filter(({ name }) => name.includes('/api/v1/events')).at(-1).name"
)


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    with running(tmp_path, painted_live()) as (address, _), relayed(urlsplit(address).port or 0) as network:
        yield network


def looking(page: Page) -> None:
    go(page, "/")
    await_live(page)
    page.wait_for_function(DRAWN)
    expect(page.locator("#advice")).not_to_be_empty()


def says_so(page: Page) -> None:
    """Nothing of what was seen last is said to hold still."""
    page.wait_for_function("() => document.getElementById('state').classList.contains('bad')", timeout=SLOW_MS)
    assert is_lost(page)
    expect(page.locator("#no-picture .since")).to_contain_text("No picture since")
    expect(page.locator("#no-picture")).to_contain_text("Check that it is switched on")
    expect(page.locator("#advice")).to_be_empty()
    expect(page.locator("#focus-aid")).to_be_hidden()


def comes_back(page: Page) -> None:
    await_live(page)
    expect(page.locator("#no-picture")).to_be_hidden()
    page.wait_for_function(DRAWN)
    expect(page.locator("#advice")).not_to_be_empty()


def test_a_kit_that_broke_off_is_told_and_its_picture_comes_back(browser: Browser, relay: Relay) -> None:
    """As after a power cut: Chromium then keeps a broken picture, and tells nobody."""
    with visiting(browser, relay.address) as watched:
        watched.expected.append(BROKEN)
        looking(watched.page)
        relay.flows.clear()
        relay.cut()
        says_so(watched.page)
        relay.flows.set()
        comes_back(watched.page)


def test_a_network_that_goes_silent_is_noticed(browser: Browser, relay: Relay) -> None:
    """As a telephone that was carried away: no connection breaks, and nothing comes any more."""
    with visiting(browser, relay.address) as watched:
        watched.expected.append(BROKEN)
        looking(watched.page)
        relay.flows.clear()
        says_so(watched.page)
        relay.flows.set()
        comes_back(watched.page)
