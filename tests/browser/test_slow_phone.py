"""A phone of 2015: Chromium slowed six times. The main steps work, and whatever is tapped or typed meanwhile counts.

Nothing here is held against a clock. What a slow device does to people is that taps and keys are lost or come twice; so
they are counted: as many as were given must have had their effect, also while a capture is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.types import Examination, Frame
from edge.web import create_app
from tests.browser.chromium import NARROW, Watched, visiting
from tests.browser.kit import UNEXPLAINED, painted_live, serving
from tests.browser.steps import PIN, SLOW_MS, begin_case, correct_a_cell, go, sign
from tests.cases import PaintedExaminer, PaintedLive, painted_frame, painted_parts

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SLOWDOWN = 6
NAME = "Amina Wanjiru Otieno of the night shift"
PRESSES = 21


@dataclass
class HeldExaminer(PaintedExaminer):
    """Examines once it is let go."""

    let_go: threading.Event = field(default_factory=threading.Event)

    def examine(self, frame: Frame) -> Examination:
        assert self.let_go.wait(SLOW_MS / 1000)
        return super().examine(frame)


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def examiner() -> HeldExaminer:
    return HeldExaminer()


@pytest.fixture
def phone(browser: Browser, tmp_path: Path, live: PaintedLive, examiner: HeldExaminer) -> Iterator[Watched]:
    """A slow phone that visits a kit."""
    parts = replace(painted_parts(tmp_path, live), examiner=examiner)
    try:
        with serving(create_app(parts), parts) as address, visiting(browser, address, NARROW, touch=True) as watched:
            watched.page.set_default_timeout(SLOW_MS)
            session = watched.page.context.new_cdp_session(watched.page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
            yield watched
    finally:
        examiner.let_go.set()
        parts.record.close()


def test_setting_up(phone: Watched) -> None:
    page = phone.page
    go(page, "/first-run")
    _at(page, "language")
    page.locator("#step > .row button.primary").tap()
    _at(page, "operator")
    page.locator("#step [name=name]").tap()
    page.keyboard.type(NAME)
    for each in ("pin", "again"):
        page.locator(f"#step [name={each}]").tap()
        page.keyboard.type(PIN)
    assert page.locator("#step [name=name]").input_value() == NAME, "no letter is lost"
    page.keyboard.press("Enter")
    for step in ("camera", "light", "focus"):
        _at(page, step)
        page.locator("#step > .row button.primary").tap()
    _at(page, "scale")
    page.locator("[name=how][value=given]").check()
    page.locator("[name=objective]").fill("100x 1.25")
    page.locator("[name=um_per_px]").fill("0.1")
    page.locator("#step form button.primary").tap()
    _at(page, "control")
    assert page.request.get("/api/v1/operators").json()[0]["name"] == NAME


def test_a_case_from_its_first_field_to_the_signature(
    phone: Watched, live: PaintedLive, examiner: HeldExaminer
) -> None:
    page = phone.page
    phone.expect_refusal(404, UNEXPLAINED)
    examiner.let_go.set()
    page.request.post("/api/v1/operators", data={"name": "Amina", "pin": PIN, "lead": True})
    case = begin_case(page, "A-017")
    for count, seed in enumerate((3, 4), 1):
        live.show(painted_frame(seed, 20))
        expect(page.locator("#capture")).to_be_enabled()
        page.locator("#capture").tap()
        expect(page.locator(".field-entry")).to_have_count(count)
        expect(page.locator("#still .cell").first).to_be_visible()
    correct_a_cell(page, case)
    sign(page, case)


def test_nothing_that_is_tapped_while_a_capture_is_under_way_is_lost(phone: Watched, examiner: HeldExaminer) -> None:
    """The live picture and its gauges go on meanwhile; each tap on the tone's button turns it once."""
    page = phone.page
    begin_case(page, "A-017")
    expect(page.locator("#state")).to_have_class("pill good")
    page.evaluate(_COUNT_TURNS, "tone")
    page.locator("#capture").tap()
    expect(page.locator("#viewport")).to_have_class("viewport busy")
    for _ in range(PRESSES):
        page.locator("#tone").tap()
    page.wait_for_function("(due) => window.turns === due", arg=PRESSES)
    assert page.locator("#tone").get_attribute("aria-pressed") == "true", "an odd number of taps"
    assert page.locator(".field-entry").count() == 0, "it was under way all the time"
    examiner.let_go.set()
    expect(page.locator("#still .cell").first).to_be_visible()
    expect(page.locator(".field-entry")).to_have_count(1)


def test_keys_that_come_faster_than_cells_are_explained_are_all_heard(phone: Watched, examiner: HeldExaminer) -> None:
    page = phone.page
    phone.expect_refusal(404, UNEXPLAINED)
    examiner.let_go.set()
    begin_case(page, "A-017")
    page.locator("#capture").tap()
    cells = page.locator("#still .cell")
    expect(cells.first).to_be_visible()
    cells.first.focus()
    for _ in range(PRESSES):
        page.keyboard.press("ArrowRight")
    due = PRESSES % cells.count()
    expect(cells.nth(due)).to_have_attribute("aria-current", "true")
    expect(cells.nth(due)).to_be_focused()
    number = cells.nth(due).get_attribute("data-cell")
    expect(page.locator("#explain")).to_contain_text(f"Cell {number}")


def _at(page: Page, step: str) -> None:
    expect(page.locator("#steps [aria-current=step]")).to_have_attribute("href", f"?step={step}", timeout=SLOW_MS)


_COUNT_TURNS = """(id) => {
  window.turns = 0;
  const count = (changes) => { window.turns += changes.length; };
  const watch = new MutationObserver(count);
  watch.observe(document.getElementById(id), { attributes: true, attributeFilter: ["aria-pressed"] });
}"""
