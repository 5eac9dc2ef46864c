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
from tests.browser.steps import PIN, answer, begin_case, go
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


def test_a_slide_is_put_away_with_its_runs_and_taken_back(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, slides, controls = visit.page, visit.page.locator("#slides"), kit[1].casework.controls
    run, _ = controls.begin(1, "Amina")
    kit[1].casework.books.controls.finish(run, dict.fromkeys(MEASURES, 1.0), "ok", [])
    go(page, "/control")
    slides.locator("p.row button").click()
    away = slides.locator("details").filter(has=page.locator("summary", has_text="Out of use"))
    expect(away.locator(".chip[aria-pressed=true]")).to_contain_text("1 run")
    expect(page.locator("#latest .pill")).to_have_class("pill good")
    expect(page.locator("#run-actions button")).to_have_count(0)
    expect(page.locator("#control-state")).to_have_text("Due")
    assert not kit[1].casework.books.controls.slide(1).active
    slides.locator("p.row button").click()
    expect(away).to_have_count(0)
    expect(page.locator("#run-actions button")).to_have_count(1)
    steps = [step.after for step in kit[1].casework.books.steps.of(None) if step.kind == "control slide"][1:]
    assert [step["active"] for step in steps] == [False, True]


def test_a_new_slide_takes_the_place_of_another(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, slides = visit.page, visit.page.locator("#slides")
    go(page, "/control")
    slides.locator("summary", has_text="A new control slide").click()
    slides.locator("[name=name]").fill("C-2")
    slides.locator("[name=replaces]").check()
    slides.locator("form button.primary").click()
    expect(slides.locator("> .chip")).to_have_count(1)
    expect(slides.locator("> .chip[aria-pressed=true]")).to_contain_text("C-2")
    assert [each.active for each in kit[1].casework.books.controls.slides()] == [False, True]


def test_who_does_not_lead_is_offered_no_putting_away(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, staff = visit.page, kit[1].casework.staff
    amina = staff.add("Amina", PIN, lead=True, by=None)
    staff.add("Bo", PIN, lead=False, by=amina)
    answer(page.request.post("/api/v1/session", data={"operator": 2, "pin": PIN}))
    go(page, "/control")
    expect(page.locator("#slides .chip")).to_have_count(1)
    expect(page.locator("#slides p.row button")).to_have_count(0)
    expect(page.locator("#slides [name=replaces]")).to_have_count(0)
