"""The page in a real Chromium, as large as a laptop and a phone, in English and Spanish, by pointer and by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect

from edge.web import WebParts
from edge.web.shared import LIVE_SIDE_PX
from firmware_bridge.errors import LightDrifted, SourceFrozen, SourceLost, SourceUnavailable
from tests.browser.chromium import NARROW, WIDE, Watched, visiting
from tests.browser.kit import SIZE, UNEXPLAINED, painted_live, running
from tests.cases import PaintedLive, painted_frame

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOST = SourceLost("The camera was unplugged.", "Plug it in again.")
FROZEN = SourceFrozen("The same picture for 4 s.", "Unplug it and plug it in again.")
ABSENT = SourceUnavailable("There is no camera 0.", "Plug it in.")
TROUBLE = {
    "en": {
        "source.lost": "Reconnecting · attempt 3 in 2 s",
        "source.frozen": "The picture stands still · attempt 3 in 2 s",
        "since": r"^No picture since \d{1,2}:\d\d:\d\d",
        "remedy": "lug it in again.",
    },
    "es": {
        "source.lost": "Reconectando · intento 3 en 2 s",
        "source.frozen": "La imagen está congelada · intento 3 en 2 s",
        "since": r"^Sin imagen desde las \d{1,2}:\d\d:\d\d",
        "remedy": "",
    },
}
VISITS = [(WIDE, "en"), (NARROW, "es"), (WIDE, "es"), (NARROW, "en")]
WORDS = {"en": ("Live", "Space"), "es": ("En vivo", "Espacio")}


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with running(tmp_path, live) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    with visiting(browser, kit[0]) as watched:
        yield watched


def begin_case(page: Page, code: str = "A-17") -> None:
    page.goto("/")
    page.locator("input[name=pseudonym]").first.fill(code)
    expect(page.locator("[data-new-case] button").first).to_be_enabled()
    page.locator("input[name=pseudonym]").first.press("Enter")
    # not "load": that waits for the live stream, which never ends
    page.wait_for_url("**/cases/*", wait_until="domcontentloaded")
    expect(page.locator("#capture")).to_be_enabled()


def png(seed: int) -> bytes:
    buffer = BytesIO()
    Image.fromarray(painted_frame(seed, 20, SIZE).pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(("size", "language"), VISITS)
def test_a_field_from_live_to_explanation(
    browser: Browser, kit: tuple[str, WebParts], size: tuple[int, int], language: str
) -> None:
    with visiting(browser, kit[0], size, language) as watched:
        page = watched.page
        watched.expect_refusal(404, UNEXPLAINED)
        begin_case(page)
        expect(page.locator("#state")).to_have_text(WORDS[language][0])
        expect(page.locator("#live")).to_have_js_property("naturalWidth", LIVE_SIDE_PX)
        page.locator("#capture").click()
        expect(page.locator(".cell")).to_have_count(20)
        expect(page.locator("[data-counted]")).to_have_attribute("data-counted", "19")
        expect(page.locator(".field-entry")).to_have_count(1)
        page.locator(".cell.blast").first.click()
        expect(page.locator("#explain .measures tr").first).to_contain_text("µm")
        expect(page.locator("#explain .rules .bar")).not_to_have_count(0)
        expect(page.locator("#explain small")).to_have_text("web.404")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"


def test_by_keyboard_alone(visit: Watched) -> None:
    page = visit.page
    visit.expect_refusal(404, UNEXPLAINED)
    begin_case(page)
    expect(page.locator("#state")).to_have_text("Live")
    page.keyboard.press("Space")
    expect(page.locator(".cell")).to_have_count(20)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('cell')"):
            break
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explain")).to_be_visible()
    first = page.locator("#explain .soft").first.text_content()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#explain .soft").first).not_to_have_text(first or "")
    page.keyboard.press("Escape")
    expect(page.locator("#viewport")).to_have_attribute("data-mode", "live")


def test_a_key_pressed_in_a_list_captures_nothing(visit: Watched, kit: tuple[str, WebParts]) -> None:
    begin_case(visit.page)
    expect(visit.page.locator("#state")).to_have_text("Live")
    visit.page.locator("#lang").press("c")
    visit.page.evaluate("document.activeElement.blur()")
    with visit.refused(409, "/api/v1/cases/1/undo"):
        visit.page.keyboard.press("u")
        expect(visit.page.locator(".notice.bad")).to_be_visible()
    assert kit[1].record.fields(1) == ()


def test_the_same_picture_is_said_to_be_counted_already(visit: Watched) -> None:
    begin_case(visit.page)
    expect(visit.page.locator("#state")).to_have_text("Live")
    visit.page.keyboard.press("c")
    expect(visit.page.locator(".cell")).to_have_count(20)
    expect(visit.page.locator("#capture")).to_be_enabled()
    visit.page.keyboard.press("c")
    expect(visit.page.locator(".notice")).to_contain_text("already field 1")
    expect(visit.page.locator(".field-entry")).to_have_count(1)


def test_a_picture_file_becomes_a_field(visit: Watched) -> None:
    begin_case(visit.page)
    visit.page.locator("#add").set_input_files(FilePayload(name="field.png", mimeType="image/png", buffer=png(5)))
    expect(visit.page.locator("#field-title")).to_contain_text("field.png")


def test_a_bad_file_is_answered_with_a_remedy(visit: Watched) -> None:
    begin_case(visit.page)
    broken = FilePayload(name="x.png", mimeType="image/png", buffer=png(5)[:3000])
    with visit.refused(422, "/api/v1/cases/1/fields"):
        visit.page.locator("#add").set_input_files(broken)
        expect(visit.page.locator(".notice.bad")).to_contain_text("Copy it again")


@pytest.mark.parametrize(("size", "language"), VISITS)
def test_a_lost_camera_is_said_and_its_last_picture_kept(
    browser: Browser, kit: tuple[str, WebParts], live: PaintedLive, size: tuple[int, int], language: str
) -> None:
    with visiting(browser, kit[0], size, language) as watched:
        page = watched.page
        begin_case(page)
        expect(page.locator("#live")).to_have_js_property("naturalWidth", LIVE_SIDE_PX)
        for fault in (LOST, FROZEN):
            live.lose(fault, age_s=74.0)
            expect(page.locator("#state")).to_have_text(TROUBLE[language][fault.code])
            expect(page.locator(".since")).to_have_text(re.compile(TROUBLE[language]["since"]))
            expect(page.locator("#no-picture")).to_contain_text(TROUBLE[language]["remedy"])
            expect(page.locator("#live")).to_have_js_property("naturalWidth", LIVE_SIDE_PX)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        live.show(painted_frame(8, 9, SIZE))
        expect(page.locator("#state")).to_have_text(WORDS[language][0])
        expect(page.locator("#no-picture")).to_be_hidden()


def test_a_loss_is_said_once_and_not_each_second(visit: Watched, live: PaintedLive) -> None:
    """Whoever has the page read to them heard it again whenever the picture was a second older."""
    page = visit.page
    live.lose(LOST, age_s=74.0)
    page.goto("/")
    expect(page.locator(".since")).to_be_visible()
    page.evaluate(COUNTING)
    live.lose(LOST, age_s=75.0)
    page.evaluate(QUIET)
    assert page.evaluate("window.told") == 0


COUNTING = """
  () => {
    window.told = 0;
    new MutationObserver((changes) => { window.told += changes.length; })
      .observe(document.getElementById('no-picture'), { childList: true, subtree: true });
  }
