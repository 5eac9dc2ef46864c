"""Two people at two screens: nobody signs, amends or loses what they have not seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from edge.casework.cells import Wish
from edge.record.steps import Doing
from edge.web import WebParts
from tests.browser.chromium import Expected, Watched, visiting
from tests.browser.kit import UNEXPLAINED, counting, painted_live
from tests.browser.late import SETTLED, held_back
from tests.browser.steps import PIN, answer, go
from tests.casebooks import capture, hand

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RESULT = "/cases/1/result"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[str, WebParts]]:
    """Case 1 with forty cells, of a kit where Amina leads and Bo works."""
    with counting(tmp_path / "data", painted_live()) as (address, parts):
        amina = parts.casework.staff.add("Amina", PIN, lead=True, by=None)
        parts.casework.staff.add("Bo", PIN, lead=False, by=amina)
        yield address, parts


@pytest.fixture
def screens(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[tuple[Watched, Watched]]:
    """Amina's and Bo's."""
    with ExitStack() as opened:
        amina, bo = (opened.enter_context(visiting(browser, kit[0])) for _ in range(2))
        for number, watched in enumerate((amina, bo), 1):
            answer(watched.page.request.post("/api/v1/session", data={"operator": number, "pin": PIN}))
        yield amina, bo


def score(page: Page) -> Locator:
    return page.locator("#count .big").first


def look_and_sign(page: Page, parts: WebParts, statement: str) -> None:
    """Amina says that the new figures were looked at, and signs: not before."""
    sign = page.locator("#sign form")
    assert parts.casework.books.life.signatures(1) == ()
    sign.locator("[role=alert] input[type=checkbox]").check()
    sign.locator("button.primary").click()
    expect(page.locator("#sign .pill")).to_have_class(re.compile("good"))
    (signature,) = parts.casework.books.life.signatures(1)
    assert (signature.operator, signature.statement) == ("Amina", statement)


def count_otherwise(parts: WebParts, by: str = "Bo") -> None:
    """Somebody resumes, calls a counted cell something else, and finishes again."""
    life = parts.casework.life
    life.resume(1, by)
    cell = next(each for each in parts.casework.results.document(1, 1)["cells"] if each["countable"])
    other = "granulocyte" if cell["class"] == "blast" else "blast"
    parts.casework.cells.change(1, (1, cell["id"]), Wish(label=other), by)
    life.finish(1, by)


def test_what_another_has_changed_is_shown_and_has_to_be_looked_at(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, bo), (_, parts) = screens, kit
    parts.casework.life.finish(1, "Amina")
    page, sign = amina.page, amina.page.locator("#sign form")
    go(page, RESULT)
    before = score(page).text_content() or ""
    sign.locator("[name=statement]").fill("Looked at all for")
    bo.expect_refusal(404, UNEXPLAINED)
    # Bo goes on at the other screen, by hand
    go(bo.page, RESULT)
    bo.page.locator("#sign .stack > button").click()
    expect(page.locator("#case-state")).to_have_text("Counting")
    go(bo.page, "/cases/1/cells")
    bo.page.locator(".cell-tile").first.click()
    bo.page.locator("#explain .chip[aria-pressed=false]").first.click()
    expect(bo.page.locator("#undo")).to_be_enabled()
    go(bo.page, RESULT)
    bo.page.locator("#sign button.primary").click()
    expect(page.locator("#case-state")).to_have_text("Finished, not signed")
    news = sign.locator("[role=alert] .notice.warn")
    expect(news).to_contain_text("This case has changed since you looked at it.")
    expect(news.locator("li", has_text="Class changed")).to_contain_text("Bo")
    expect(score(page)).not_to_have_text(before)
    expect(sign.locator("[name=statement]")).to_have_value("Looked at all for")
    sign.locator("[name=pin]").fill(PIN)
    sign.locator("button.primary").click()
    look_and_sign(page, parts, "Looked at all for")


def test_a_page_that_hears_nothing_signs_nothing_that_it_does_not_show(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    parts.casework.life.finish(1, "Amina")
    page, sign = amina.page, amina.page.locator("#sign form")
    page.route("**/api/v1/events*", lambda route: route.abort())
    deaf = Expected(re.compile(r"Failed to load resource: net::ERR_FAILED"), re.compile("/api/v1/events"))
    amina.expected.append(deaf)
    go(page, RESULT)
    before = score(page).text_content() or ""
    count_otherwise(parts)
    sign.locator("[name=statement]").fill("Looked at all forty")
    sign.locator("[name=pin]").fill(PIN)
    with amina.refused(409, "/api/v1/cases/1/sign"):
        sign.locator("button.primary").click()
        expect(sign.locator(".form-problem small")).to_have_text("case.changed")
    expect(score(page)).not_to_have_text(before)
    expect(sign.locator("[role=alert] li", has_text="Class changed")).to_contain_text("Bo")
    look_and_sign(page, parts, "Looked at all forty")


def test_an_amendment_is_of_the_version_that_was_seen(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    casework = parts.casework
    casework.life.finish(1, "Amina")
    casework.life.sign(1, hand(casework, 1))
    page, sign = amina.page, amina.page.locator("#sign details form")
    go(page, RESULT)
    page.locator("#sign details summary").click()
    sign.locator("[name=reason]").fill("Two cells were")
    casework.life.amend(1, "one more", hand(casework, 1))
    casework.life.finish(1, "Bo")
    count_otherwise(parts)
    casework.life.sign(1, hand(casework, 1, operator=2))
    expect(page.locator("#sign .statement").first).to_contain_text("Bo")
    expect(sign.locator("[role=alert] li").first).to_contain_text("one more")
    expect(sign.locator("[name=reason]")).to_have_value("Two cells were")
    sign.locator("[role=alert] input[type=checkbox]").check()
    sign.locator("[name=pin]").fill(PIN)
    sign.locator("button.primary").click()
    expect(page.locator("#case-state")).to_have_text("Being amended")
    assert casework.books.record.case(1).version == 3


def test_what_is_being_typed_outlasts_what_others_do(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    page, life = amina.page, parts.casework.life
    go(page, RESULT)
    page.locator("#expert details > summary").nth(2).click()
    expert, papers = page.locator("#expert"), page.locator("#papers")
    expert.locator("[name=text]").fill("Many large")
    expert.locator("select[name=opinion]").select_option("unclear")
    papers.locator("details > summary").nth(1).click()
    papers.locator("[name=ground]").press_sequentially("Form")
    life.answer(1, {"expert": "Dr B", "opinion": "likely", "percent": 80, "text": ""}, "Bo")
    expect(expert.locator(".statement")).to_contain_text("Dr B")
    expect(expert.locator("[name=text]")).to_have_value("Many large")
    expect(expert.locator("select[name=opinion]")).to_have_value("unclear")
    expect(expert.locator("[name=text]")).to_be_visible()
    expect(expert.locator("[name=expert]")).to_have_value("Dr B")
    life.finish(1, "Bo")
    life.sign(1, hand(parts.casework, 1, operator=2))
    expect(papers).to_contain_text("Signed: papers say final.")
    expect(papers.locator("[name=ground]")).to_be_focused()
    page.keyboard.type(" 3")
    expect(papers.locator("[name=ground]")).to_have_value("Form 3")


def at_the_cells(screens: tuple[Watched, Watched]) -> tuple[Watched, Watched]:
    """Both look at the cells of the case."""
    for each in screens:
        each.expect_refusal(404, UNEXPLAINED)
        go(each.page, "/cases/1/cells")
    return screens


def correct(page: Page, tile: int) -> None:
    """Another class for a cell of the list."""
    page.locator(".cell-tile").nth(tile).click()
    page.locator("#explain .chip[aria-pressed=false]").first.click()
    expect(page.locator(".cell-tile").nth(tile).locator(".tile-flag")).to_have_text("Corrected")


def test_nobody_takes_back_what_another_did_without_being_told(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, bo), (_, parts) = at_the_cells(screens), kit
    correct(amina.page, 0)
    correct(bo.page, 1)
    page, notice = amina.page, amina.page.locator(".notice")
    assert [step.operator for step in parts.casework.books.steps.of(1)][-2:] == ["Amina", "Bo"]
    with amina.refused(409, "/api/v1/cases/1/undo"):
        page.locator("#undo").click()
        expect(notice).to_contain_text("Press again to take it back.")
    expect(notice).to_contain_text("Bo")
    expect(notice).to_contain_text("Class changed")
    assert len(parts.casework.books.corrections.of(1)) == 2
    expect(page.locator(".tile-flag", has_text="Corrected")).to_have_count(2)
    page.locator("#undo").click()
    expect(notice).to_have_text(re.compile("Taken back"))
    assert len(parts.casework.books.corrections.of(1)) == 1
    # and a step that this page has heard of, by another, is named before it goes
    cell = next(each["id"] for each in parts.casework.results.document(1, 2)["cells"] if each["countable"])
    parts.casework.cells.change(1, (2, cell), Wish(excluded=True), "Bo")
    go(page, "/cases/1/cells")
    page.locator("#undo").click()
    expect(notice).to_contain_text("Left out")
    assert len(parts.casework.books.corrections.of(1)) == 2


def test_what_another_did_while_undo_was_under_way_is_not_taken_back(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    """The page asked who is signed in, heard of Bo's step meanwhile, and took that one back instead."""
    (amina, bo), (_, parts) = at_the_cells(screens), kit
    correct(amina.page, 0)
    page, tiles = amina.page, amina.page.locator(".tile-flag", has_text="Corrected")
    page.evaluate(SETTLED)
    with held_back(page, "**/api/v1/session") as session, amina.refused(409, "/api/v1/cases/1/undo"):
        page.locator("#undo").click()
        correct(bo.page, 1)
        expect(tiles).to_have_count(2)
        session.come()
        expect(page.locator(".notice")).to_contain_text("Press again to take it back.")
    assert [step.kind for step in parts.casework.books.steps.of(1)][-2:] == ["class", "class"]


