"""A slow radio answers out of order: what is shown is what was asked for last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from edge.record import NewCase
from edge.web import WebParts
from tests.browser.chromium import Watched, visiting
from tests.browser.kit import UNEXPLAINED, counting, painted_live
from tests.browser.late import held_back
from tests.browser.steps import go

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CELL = re.compile(r"Cell (\d+)")


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[str, WebParts]]:
    with counting(tmp_path / "data", painted_live()) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    with visiting(browser, kit[0]) as watched:
        watched.expect_refusal(404, UNEXPLAINED)  # painted cells come of no bundle that could explain them
        yield watched


def number_in(label: str | None) -> str:
    """The cell that words speak of."""
    found = CELL.search(label or "")
    assert found is not None, label
    return found[1]


def test_the_panel_shows_the_cell_that_was_chosen_last(visit: Watched) -> None:
    page, tiles = visit.page, visit.page.locator(".cell-tile")
    go(page, "/cases/1/cells")
    expect(tiles.nth(5)).to_be_visible()
    with held_back(page, "**/outlines") as first:
        tiles.nth(0).click()
        tiles.nth(5).click()
        chosen = number_in(tiles.nth(5).get_attribute("aria-label"))
        expect(page.locator("#explain .portrait")).to_have_attribute("aria-label", f"Cell {chosen}")
        first.come()
    expect(page.locator("#explain .portrait")).to_have_attribute("aria-label", f"Cell {chosen}")
    expect(page.locator(".cell-tile[aria-current=true]")).to_have_count(1)


def test_what_the_picture_is_good_for_is_said_once_the_case_is_known(visit: Watched) -> None:
    """A closed case asked for a capture where the gauges were heard of first, until they changed."""
    page, advice = visit.page, visit.page.locator("#advice")
    with held_back(page, "**/api/v1/cases/1") as case:
        go(page, "/cases/1")
        expect(advice).to_have_text("Good picture.")
        case.come()
        expect(advice).to_have_text("Good picture: capture it.")


def test_a_case_that_is_opened_is_asked_for_once(visit: Watched) -> None:
    """What the kit tells of it by itself was taken for news, and the case asked for again while its answer came."""
    page, asked = visit.page, []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    with held_back(page, "**/api/v1/cases/1") as case:
        with page.expect_response("**/api/v1/events?*"):
            go(page, "/cases/1")
        expect(page.locator("#advice")).to_have_text("Good picture.")
        case.come()
    assert asked.count("/api/v1/cases/1") == 1


def test_a_panel_that_was_closed_stays_closed(visit: Watched) -> None:
    page, tiles = visit.page, visit.page.locator(".cell-tile")
    go(page, "/cases/1/cells")
    tiles.nth(0).click()
    expect(page.locator("#explain")).to_be_visible()
    with held_back(page, "**/outlines") as second:
        tiles.nth(5).click()
        page.locator("#explain .explain-head button").click()
        second.come()
    expect(page.locator("#explain")).to_be_hidden()


def test_a_correction_that_is_answered_late_does_not_take_the_eye_back(visit: Watched) -> None:
    page, tiles = visit.page, visit.page.locator(".cell-tile")
    go(page, "/cases/1/cells")
    tiles.nth(0).click()
    expect(page.locator("#explain")).to_be_visible()
    with held_back(page, re.compile(r"/cells/\d+$")) as correction:
        page.keyboard.press("x")
        page.keyboard.press("ArrowRight")
        chosen = number_in(tiles.nth(1).get_attribute("aria-label"))
        expect(page.locator("#explain .portrait")).to_have_attribute("aria-label", f"Cell {chosen}")
        correction.come()
    expect(page.locator("#undo")).to_be_enabled()
    expect(tiles.nth(0)).to_have_class(re.compile("excluded"))
    expect(tiles.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("#explain .portrait")).to_have_attribute("aria-label", f"Cell {chosen}")


def test_the_cells_are_those_of_the_class_that_was_asked_for_last(visit: Watched) -> None:
    page, chips = visit.page, visit.page.locator("#classes .chip")
    go(page, "/cases/1/cells")
    expect(page.locator(".cell-tile").first).to_be_visible()
    with held_back(page, "**/cases/1/cells?*") as all_excluded:
        chips.last.click()
        chips.first.click()
        expect(chips.first).to_have_attribute("aria-pressed", "true")
        everything = page.locator(".cell-tile").count()
        all_excluded.come()
    assert everything > 0
    expect(page.locator(".cell-tile")).to_have_count(everything)
    expect(page.locator(".cell-tile.excluded")).to_have_count(0)


def test_the_cases_are_those_that_were_searched_for_last(visit: Watched, kit: tuple[str, WebParts]) -> None:
    kit[1].casework.life.begin(NewCase("B-20", "blood", "wright-giemsa"), by="Amina")
    page, rows = visit.page, visit.page.locator(".case-row strong")
    go(page, "/cases")
    expect(rows).to_have_count(2)
    with held_back(page, "**/cases?*state=signed*") as signed:
        page.locator("#state-of").select_option("signed")
        page.wait_for_event("request", lambda request: "state=signed" in request.url)
        page.locator("#state-of").select_option("")
        page.locator("#query").fill("B-2")
        expect(rows).to_have_text(["B-20"])
        signed.come()
    expect(rows).to_have_text(["B-20"])


def test_the_field_is_the_one_that_was_asked_for_last(visit: Watched) -> None:
    page = visit.page
    go(page, "/cases/1")
    entry = page.locator(".field-entry")
    expect(entry).to_have_count(2)
    with held_back(page, "**/fields/1/outlines") as first:
        page.locator("[data-field='1']").click()
        page.locator("[data-field='2']").click()
        expect(page.locator("#field-title strong")).to_have_text("Field 2")
        first.come()
    expect(page.locator("#field-title strong")).to_have_text("Field 2")
    expect(page.locator("[data-field='2']")).to_have_attribute("aria-current", "true")


def test_an_undo_of_a_cell_elsewhere_explains_no_other_cell(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page = visit.page
    go(page, "/cases/1#field-1")
    page.locator("#still .cell").first.click()
    with page.expect_response("**/cells/*"):
        page.locator("#explain .correct .chip[aria-pressed=false]").first.click()
    page.evaluate("() => { location.hash = '#field-2'; }")
    expect(page.locator("#field-title strong")).to_have_text("Field 2")
    with page.expect_response("**/fields/2/outlines"):
        page.keyboard.press("u")
    expect(page.locator(".notice.good")).to_be_visible()
    expect(page.locator("#explain")).to_be_hidden()
