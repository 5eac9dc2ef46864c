"""The result page: what is typed stays, what looks personal is asked about, and runs tell how they ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.bundle import Manifest
from edge.bundle.offered import Offered
from edge.casework.casework import Outside
from edge.casework.cells import Wish
from edge.decide.wilson import wilson_percent
from edge.errors import BundleDamaged
from edge.web import WebParts
from tests.browser.chromium import Watched, visiting
from tests.browser.kit import UNEXPLAINED, counting, painted_live
from tests.browser.steps import answer, go
from tests.casebooks import NEW, capture, hand
from tests.cases import MODEL
from tests.newer import NEWER, Newer
from tests.tiny import tiny_bundle

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RESULT = "/cases/1/result"
INSTALLED = "2026-11-20T10:00:00+00:00"


def offered(manifest: Manifest) -> tuple[Offered, ...]:
    """The bundle that the painted kit counts with, a newer one, and one that is broken."""
    now, fault = MODEL.ref, BundleDamaged("It is not what was signed.", "Copy it again.")
    return (
        Offered("broken", "/b/broken/2", 2, in_use=False, installed_hint=None, fault=fault),
        Offered(now.name, now.name, now.version, True, None, manifest, now.digest),
        Offered("painted-anew", "painted-anew", 4, True, INSTALLED, manifest, "beef" * 16),
    )


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[tuple[str, WebParts]]:
    shelf = offered(tiny_bundle(tmp_path / "tiny").manifest)
    outside = Outside(open_examiner=lambda _: Newer(), offered=lambda: shelf)
    with counting(tmp_path / "data", painted_live(), outside=outside) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    with visiting(browser, kit[0]) as watched:
        yield watched


def open_folded(page: Page, where: str, number: int = 0) -> None:
    page.locator(f"{where} details > summary").nth(number).click()


def test_a_count_that_is_being_typed_outlasts_a_correction(visit: Watched) -> None:
    page, typed = visit.page, visit.page.locator("#manual input[type=number]").first
    visit.expect_refusal(404, UNEXPLAINED)
    go(page, "/cases/1/cells")
    typed.fill("17")
    page.locator(".cell-tile").first.click()
    page.keyboard.press("x")
    expect(page.locator("#undo")).to_be_enabled()
    expect(page.locator("#count dd").nth(1)).not_to_have_text("0")
    expect(typed).to_have_value("17")


def test_an_answer_that_is_being_typed_outlasts_what_is_done_in_another_card(visit: Watched) -> None:
    page, expert = visit.page, visit.page.locator("#expert")
    go(page, RESULT)
    open_folded(page, "#expert", 2)
    expert.locator("[name=expert]").fill("Dr Wanjiru")
    expert.locator("[name=text]").fill("Many large")
    page.locator("#sign button.primary").click()
    expect(page.locator("#case-state")).to_have_text("Finished, not signed")
    expect(expert.locator("[name=expert]")).to_have_value("Dr Wanjiru")
    expect(expert.locator("[name=text]")).to_have_value("Many large")
    expect(expert.locator("[name=text]")).to_be_visible()


def test_a_note_that_looks_personal_is_kept_once_somebody_says_that_it_is_not(
    visit: Watched, kit: tuple[str, WebParts]
) -> None:
    page, described = visit.page, visit.page.locator("#described")
    visit.expect_refusal(409, "/api/v1/cases/1")
    go(page, RESULT)
    open_folded(page, "#described")
    described.locator("[name=note]").fill("slide of 03.05.1987")
    described.locator("button.primary").click()
    expect(described.locator(".form-problem small")).to_have_text("case.personal")
    assert kit[1].record.case(1).note == ""
    described.locator(".form-problem button").click()
    expect(page.locator(".notice.good")).to_be_visible()
    assert kit[1].record.case(1).note == "slide of 03.05.1987"


def test_the_page_takes_as_many_letters_as_the_kit_does(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, casework = visit.page, kit[1].casework
    casework.staff.add("Amina", "2468", lead=True, by=None)
    shapes = answer(page.request.get("/openapi.json"))["components"]["schemas"]
    go(page, RESULT)
    expect(page.locator("#described [name=note]")).to_have_attribute(
        "maxlength", str(shapes["NewCaseShape"]["properties"]["note"]["maxLength"])
    )
    casework.life.finish(1, "Amina")
    go(page, RESULT)
    most = str(shapes["SignShape"]["properties"]["statement"]["maxLength"])
    expect(page.locator("#sign [name=statement]")).to_have_attribute("maxlength", most)
    page.locator("#sign [name=statement]").fill("x" * int(most))
    page.locator("#sign [name=pin]").fill("2468")
    page.locator("#sign form button.primary").click()
    expect(page.locator("#sign .pill")).to_have_class(re.compile("good"))
    most = str(shapes["AmendShape"]["properties"]["reason"]["maxLength"])
    expect(page.locator("#sign [name=reason]")).to_have_attribute("maxlength", most)


def test_a_case_is_analysed_again_and_both_are_compared(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, casework = visit.page, kit[1].casework
    before = casework.results.of(1).figures
    go(page, RESULT)
    rows = page.locator("#runs tbody tr")
    expect(rows).to_have_count(1)
    open_folded(page, "#runs")
    choices = page.locator("#runs .choice")
    expect(choices).to_have_count(2)
    in_use = choices.filter(has=page.locator(".pill", has_text="In use now"))
    expect(in_use).to_contain_text(f"{MODEL.ref.name} {MODEL.ref.version}")
    expect(choices.filter(has_text="painted-anew 4")).to_contain_text("Tells apart: Blast, Not a blast")
    expect(page.locator("#runs fieldset")).to_contain_text("broken 2: It is not what was signed.")
    page.locator("#runs form button.primary").click()
    expect(rows).to_have_count(1)
    choices.filter(has_text="painted-anew 4").click()
    page.locator("#runs form button.primary").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1).locator("td").last).to_have_text("100.0 %", timeout=20_000)
    expect(rows.nth(1)).to_contain_text(f"{NEWER.ref.name} {NEWER.ref.version}")
    expect(rows.nth(0).locator("td").last).to_have_text(f"{before.decision['score']:.1f} %")
    assert casework.results.of(1).figures == before, "the result that stood still stands"
    rows.nth(1).locator("a").click()
    page.wait_for_url("**/cases/compare?left=1&right=2")
    expect(page.locator("#comparison")).to_contain_text("The same pictures, looked at twice")
    expect(page.locator("#comparison tbody tr")).to_have_count(len(before.classes))
    capture(casework, 1, 9, cells=20)
    page.reload(wait_until="domcontentloaded")
    expect(page.locator("#comparison .doubt").first).to_contain_text("not alike in: Fields, Model")
    expect(page.locator("#comparison")).not_to_contain_text("The same pictures")


def test_a_re_analysis_is_told_from_the_case_itself(visit: Watched, kit: tuple[str, WebParts]) -> None:
    """It looked like the case, had its name, and offered to be analysed again, which ended in "no such case"."""
    page, casework = visit.page, kit[1].casework
    casework.reanalysis.begin(1, "painted-anew", "Amina")
    casework.reanalysis.wait()
    go(page, "/cases/2/result")
    mark = page.locator(".case-name a")
    expect(mark).to_have_text("Analysed again")
    expect(mark).to_have_attribute("href", "/cases/compare?left=1&right=2")
    mark.click()
    expect(page.locator(".side-by-side .pill")).to_have_text(["Analysed again"])
    expect(page.locator("main thead th")).to_have_text(["Class", "A-17", "Analysed again"])
    go(page, "/cases/2")
    expect(page.locator("#closed")).to_be_visible()
    expect(page.locator("#advice")).to_have_text("Good picture.")
    go(page, "/cases/2/result")
    rows = page.locator("#runs tbody tr")
    expect(rows).to_have_count(2)
    open_folded(page, "#runs")
    page.locator("#runs .choice").filter(has_text="painted-anew 4").click()
    page.locator("#runs form button.primary").click()
    expect(rows).to_have_count(3)
    go(page, RESULT)
    expect(rows).to_have_count(3)
    expect(mark).to_have_count(0)


def test_two_cases_are_picked_and_compared(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, casework = visit.page, kit[1].casework
    casework.life.begin(replace(NEW, pseudonym="B-20", specimen="blood"), by="Amina")
    capture(casework, 2, 7, cells=20)
    go(page, "/cases")
    expect(page.locator(".case-row")).to_have_count(2)
    picks = page.locator(".case-row input")
    picks.nth(0).check()  # the later one first: the earlier is on the left all the same
    expect(page.locator("#compare")).to_be_hidden()
    page.locator("#query").fill("A-1")
    expect(page.locator(".case-row")).to_have_count(1)
    page.locator("#query").fill("")
    expect(page.locator(".case-row")).to_have_count(2)
    expect(picks.nth(0)).to_be_checked()
    picks.nth(1).check()
    page.locator("#compare").click()
    page.wait_for_url("**/cases/compare?left=1&right=2")
    columns = page.locator("#comparison .side-by-side > div")
    for number, column in enumerate((1, 2)):
        figures = casework.results.of(column).figures
        low, high = wilson_percent(figures.counts.blast, figures.counts.countable)
        expect(columns.nth(number).locator(".big")).to_have_text(f"{figures.decision['score']:.1f} %")
        expect(columns.nth(number)).to_contain_text(f"{low:.1f} to {high:.1f} % with 95 % confidence")
    expect(page.locator("#comparison")).to_contain_text(re.compile(r"Difference .* points \(.* to .*\)"))
    expect(page.locator("#comparison table")).to_contain_text("B-20")
    expect(columns.nth(0)).to_contain_text("Marrow aspirate")
    expect(columns.nth(1)).to_contain_text("Peripheral blood")
    expect(page.locator("#comparison .doubt")).to_contain_text("not alike in: Specimen")
    expect(page.locator("#comparison")).to_contain_text("Marrow and blood are not compared with each other")


def test_an_answer_says_which_version_was_asked_about(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, casework = visit.page, kit[1].casework
    casework.staff.add("Amina", "2468", lead=True, by=None)
    casework.life.finish(1, "Amina")
    casework.life.sign(1, hand(casework, 1))
    casework.life.amend(1, "one more", hand(casework, 1))
    go(page, RESULT)
    expert = page.locator("#expert")
    open_folded(page, "#expert", 2)
    expect(expert.locator("select[name=version]")).to_have_value("2")
    expert.locator("[name=expert]").fill("Dr Wanjiru")
    expert.locator("select[name=version]").select_option("1")
    expert.locator("details").nth(2).locator("button.primary").click()
    expect(expert.locator(".statement .doubt")).to_have_text("This answers version 1 of the case, not this one.")
    expert.locator("select[name=version]").select_option("2")
    expert.locator("details").nth(2).locator("button.primary").click()
    expect(expert.locator(".statement .doubt")).to_have_count(0)
    casework.cells.change(1, (1, 1), Wish(label="granulocyte"), "Bo")
    expect(expert.locator(".statement .doubt")).to_have_text("Cells were counted or corrected after this answer.")


@pytest.mark.parametrize(
    ("state", "fault", "said"),
    [
        ("failed", {"code": "internal"}, "Something went wrong that should not."),
        (
            "failed",
            {"code": "bundle.gone", "detail": "It is gone.", "remedy": "Install it."},
            "Install it.",
        ),
        ("stopped", None, "The kit went down meanwhile."),
    ],
)
def test_a_run_says_how_it_ended(
    visit: Watched, kit: tuple[str, WebParts], state: str, fault: dict[str, str] | None, said: str
) -> None:
    books = kit[1].casework.books
    copy = books.record.begin_case(replace(NEW, purpose="again", of_case=1))
    books.reruns.begin(copy.id, "painted-anew")
    books.reruns.end(copy.id, state, fault)
    go(visit.page, RESULT)
    row = visit.page.locator("#runs tbody tr").nth(1)
    expect(row).to_contain_text(said)
    expect(row).not_to_contain_text("undefined")