def test_each_version_is_led_to_from_the_log_and_the_old_one_says_so(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    casework = parts.casework
    casework.life.finish(1, "Amina")
    casework.life.sign(1, hand(casework, 1))
    casework.life.amend(1, "one more", hand(casework, 1))
    casework.life.finish(1, "Amina")
    casework.life.sign(1, hand(casework, 1))
    page, links = amina.page, amina.page.locator("#versions a")
    go(page, "/cases/1/log")
    expect(links).to_have_text(["Version 1", "Version 2"])
    links.first.click()
    expect(page.locator(".running.alarm")).to_contain_text("REPLACED by version 2")
    expect(page.locator(".banner.alarm p").nth(1)).to_contain_text(re.compile("Signed by .?Amina"))
    go(page, "/cases/1/log")
    links.nth(1).click()
    expect(page.locator(".running.good")).to_contain_text(re.compile("Signed by .?Amina"))


def test_the_log_says_states_in_the_readers_language(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    parts.casework.life.finish(1, "Amina")
    parts.casework.life.resume(1, "Amina")
    go(amina.page, "/cases/1/log?lang=es")
    log = amina.page.locator("#log")
    expect(log).to_contain_text("Terminado · En recuento → Terminado, sin firmar")
    expect(log).not_to_contain_text("finished")


def test_a_cell_says_who_corrected_it(screens: tuple[Watched, Watched], kit: tuple[str, WebParts]) -> None:
    (amina, _), (_, parts) = screens, kit
    cells = [each for each in parts.casework.results.document(1, 1)["cells"] if each["countable"]]
    other = "granulocyte" if cells[0]["class"] == "blast" else "blast"
    said = {
        cells[0]["id"]: (Wish(label=other), r"Corrected by .Bo., .*; the kit said: "),
        cells[1]["id"]: (Wish(excluded=True), r"Left out by .Bo., "),
        cells[2]["id"]: (Wish(label=cells[2]["class"]), r"Confirmed by .Bo., "),
    }
    for number, (wish, _said) in said.items():
        parts.casework.cells.change(1, (1, number), wish, "Bo")
    amina.expect_refusal(404, UNEXPLAINED)
    page = amina.page
    go(page, "/cases/1#field-1")
    for number, (_wish, words) in said.items():
        page.locator(f"#still .cell[data-cell='{number}']").press("Enter")
        expect(page.locator("#explain .explain-body")).to_contain_text(re.compile(words))
        expect(page.locator("#explain .explain-body")).not_to_contain_text("the opinions agree")
    page.locator(f"#still .cell[data-cell='{cells[3]['id']}']").press("Enter")
    expect(page.locator("#explain .explain-body")).not_to_contain_text("Bo")


@pytest.mark.parametrize("way", ["chosen", "key"])
def test_why_a_cell_is_left_out_is_kept_for_every_language(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts], way: str
) -> None:
    (amina, _), (_, parts) = screens, kit
    amina.expect_refusal(404, UNEXPLAINED)
    page = amina.page
    go(page, "/cases/1/cells?lang=es")
    page.locator(".cell-tile").first.click()
    if way == "key":
        page.keyboard.press("x")
    else:
        page.locator("#explain .correct select").select_option(label="Varias células en una")
        page.locator("#explain .correct .row .button").first.click()
    expect(page.locator("#undo")).to_be_enabled()
    assert parts.casework.books.steps.of(1)[-1].reason == {"key": "by-eye", "chosen": "several"}[way]
    go(page, "/cases/1/log?lang=en")
    words = {"key": "Left out by eye", "chosen": "Several cells in one"}[way]
    expect(page.locator("#log li").last).to_contain_text(words)


def test_whoever_presses_fast_takes_back_their_own_steps_and_no_others(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts]
) -> None:
    (amina, _), (_, parts) = screens, kit
    amina.expect_refusal(404, UNEXPLAINED)
    page, tile = amina.page, amina.page.locator(".cell-tile").first
    go(page, "/cases/1/cells")
    tile.click()
    page.keyboard.press("x")
    expect(tile).to_have_class(re.compile("excluded"))
    with held_back(page, "**/api/v1/cases/1") as sums:
        page.keyboard.press("x")
        expect(tile).not_to_have_class(re.compile("excluded"))
        for key in "uuu":
            page.keyboard.press(key)
        amina.expect_refusal(409, "/api/v1/cases/1/undo")
        sums.come()
    expect(page.locator(".notice.bad small")).to_have_text("case.nothing")
    kinds = [step.kind for step in parts.casework.books.steps.of(1) if step.operator == "Amina"]
    assert kinds[-4:] == ["exclude", "include", "undo", "undo"]


