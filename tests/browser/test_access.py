"""Every page for everybody: axe-core, narrow screens, fingers, keyboards, stillness, slow networks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests import messages
from tests.browser.chromium import visiting
from tests.browser.pages import BROKEN_PAGES, EMPTY_PAGES, NOWHERE, PAGES, broken_kit, empty_kit, filled_kit
from tests.browser.steps import go

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SERIOUS = ("serious", "critical")
NARROWEST = (320, 640)
FIRST_LOAD_KB = 150
SMALL = """() => {
  const labelled = "[type=checkbox], [type=radio], [type=file]";
  const target = (e) => e.matches(labelled) ? e.closest("label") ?? e : e;
  const isWord = (e) => getComputedStyle(e).display === "inline"
    && [...e.parentElement.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  const touched = "a[href], button, input, select, textarea, summary, label.button, [role=button], [tabindex='0']";
  return [...document.querySelectorAll(touched)]
    .filter((e) => !e.matches(".cell, .skip, .unseen") && e.checkVisibility({ visibilityProperty: true }) && !isWord(e))
    .map((e) => [target(e), target(e).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
    .map(([e, box]) => [e.tagName, e.className, e.textContent.trim().slice(0, 30), box.width, box.height].join(" "));
}"""
"""What can be touched and is too small, but words in a sentence and cells in their picture, each of which has a large
tile on the page of cells (WCAG 2.5.8 leaves out both), and inputs that nobody sees: their label is what is touched.
"""
UNMEANT = re.compile(r"\b(null|undefined|NaN|Infinity)\b|\[object ")
"""What a script says where it has nothing to say."""
WIDER = """() => [...document.querySelectorAll("main *")]
  .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scrolls, svg, .field-list"))
  .slice(0, 3).map((e) => `${e.tagName}.${e.className}`)"""


@pytest.fixture(scope="module")
def kits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """One that has been used, one that nobody has used yet, and one that could not start."""
    with (
        filled_kit(tmp_path_factory.mktemp("kit")) as filled,
        empty_kit(tmp_path_factory.mktemp("new")) as empty,
        broken_kit() as broken,
    ):
        yield filled, empty, broken


@pytest.fixture
def address(kits: tuple[str, str, str]) -> str:
    return kits[0]


def everywhere(browser: Browser, kits: tuple[str, str, str], **how: Any) -> Iterator[tuple[str, Page]]:
    """Every page of every kit, by its name; `how` it is visited: see `visiting`."""
    for address, pages in zip(kits, (PAGES, EMPTY_PAGES, BROKEN_PAGES), strict=True):
        with visiting(browser, address, **how) as watched:
            watched.expect_refusal(404, NOWHERE)
            if pages is BROKEN_PAGES:
                watched.expect_refusal(503, r"/(api/v1/\w+)?")
            watched.page.emulate_media(reduced_motion="reduce")
            for name, shown in pages.items():
                shown(watched.page)
                assert not UNMEANT.search(watched.page.locator("body").inner_text()), name
                yield name, watched.page


def is_without_barriers(page: Page) -> list[str]:
    """By axe-core."""
    return _violations(Axe().run(page))


def has_readable_colours(page: Page) -> list[str]:
    """By axe-core: all that a theme changes."""
    return _violations(Axe().run(page, options={"runOnly": {"type": "rule", "values": ["color-contrast"]}}))


def has_large_targets(page: Page) -> list[str]:
    """Everything is large enough for a finger."""
    found: list[str] = page.evaluate(SMALL)
    return found


def fits_the_screen(page: Page) -> list[str]:
    """Nothing is read by scrolling sideways."""
    if page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        return []
    return page.evaluate(WIDER) or ["the page"]


def keeps_still(page: Page) -> list[str]:
    """Nothing moves for those who asked for stillness, as everybody does here."""
    found: list[str] = page.evaluate(_MOVING)
    return found


def _violations(results: AxeResults) -> list[str]:
    serious = [each for each in results.response["violations"] if each["impact"] in SERIOUS]
    return [f"{each['id']}: {each['nodes'][0]['target']}" for each in serious]


Question = Callable[[Page], list[str]]
VISITS: dict[str, tuple[dict[str, Any], list[Question]]] = {
    "light": ({"theme": "light"}, [is_without_barriers, has_large_targets, keeps_still]),
    "dark": ({"theme": "dark"}, [has_readable_colours]),
    "sun": ({"theme": "sun"}, [has_readable_colours]),
    "narrowest": ({"size": NARROWEST}, [has_large_targets, fits_the_screen]),
    "narrowest, right to left": ({"size": NARROWEST, "language": "ar"}, [fits_the_screen]),
    "narrowest, largest": ({"size": NARROWEST, "text": "largest"}, [is_without_barriers, fits_the_screen]),
}
"""How every page is visited, and what is asked of it there."""


@pytest.mark.parametrize("visit", VISITS)
def test_every_page_is_for_everybody(browser: Browser, kits: tuple[str, str, str], visit: str) -> None:
    how, questions = VISITS[visit]
    found = {
        (name, question.__name__): bad
        for name, page in everywhere(browser, kits, **how)
        for question in questions
        if (bad := question(page))
    }
    assert found == {}


@pytest.mark.parametrize("language", ["en", "hi", "ar"])
def test_the_first_page_is_light(browser: Browser, address: str, language: str) -> None:
    """What comes over the network before the page can be used, compressed: all but pictures of the microscope."""
    with visiting(browser, address, language=language) as watched:
        session = watched.page.context.new_cdp_session(watched.page)
        asked: dict[str, str] = {}
        sizes: dict[str, float] = {}
        session.on(
            "Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]})
        )
        session.on(
            "Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]})
        )
        session.send("Network.enable")
        go(watched.page, "/")
        expect(watched.page.locator("#state")).to_have_class("pill good")
        watched.page.evaluate("document.fonts.ready")
    page = {asked[key]: size for key, size in sizes.items() if not asked[key].endswith(".jpg")}
    assert len(page) > 10
    assert sum(page.values()) <= FIRST_LOAD_KB * 1000


_MOVING = """() => [...document.querySelectorAll("*")].filter((e) => {
  const style = getComputedStyle(e);
  const lasts = (text) => text.split(",").some((each) => parseFloat(each) > 0.01);
  return (style.animationName !== "none" && lasts(style.animationDuration)) || lasts(style.transitionDuration);
}).map((e) => `${e.tagName}.${e.className}`)"""


def test_a_case_by_keyboard_alone(browser: Browser, address: str) -> None:
    """From a code to a signed result without a pointer: Tab, arrows, Enter, Space and the keys that the page names."""
    with visiting(browser, address) as watched:
        page = watched.page
        go(page, "/cases/new")
        expect(page.locator("[data-new-case] button")).to_be_enabled()
        _tab_to(page, "[name=pseudonym]")
        page.keyboard.type("K-1")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/*", wait_until="domcontentloaded")
        expect(page.locator("#state")).to_have_class("pill good")
        page.keyboard.press("Space")
        expect(page.locator(".field-entry")).to_have_count(1)
        _tab_to(page, ".case-views a[href$='/cells'], nav a[href$='/cells']")
        page.keyboard.press("Enter")
        _tab_to(page, ".cell-tile")
        page.keyboard.press("Enter")
        expect(page.locator("#explain")).to_be_visible()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("x")
        expect(page.locator(".cell-tile.excluded")).to_have_count(1)
        page.keyboard.press("u")
        expect(page.locator(".cell-tile.excluded")).to_have_count(0)
        _tab_to(page, "nav a[href$='/result']")
        page.keyboard.press("Enter")
        _tab_to(page, "#sign > div > button.primary")
        page.keyboard.press("Enter")
        _tab_to(page, "#sign [name=pin]")
        page.keyboard.type("2468")
        page.keyboard.press("Enter")
        expect(page.locator("#sign .pill")).to_have_class("pill good")


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until this is reached, from wherever the focus is; what is focused must show it."""
    page.wait_for_selector(wanted)
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", wanted):
            outline = page.evaluate(
                "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow; }"
            )
            assert outline != "nonenone", f"{wanted} does not show that it is focused"
            return
    raise AssertionError(f"Tab does not come to {wanted}")


_RING = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle + style.boxShadow;
}"""


@pytest.mark.parametrize("language", ["hi", "ar"])
def test_every_letter_of_a_language_comes_with_the_page(browser: Browser, address: str, language: str) -> None:
    """An old kit has no font of its own for them."""
    translated = messages.translations(messages.read_catalogue(language)).values()
    words = [each for forms in translated for form in forms for each in form.split()]
    with visiting(browser, address, language=language) as watched:
        go(watched.page, "/settings")
        watched.page.evaluate(_WRITTEN, words)
        assert [each for each in _fonts_of(watched.page, "#written") if not each["isCustomFont"]] == []


_WRITTEN = """async (words) => {
  const written = Object.assign(document.createElement("p"), { id: "written", textContent: words.join(" ") });
  document.body.append(written);
  await document.fonts.ready;
}"""


def _fonts_of(page: Page, selector: str) -> list[dict[str, Any]]:
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts: list[dict[str, Any]] = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    return fonts


@pytest.mark.parametrize("language", ["en", "sw", "ar"])
def test_what_is_said_of_a_cell_fits_the_narrowest_screen(browser: Browser, address: str, language: str) -> None:
    """With the largest letters too, nothing of it is read by scrolling sideways, and its way out is in sight."""
    with visiting(browser, address, size=NARROWEST, language=language, text="largest") as watched:
        page = watched.page
        PAGES["cells"](page)
        page.locator(".cell-tile").first.click()
        panel = page.locator("#explain")
        expect(panel.locator(".curves .curve").first).to_be_attached()
        page.evaluate("document.querySelectorAll('#explain details').forEach((each) => { each.open = true; })")
        assert panel.evaluate("(e) => e.scrollWidth <= e.clientWidth")
        expect(panel.locator(".explain-head button")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_intervals_of_classes_are_in_sight_on_the_narrowest_screen(
    browser: Browser, address: str, language: str
) -> None:
    with visiting(browser, address, size=NARROWEST, language=language) as watched:
        go(watched.page, "/cases/7/result")
        table = watched.page.locator("#classes")
        expect(table.locator(".narrow").nth(1)).to_be_visible()
        assert table.evaluate("(e) => e.scrollWidth <= e.clientWidth")
