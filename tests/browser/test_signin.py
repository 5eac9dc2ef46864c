"""Whoever must sign in comes back to the page that asked for it, and never to another site."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import answer, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIN = "24680"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("/cases/1/result", "/cases/1/result"), ("/sign-in?next=//elsewhere.example/x", "/"), ("/sign-in", "/")],
)
def test_signing_in_leads_back_to_where_it_was_asked_for(
    browser: Browser, tmp_path: Path, asked: str, shown: str
) -> None:
    live = painted_live()
    live.uri = "camera:0"
    with counting(tmp_path, live) as (url, _), visiting(browser, url) as watched:
        page = watched.page
        answer(page.request.post(f"{url}/api/v1/operators", data={"name": "Amina", "pin": PIN, "lead": True}))
        answer(page.request.post(f"{url}/api/v1/session", data={"operator": 1, "pin": PIN}))
        answer(page.request.patch(f"{url}/api/v1/settings", data={"operator_required": True}))
        answer(page.request.delete(f"{url}/api/v1/session"))
        watched.expect_refusal(401, "/cases/1/result")
        go(page, asked)
        if asked.startswith("/cases"):
            expect(page.locator(".problem .code")).to_contain_text("session.none")
            page.locator(".problem").get_by_role("link", name="Sign in").click()
        page.locator("[name=pin]").fill(PIN)
        page.locator("#session button").click()
        page.wait_for_url(f"{url}{shown}")
