"""Whichever cases were looked at, and whatever other screens begin: fields go into the case that the screen names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from edge.record import NewCase
from tests.browser.chromium import NARROW, WIDE, visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import capture, go
from tests.casebooks import capture as captured

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OLD = NewCase("B-20", "blood", "wright-giemsa")
OTHER = NewCase("C-21", "blood", "wright-giemsa")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_after_a_look_at_an_old_case_fields_go_into_the_case_that_is_counted(
    browser: Browser, tmp_path: Path, size: tuple[int, int]
) -> None:
    with counting(tmp_path, painted_live(seed=30)) as (address, parts), visiting(browser, address, size) as visit:
        page, record = visit.page, parts.record
        old = parts.casework.life.begin(OLD, "Amina").id
        captured(parts.casework, old, seed=9)
        parts.casework.life.finish(old, "Amina")
        go(page, "/cases/1")
        other = parts.casework.life.begin(OTHER, "Juma").id
        go(page, f"/cases/{old}")
        expect(page.locator("#closed")).to_be_visible()
        expect(page.locator("#capture")).to_be_disabled()
        page.keyboard.press("c")
        microscope = page.locator(".places a").first
        expect(microscope).to_contain_text("A-17")
        microscope.click()
        page.wait_for_url(re.compile(r"/cases/1$"), wait_until="domcontentloaded")
        expect(page.locator(".case-name strong")).to_have_text("A-17")
        expect(page.locator("#closed")).to_be_hidden()
        expect(page.locator(".field-entry")).to_have_count(2)
        capture(page, "key")
        assert [len(record.fields(case)) for case in (1, old, other)] == [3, 1, 0]
