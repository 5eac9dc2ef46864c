"""The control page: what is missing before there is a chart, and runs that are no cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.web import WebParts
from edge.web.control_names import MEASURES
from tests.browser.chromium import Watched, visiting
from tests.browser.kit import SIZE, painted_live, running
from tests.browser.steps import begin_case, go
from tests.cases import PaintedLive, painted_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BASE_RUNS = 3


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with running(tmp_path, live) as started:
        started[1].casework.controls.add("C-1", "peripheral", BASE_RUNS, "Amina")
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    with visiting(browser, kit[0]) as watched:
        yield watched


def run_once(page: Page) -> None:
    """Begin, capture, finish."""
    actions = page.locator("#run-actions button")
    actions.first.click()
    expect(actions).to_have_count(2)
    actions.first.click()
    expect(page.locator(".notice.good").last).to_be_visible()
    expect(actions.last).to_be_enabled()
    actions.last.click()
    expect(actions).to_have_count(1)


def test_the_page_says_how_many_runs_are_missing_until_there_is_a_chart(visit: Watched, live: PaintedLive) -> None:
    page, trend = visit.page, visit.page.locator("#trend")
    go(page, "/control")
    for done in range(BASE_RUNS):
        left = BASE_RUNS - done
        expect(trend.locator(".bar-value")).to_have_text(f"{done} of {BASE_RUNS}")
        expect(trend).to_contain_text(
            f"{left} more good run{'s' if left > 1 else ''}, and this slide has its own limits"
        )
        expect(trend.locator(".chart")).to_have_count(0)
        live.show(painted_frame(10 + done, 60, SIZE))
        run_once(page)
    expect(trend.locator(".chart").first).to_be_visible()
    expect(trend.locator(".bar-value")).to_have_count(0)


def test_whatever_can_block_has_a_chart_and_a_row(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, controls = visit.page, kit[1].casework
    for done in range(BASE_RUNS):
        run, _ = controls.controls.begin(1, "Amina")
        controls.books.controls.finish(run, dict.fromkeys(MEASURES, 1.0 + 0.1 * done), "ok", [])
    go(page, "/control")
    names = [figure.name for figure in MEASURES.values()]
    headings = [f"{figure.name}, {figure.unit}" if figure.unit else figure.name for figure in MEASURES.values()]
    expect(page.locator("#trend h3")).to_have_text(headings)
    expect(page.locator("#trend .chart")).to_have_count(len(controls.controls.limits(1)))
    expect(page.locator("#latest tbody th")).to_have_text(names)


def test_a_kit_that_blocks_begins_no_case_until_the_control_slide_is_fine(
    visit: Watched, kit: tuple[str, WebParts], live: PaintedLive
) -> None:
    page, listing = visit.page, kit[1].casework.books.record
    visit.expect_refusal(409, "/api/v1/cases")
    go(page, "/settings")
    page.locator("[name=control_policy]").select_option("block")
    page.locator("#kit button.primary").click()
    expect(page.locator(".notice.good")).to_be_visible()
    go(page, "/settings")
    expect(page.locator("[name=control_policy]")).to_have_value("block")
    go(page, "/cases/new")
    expect(page.locator("[data-new-case] button")).to_be_enabled()
    page.locator("[name=pseudonym]").fill("A-17")
    page.locator("[name=pseudonym]").press("Enter")
    expect(page.locator("[data-new-case] .form-problem")).to_contain_text("control.block")
    assert listing.cases() == ()
    go(page, "/control")
    expect(page.locator("#control-state")).to_have_text("Due")
    live.show(painted_frame(10, 60, SIZE))
    run_once(page)
    expect(page.locator("#control-state")).to_have_class("pill good")
    begin_case(page, "A-17")
    expect(page.locator("#capture")).to_be_enabled()


def test_a_run_is_no_case_and_the_page_leads_to_where_it_is_looked_at(
    visit: Watched, kit: tuple[str, WebParts]
) -> None:
    begun, _ = kit[1].casework.controls.begin(1, "Amina")
    page = visit.page
    visit.expect_refusal(409, f"/cases/{begun.case_id}")
    go(page, f"/cases/{begun.case_id}")
    expect(page.locator(".problem .code")).to_contain_text("case.control")
    expect(page.locator("#capture")).to_have_count(0)
    page.locator(".problem a[href='/control']").click()
    expect(page.locator("#run-actions button")).to_have_count(2)
