"""What people read: figures from right to left as on paper, letters large enough on a phone, names that say much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.web import WebParts
from edge.web.control_names import MEASURES
from tests.browser.chromium import NARROW, visiting
from tests.browser.kit import SIZE, UNEXPLAINED, counting, painted_live
from tests.browser.steps import capture, go
from tests.cases import painted_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROWEST = (320, 640)
LEAST_LETTER_PX = 9.0
PLACE_OF = """([where, part]) => {
  const texts = document.createTreeWalker(document.querySelector(where), NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const at = node.data.indexOf(part);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + part.length);
    return range.getBoundingClientRect().left;
  }
  return null;
}"""
LETTERS_PX = "(texts) => texts.map((e) => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().a)"
TILES = """(tiles) => tiles.map((each) => {
  const [tile, picture] = [each, each.firstElementChild].map((e) => e.getBoundingClientRect());
  return [tile.top, tile.height, picture.top - tile.top].map(Math.round);
})"""
"""Of each: where it begins, how high it is, and how far within it its picture begins."""
FOLDED = {"/settings": "#errors li", "/control": "#latest td", "/cases/1/result": "#runs td", "/cases/1/cells": "li"}
"""Pages with parts that are folded away, and what tells that these have come."""
WIDER_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[str, WebParts]]:
    """With a control slide that has its limits."""
    with counting(tmp_path, painted_live(seed=30)) as (address, parts):
        controls = parts.casework.controls
        controls.add("C-1", "peripheral", 3, "Amina")
        for number in range(4):
            run, _ = controls.begin(1, "Amina")
            parts.casework.books.controls.finish(run, dict.fromkeys(MEASURES, 1.0 + 0.1 * number), "ok", [])
        yield address, parts


def place(page: Page, where: str, part: str) -> float:
    found = page.evaluate(PLACE_OF, [where, part])
    assert found is not None, f"no {part!r} in {where}"
    return float(found)


@pytest.mark.parametrize(("language", "first", "last"), [("en", "0", "100"), ("ar", "100", "0")])
def test_a_share_is_written_and_drawn_as_on_paper(
    browser: Browser, kit: tuple[str, WebParts], language: str, first: str, last: str
) -> None:
    """The sign to the right of its figure; the line from 0 to 100 begins where reading does, as the bar above it."""
    with visiting(browser, kit[0], language=language) as watched:
        page = watched.page
        go(page, "/cases/1/result")
        expect(page.locator("#count .big")).to_contain_text("%")
        score = page.locator("#count .big").inner_text().strip("\u2066\u2069 %")
        assert place(page, "#count .big", score) < place(page, "#count .big", "%")
        ends = page.locator("#count > .interval .tick.end")
        places = {each.text_content(): (each.bounding_box() or {"x": 0.0})["x"] for each in ends.all()}
        assert places[first] < places["50"] < places[last]


def test_a_measure_from_right_to_left_has_its_unit_to_the_right(browser: Browser, kit: tuple[str, WebParts]) -> None:
    with visiting(browser, kit[0], language="ar") as watched:
        page = watched.page
        go(page, "/control")
        expect(page.locator("#latest table")).to_be_visible()
        assert place(page, "#latest table", "1.30") < place(page, "#latest table", "µm")


@pytest.mark.parametrize("size", [NARROW, NARROWEST])
def test_letters_in_charts_are_large_enough_on_a_phone(
    browser: Browser, kit: tuple[str, WebParts], size: tuple[int, int]
) -> None:
    with visiting(browser, kit[0], size) as watched:
        page = watched.page
        for path, where in (("/control", "#trend .chart text"), ("/cases/1/result", "#count .interval text")):
            go(page, path)
            expect(page.locator(where).first).to_be_visible()
            assert min(page.eval_on_selector_all(where, LETTERS_PX)) >= LEAST_LETTER_PX, path


def test_nothing_that_is_folded_out_is_wider_than_the_smallest_screen(
    browser: Browser, kit: tuple[str, WebParts]
) -> None:
    with visiting(browser, kit[0], NARROWEST, "hi") as watched:
        page = watched.page
        page.request.post("/api/v1/controls/7/runs/1/fields")  # the list of errors tells its long address
        for path, ready in FOLDED.items():
            go(page, path)
            expect(page.locator(f"main {ready}").first).to_be_attached()
            page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
            assert page.evaluate(WIDER_PX) <= 0, path


def test_a_field_of_the_camera_is_not_named_by_the_cameras_address(browser: Browser, tmp_path: Path) -> None:
    live = painted_live()
    with counting(tmp_path, live) as (address, _), visiting(browser, address) as watched:
        live.show(replace(painted_frame(31, 20, SIZE), name="http://10.0.0.4:8080/video?size=large"))
        page = watched.page
        go(page, "/cases/1")
        expect(page.locator(".field-entry")).to_have_count(2)
        capture(page, "key")
        expect(page.locator("#field-title")).to_have_text("Field 3")
        go(page, "/cases/1#field-1")
        expect(page.locator("#field-title")).to_have_text("Field 1 1.png")


def test_tiles_of_a_row_are_of_one_height_and_begin_with_their_picture(
    browser: Browser, kit: tuple[str, WebParts]
) -> None:
    with visiting(browser, kit[0], NARROW) as watched:
        watched.expect_refusal(404, UNEXPLAINED)
        page = watched.page
        go(page, "/cases/1/cells")
        expect(page.locator(".cell-tile").first).to_be_visible()
        rows = page.eval_on_selector_all(".cell-tile", TILES)
        assert {inset for _, _, inset in rows} <= {0, 1, 2}
        heights: dict[int, set[int]] = {}
        for top, height, _ in rows:
            heights.setdefault(top, set()).add(height)
        assert all(len(each) == 1 for each in heights.values())


def test_a_control_slide_that_is_off_is_not_called_due(browser: Browser, kit: tuple[str, WebParts]) -> None:
    controls = kit[1].casework
    found = {"measure": "exposure", "rule": "1-3s", "level": "block", "value": 1.0}
    finding = {**found, "low": 2.0, "high": 3.0, "z": -4.0}
    run, _ = controls.controls.begin(1, "Amina")
    controls.books.controls.finish(run, dict.fromkeys(MEASURES, 1.0), "block", [finding])
    with visiting(browser, kit[0]) as watched:
        go(watched.page, "/cases/1")
        expect(watched.page.locator("#setup h2").last).to_have_text("The control slide is not as usual")
