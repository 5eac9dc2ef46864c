"""Whole days at the microscope in a real Chromium against the real kit: set up, and a case with what goes wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.web.language import translation
from tests.browser import steps
from tests.browser.chromium import NARROW, WIDE, Watched, visiting
from tests.browser.real import RealKit
from tests.browser.steps import PIN, SLOW_MS, go
from tests.pdfs import folded, opened, words

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = "sim:?width=640&height=480&fps=8"
FIELDS = 20
LOSS_S = 6
LOST_AT = 100
"""The picture at which the camera is unplugged: some 12 s after the start, so in the middle of a first dozen fields."""
VISITS = [(WIDE, "en"), (NARROW, "en"), (WIDE, "ar"), (NARROW, "ar")]
ASKED_MEANWHILE = r"/live\.mjpg|/api/v1/events|/api/v1/cases/1(/.*)?"
"""What the page of the microscope asks for by itself, and the capture that is under way."""


@pytest.mark.parametrize(("size", "language"), VISITS)
def test_first_run(browser: Browser, tmp_path: Path, size: tuple[int, int], language: str) -> None:
    kit = RealKit(PICTURES + "&dwell=200", tmp_path / "data")
    with kit, visiting(browser, kit.address, size, language) as watched:
        page = watched.page
        go(page, "/")
        page.locator("#setup a[href='/first-run']").click()
        _language_and_operator(page)
        # left here and taken up again
        go(page, "/")
        page.locator("#setup a[href='/first-run']").click()
        _picture(page)
        _scale(page)
        _control_slide(page)
        expect(page.locator("#setup")).to_be_hidden()


def _language_and_operator(page: Page) -> None:
    _at(page, "language")
    page.locator("#step > .row button.primary").click()
    _at(page, "operator")
    for name, value in {"name": "Amina", "pin": PIN, "again": PIN}.items():
        page.locator(f"#step [name={name}]").fill(value)
    page.locator("#step form button.primary").click()
    _at(page, "camera")


def _picture(page: Page) -> None:
    for name in ("camera", "light", "focus"):
        _at(page, name)
        steps.await_live(page)
        expect(page.locator("#live")).to_have_js_property("complete", True)
        page.locator("#step > .row button.primary").click()


def _scale(page: Page) -> None:
    _at(page, "scale")
    page.locator("[name=how][value=points]").check()
    expect(page.locator("#marker circle")).to_have_count(2)
    page.locator("[name=how][value=red_cells]").check()
    page.locator("[name=objective]").fill("100x 1.25")
    page.locator("#step form button.primary").click()
    _at(page, "control")


def _control_slide(page: Page) -> None:
    page.locator("#step a[href='/control']").click()
    page.locator("#slides [name=name]").fill("C-1")
    page.locator("#slides form button.primary").click()
    actions = page.locator("#run-actions button")
    actions.first.click()
    expect(actions).to_have_count(2)
    actions.first.click()
    expect(page.locator(".notice.good")).to_be_visible(timeout=SLOW_MS)
    actions.last.click()
    expect(page.locator("#latest table")).to_be_visible(timeout=SLOW_MS)
    go(page, "/first-run?step=control")
    page.locator("#step > .row button.primary").first.click()
    page.wait_for_url(re.compile(r"/$"), wait_until="domcontentloaded")


def _at(page: Page, step: str) -> None:
    expect(page.locator("#steps [aria-current=step]")).to_have_attribute("href", f"?step={step}")


@pytest.mark.parametrize(("size", "language"), VISITS)
def test_a_case_of_twenty_fields_through_a_lost_camera_and_a_killed_kit(
    browser: Browser, tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    faults = f"&dwell=36&faults=unplug@{LOST_AT}:{LOSS_S}s"
    kit = RealKit(PICTURES + faults, tmp_path / "data")
    with kit, visiting(browser, kit.address, size, language) as watched:
        page = watched.page
        steps.set_up_operator(page)
        case = steps.begin_case(page, "A-017")
        _through_a_lost_camera(watched)
        _through_a_killed_kit(watched, kit)
        while steps.fields(page) < FIELDS - 1:
            steps.capture(page, "tap")
        steps.capture_by_itself(page)
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        steps.explain_a_cell(page, case)
        steps.correct_a_cell(page, case)
        steps.sign(page, case)
        _papers_say_it(page, case, language)


def _through_a_lost_camera(watched: Watched) -> None:
    """Capture until the camera is gone; the last picture stays, and says since when; then it comes back by itself."""
    page = watched.page
    steps.await_live(page)
    # a capture that comes too late is refused, which Chromium itself reports
    with watched.refused(503, "/api/v1/cases/1/fields"):
        while not steps.is_lost(page) and steps.fields(page) < FIELDS // 2:
            steps.capture_or_loss(page)
    expect(page.locator("#state")).to_have_class(re.compile(r"\bbad\b"), timeout=SLOW_MS)
    page.keyboard.press("l")
    expect(page.locator(".since")).to_be_visible()
    assert page.evaluate("document.getElementById('live').naturalWidth") > 0, "the last picture is gone"
    steps.await_live(page)
    expect(page.locator("#no-picture")).to_be_hidden()


def _through_a_killed_kit(watched: Watched, kit: RealKit) -> None:
    """Killed in the middle of a capture: what was shown is kept, and the page comes back without being loaded again."""
    page = watched.page
    steps.capture(page, "key")
    before = steps.fields(page)
    with watched.cut(ASKED_MEANWHILE):
        page.keyboard.press("c")
        kit.kill()
        expect(page.locator("#state")).to_have_class(re.compile(r"\bbad\b"))
        expect(page.locator(".notice.bad")).to_be_visible()
        # a simulated slide begins anew with the same pictures: this is another place of it
        kit.source = f"{PICTURES}&dwell=48&seed=2"
        kit.start()
        steps.await_live(page)
    page.locator(".notice button").click()
    kept = len(steps.answer(page.request.get("/api/v1/cases/1"))["fields"])
    assert kept in (before, before + 1), "the field under way is there or not, and nothing else has changed"
    expect(page.locator(".field-entry")).to_have_count(kept)
    go(page, "/")
    expect(page.locator(".field-entry")).to_have_count(kept)


def _papers_say_it(page: Page, case: int, language: str) -> None:
    _report_says_it(steps.paper(page, "report.pdf"), language)
    bundle = json.loads(steps.paper(page, "fhir.json"))
    entries = [entry["resource"] for entry in bundle["entry"]]
    (report,) = [each for each in entries if each["resourceType"] == "DiagnosticReport"]
    assert report["status"] == "final"
    result = steps.answer(page.request.get(f"/api/v1/cases/{case}"))
    assert len(result["fields"]) >= FIELDS
    assert result["corrected"] >= 1
    assert result["case"]["state"] == "signed"


def _report_says_it(pdf: bytes, language: str) -> None:
    """In the page's language: what it is and is not, whose case it is, and who signed it."""
    translate = translation(language)
    with opened(pdf) as document:
        assert document.get_metadata_dict()["Title"].startswith(translate("Report of a cell count"))
    said = " ".join(words(pdf))
    for message in (
        "Report of a cell count",
        "Decision support, not a diagnosis.",
        "Marrow aspirate",
        "Counts by class",
    ):
        assert folded(translate(message)) in folded(said), message
    assert "Amina" in said
    assert ("Counts by class" in said) == (language == "en")