@pytest.mark.parametrize(
    ("code", "by", "becomes"),
    [("en", "The kit itself", "the kit's → left out"), ("ar", "الجهاز نفسه", "قول الجهاز ← استُبعدت")],
)
def test_the_log_says_what_the_kit_does_by_itself(
    screens: tuple[Watched, Watched], kit: tuple[str, WebParts], code: str, by: str, becomes: str
) -> None:
    """A cell that was counted already; what changed reads the way that the language does."""
    (amina, _), (_, parts) = screens, kit
    step = Doing(kind="again", field=1, cell=1, after={"label": None, "counted": False})
    parts.casework.books.steps.add(1, step, version=1)
    go(amina.page, f"/cases/1/log?lang={code}")
    last = amina.page.locator("#log li").last
    expect(last.locator("small")).to_contain_text(by)
    expect(last).to_contain_text(becomes)


@pytest.fixture
def cells_page(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Page]:
    """The cells of the case, at a screen of its own."""
    with visiting(browser, kit[0]) as visit:
        visit.expect_refusal(404, UNEXPLAINED)
        go(visit.page, "/cases/1/cells")
        yield visit.page


def test_what_others_do_is_seen_among_the_cells_where_it_stands(cells_page: Page, kit: tuple[str, WebParts]) -> None:
    page, parts = cells_page, kit[1]
    tiles = page.locator(".cell-tile")
    expect(tiles.first).to_be_visible()
    tiles.nth(1).click()
    expect(page.locator("#explain .correct")).to_be_visible()
    before = [each.get_attribute("aria-label") or "" for each in tiles.all()]
    place = re.search(r"Field (\d+), Cell (\d+)", before[1])
    assert place is not None
    key = (int(place[1]), int(place[2]))
    cell = next(each for each in parts.casework.results.document(1, key[0])["cells"] if each["id"] == key[1])
    other = "granulocyte" if cell["class"] == "blast" else "blast"
    parts.casework.cells.change(1, key, Wish(label=other), "Bo")
    expect(tiles.nth(1).locator(".tile-flag")).to_have_text("Corrected")
    expect(tiles.nth(1)).to_have_attribute("aria-current", "true")
    expect(tiles.nth(1).locator(".numeric")).to_have_count(0)  # the kit was not sure of what a person says
    expect(page.locator("#explain .correct .chip[aria-pressed=true]")).to_contain_text(re.compile(other, re.IGNORECASE))
    expect(page.locator("#explain h2 .figure")).to_have_count(0)
    expect(page.locator("#undo")).to_be_enabled()
    after = [each.get_attribute("aria-label") or "" for each in tiles.all()]
    assert after[:1] + after[2:] == before[:1] + before[2:], "nothing else moved"
    capture(parts.casework, 1, 9, cells=5)
    expect(tiles).not_to_have_count(len(before))
    expect(tiles.nth(1)).to_have_attribute("aria-current", "true")


def test_a_closed_count_offers_no_corrections(cells_page: Page, kit: tuple[str, WebParts]) -> None:
    page, parts = cells_page, kit[1]
    page.locator(".cell-tile").first.click()
    expect(page.locator("#explain .correct .chip").first).to_be_visible()
    parts.casework.life.finish(1, "Bo")
    expect(page.locator("#explain")).to_contain_text("The count is closed")
    expect(page.locator("#explain .chip")).to_have_count(0)