"""
QUIET = """
  () => new Promise((done) => {
    const events = new EventSource('/api/v1/events?of=live');
    events.addEventListener('here', () => { events.close(); done(); });
  })
"""
"""The kit has had no news for two seconds: what there was is shown."""


def test_a_camera_that_was_never_there_is_awaited(visit: Watched, live: PaintedLive) -> None:
    live.hide()
    live.lose(ABSENT, age_s=None)
    visit.page.goto("/")
    expect(visit.page.locator("#state")).to_have_text("No camera · attempt 3 in 2 s")
    expect(visit.page.locator("#no-picture")).to_contain_text(ABSENT.remedy)
    live.show(painted_frame(8, 9, SIZE))
    expect(visit.page.locator("#live")).to_have_js_property("naturalWidth", LIVE_SIDE_PX)


def test_a_warning_stands_beside_the_picture(visit: Watched, live: PaintedLive) -> None:
    visit.page.goto("/")
    expect(visit.page.locator("#warnings")).to_be_hidden()
    live.warn(LightDrifted("The light is 12 % dimmer than it was.", "Check the lamp."))
    expect(visit.page.locator("#warnings")).to_contain_text("12 % dimmer")


def test_another_viewer_sees_the_count_change(browser: Browser, visit: Watched, kit: tuple[str, WebParts]) -> None:
    begin_case(visit.page)
    with visiting(browser, kit[0]) as other:
        other.page.goto("/cases/1")
        expect(other.page.locator("#state")).to_have_text("Live")
        visit.page.keyboard.press("c")
        expect(other.page.locator(".field-entry")).to_have_count(1)


def test_a_field_can_be_opened_by_its_address(visit: Watched) -> None:
    begin_case(visit.page)
    expect(visit.page.locator("#state")).to_have_text("Live")
    visit.page.keyboard.press("c")
    expect(visit.page.locator(".cell")).to_have_count(20)
    visit.page.goto("/cases/1#field-1")
    visit.page.reload()
    expect(visit.page.locator(".cell")).to_have_count(20)


def test_targets_are_large_enough_for_a_finger(browser: Browser, kit: tuple[str, WebParts]) -> None:
    with visiting(browser, kit[0], NARROW) as watched:
        begin_case(watched.page)
        expect(watched.page.locator("#state")).to_have_text("Live")
        watched.page.locator("#capture").click()
        expect(watched.page.locator(".cell")).to_have_count(20)
        small = watched.page.evaluate(
            """[...document.querySelectorAll("button, select, a.button, label.button, summary")]
               .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
               .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44)).map(([text]) => text)"""
        )
        assert small == []
