"""Setting a kit up, left in the middle and come back to: by the browser's way back, and from the control slide."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import visiting
from tests.browser.kit import painted_live, running
from tests.browser.steps import await_live, go

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LEAST_BAR_PX = 120


def at(page: Page, step: str) -> None:
    expect(page.locator("#steps [aria-current=step]")).to_have_attribute("href", f"?step={step}")


def test_the_way_back_leads_to_the_step_before(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, painted_live()) as (address, _), visiting(browser, address) as watched:
        page = watched.page
        go(page, "/first-run")
        at(page, "language")
        for step in ("operator", "camera"):
            page.locator("#step .row button.primary, #step .row button.quiet").last.click()
            at(page, step)
        page.go_back()
        at(page, "operator")
        page.go_back()
        at(page, "language")
        page.go_forward()
        at(page, "operator")


def test_the_control_slide_leads_back_until_the_kit_is_set_up(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, painted_live()) as (address, parts), visiting(browser, address) as watched:
        page = watched.page
        go(page, "/control")
        page.locator("#to-setup").click()
        at(page, "control")
        for step in parts.casework.first_run.state().steps:
            parts.casework.first_run.set(step.step, "skipped", {}, "")
        go(page, "/control")
        expect(page.locator("#control-state")).not_to_be_empty()
        expect(page.locator("#to-setup")).to_be_hidden()


@pytest.mark.parametrize("path", ["/", "/first-run", "/control"])
def test_the_focus_aid_has_room_on_the_narrowest_screen(browser: Browser, tmp_path: Path, path: str) -> None:
    """Its bar was 20 px wide, beside a name of one word a line."""
    with running(tmp_path, painted_live()) as (address, _), visiting(browser, address, (320, 640)) as watched:
        page = watched.page
        go(page, path)
        await_live(page)
        expect(page.locator("#focus-aid")).to_be_visible()
        expect(page.locator("#tone")).to_be_visible()
        bar = page.locator("#focus-aid .bar-track").bounding_box()
        assert bar is not None
        assert bar["width"] >= LEAST_BAR_PX
