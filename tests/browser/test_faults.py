"""The page in a real Chromium while a simulated camera is unplugged and frozen, served by a real kit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import chromium, visiting
from tests.kits import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SIM = "sim:?width=320&height=240&um_per_px=0.3&fps=10&faults=unplug@0:6s,frozen@40"


def test_the_page_says_what_the_camera_does_and_shows_its_picture_when_it_comes(tmp_path: Path) -> None:
    kit = served(SIM, tmp_path / "data", record=str(tmp_path / "film"))
    # the browser first: on a busy machine it takes longer to start than the camera is away
    with chromium() as browser, kit as (_, port), visiting(browser, f"http://127.0.0.1:{port}") as watched:
        page = watched.page
        page.goto("/")
        state = page.locator("#state")
        expect(state).to_have_text(re.compile(r"^No camera · attempt \d"))
        expect(page.locator("#no-picture")).to_contain_text("Plug it in again.")
        expect(state).to_have_text("Live", timeout=20_000)
        expect(page.locator("#live")).to_have_js_property("naturalWidth", 320)
        expect(page.locator("#recording")).to_have_text("Recording")
        expect(state).to_have_text(re.compile(r"^The picture stands still · attempt \d"), timeout=30_000)
        expect(page.locator(".since")).to_contain_text("No picture since")
        expect(state).to_have_text("Live", timeout=20_000)
        expect(page.locator("#no-picture")).to_be_hidden()
