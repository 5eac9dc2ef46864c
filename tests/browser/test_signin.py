"""Whoever must sign in comes back to the page that asked for it, and never to another site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.web import welcome
from tests.browser.chromium import visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import answer, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PIN = "24680"


def ask_for_people(page: Page, url: str) -> None:
    """The kit has an operator, who is signed in here, and shows cases to nobody else."""
    answer(page.request.post(f"{url}/api/v1/operators", data={"name": "Amina", "pin": PIN, "lead": True}))
    answer(page.request.post(f"{url}/api/v1/session", data={"operator": 1, "pin": PIN}))
    answer(page.request.patch(f"{url}/api/v1/settings", data={"operator_required": True}))


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("/cases/1/result", "/cases/1/result"),
        ("/sign-in?next=//elsewhere.example/x", "/cases/1"),
        ("/sign-in", "/cases/1"),
    ],
)
def test_signing_in_leads_back_to_where_it_was_asked_for(
    browser: Browser, tmp_path: Path, asked: str, shown: str
) -> None:
    live = painted_live()
    live.uri = "camera:0"
    with counting(tmp_path, live) as (url, _), visiting(browser, url) as watched:
        page = watched.page
        ask_for_people(page, url)
        answer(page.request.delete(f"{url}/api/v1/session"))
        watched.expect_refusal(401, "/cases/1/result")
        go(page, asked)
        if asked.startswith("/cases"):
            expect(page.locator(".problem .code")).to_contain_text("session.none")
            page.locator(".problem").get_by_role("link", name="Sign in").click()
        page.locator("[name=pin]").fill(PIN)
        page.locator("#session button").click()
        page.wait_for_url(f"{url}{shown}")


def test_after_a_sign_out_elsewhere_the_picture_goes(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(welcome, "EVERY_S", 0.1)
    live = painted_live()
    live.uri = "camera:0"
    with counting(tmp_path, live) as (url, parts), visiting(browser, url) as watched:
        page = watched.page
        ask_for_people(page, url)
        go(page, "/cases/1")
        expect(page.locator("#live[src]")).to_be_visible()
        watched.expect_refusal(401, "/api/v1/.*|/live.mjpg")
        parts.casework.staff.renew_pin(1, "97531")
        expect(page.locator("#state")).to_have_text("Nobody is signed in.")
        expect(page.locator("#live")).not_to_have_attribute("src", re.compile(".*"))
        expect(page.locator("#no-picture")).to_contain_text("Sign in with your PIN.")
        expect(page.locator("#no-picture")).not_to_contain_text("does not answer")
