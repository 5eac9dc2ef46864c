"""At the desk after counting: cases found again, a count by eye, papers onto a stick, the haematologist's answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from edge.casework import papers as desk
from edge.papers.digest import referral_digest
from edge.papers.reply import OPINIONS, reply_code, spaced
from edge.papers.targets import targets
from edge.record import NewCase
from edge.record.steps import Doing
from edge.web import WebParts
from tests.browser.chromium import Watched, visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import go
from tests.cases import PaintedLive
from tests.pdfs import filled
from tests.sticks import STICK, Machine, built

pytestmark = [pytest.mark.browser, pytest.mark.slow]
RESULT = "/cases/1/result"


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with counting(tmp_path / "data", live) as started:
        yield started


@pytest.fixture
def visit(browser: Browser, kit: tuple[str, WebParts]) -> Iterator[Watched]:
    with visiting(browser, kit[0]) as watched:
        yield watched


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the kernel's lists, as far as the kit reads them, call a stick."""
    where = tmp_path / "media" / "BLUE"
    where.mkdir(parents=True)
    machine = Machine({"sdb": STICK}, (f"/dev/sdb1 {where} vfat rw 0 0",))
    mounts, blocks = built(machine, tmp_path / "machine")
    monkeypatch.setattr(desk, "targets", partial(targets, mounts=mounts, blocks=blocks))
    return where


def open_folded(page: Page, where: str, number: int = 0) -> None:
    """One of the parts that are folded away in a card."""
    page.locator(f"{where} details > summary").nth(number).click()


def test_papers_are_written_to_a_stick(visit: Watched, stick: Path) -> None:
    page = visit.page
    go(page, RESULT)
    open_folded(page, "#papers")
    page.locator("#papers [name=target]").select_option(str(stick))
    for kind in ("cells.csv", "fhir.json", "images"):
        page.locator(f"#papers [name='{kind}']").check()
    page.locator("#papers details").first.locator("form button.primary").click()
    expect(page.locator(".notice.good")).to_contain_text("A-17-1-v1")
    (folder,) = stick.iterdir()
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names > {"report.pdf", "cells.csv", "fhir.json", "SHA256SUMS"}
    assert len([name for name in names if name.endswith(".jpg")]) == 2
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    # the log of the case says what left the kit
    go(page, "/cases/1/log")
    expect(page.locator("#log")).to_contain_text("report.pdf, cells.csv, fhir.json, images")


def test_a_stick_that_is_pulled_is_said_and_leaves_nothing_half_written(visit: Watched, stick: Path) -> None:
    page = visit.page
    go(page, RESULT)
    open_folded(page, "#papers")
    page.locator("#papers [name=target]").select_option(str(stick))
    stick.rename(stick.with_name("PULLED"))
    trouble = page.locator("#papers details").first.locator(".form-problem")
    with visit.refused(409, "/api/v1/cases/1/export"):
        page.locator("#papers details").first.locator("form button.primary").click()
        expect(trouble).to_contain_text("Plug it in again")
    expect(trouble.locator("small")).to_have_text("target.gone")
    assert list(stick.with_name("PULLED").iterdir()) == []
    # looked for again, it is named with what is amiss
    page.locator("#papers details button", has_text="Look again").click()
    expect(page.locator("#papers .soft", has_text="BLUE")).to_contain_text("not there any more")


def test_cases_are_found_by_code_note_and_state(visit: Watched, kit: tuple[str, WebParts]) -> None:
    life = kit[1].casework.life
    for code, note in (("B-20", "thin smear"), ("B-21", "thick"), ("C-3", "")):
        life.begin(NewCase(code, "blood", "wright-giemsa", note=note), by="Amina")
    life.finish(1, "Amina")
    page, rows = visit.page, visit.page.locator(".case-row strong")
    go(page, "/cases")
    expect(rows).to_have_text(["C-3", "B-21", "B-20", "A-17"])
    page.locator("#query").fill("b-2")
    expect(rows).to_have_text(["B-21", "B-20"])
    page.locator("#query").fill("smear")
    expect(rows).to_have_text(["B-20"])
    page.locator("#query").fill("nobody")
    expect(page.locator("#no-cases")).to_be_visible()
    page.locator("#query").fill("")
    page.locator("#state-of").select_option("finished")
    expect(rows).to_have_text(["A-17"])
    page.locator("#state-of").select_option("")
    page.locator("#order").select_option("pseudonym")
    expect(rows).to_have_text(["A-17", "B-20", "B-21", "C-3"])
    page.locator(".case-row a").first.click()
    page.wait_for_url("**/cases/1", wait_until="domcontentloaded")


def test_a_count_by_eye_stands_beside_the_kits(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, manual = visit.page, visit.page.locator("#manual")
    go(page, "/cases/1/cells")
    inputs = manual.locator("input[type=number]")
    expect(inputs.first).to_be_visible()
    labels = [each.get_attribute("name") or "" for each in inputs.all()]
    kits_own = {each.label: each.cells for each in kit[1].casework.results.of(1).figures.classes}
    assert labels == list(kits_own)
    for label in labels:
        manual.locator(f"[name='{label}']").fill(str(kits_own[label]))
    manual.locator("form button.primary").click()
    expect(manual.locator(".agree .pill")).to_have_class("pill plain")  # so few cells agree with everything
    expect(manual.locator(".agree")).to_contain_text("Difference 0.0 points")
    # read back in the result, beside the kit's
    go(page, RESULT)
    expect(page.locator("#classes th", has_text="By eye")).to_be_visible()
    by_eye = page.locator("#classes tbody tr td:last-child")
    expect(by_eye).to_have_text([str(cells) for cells in kits_own.values()])
    go(page, "/cases/1/cells")
    for label in labels:
        manual.locator(f"[name='{label}']").fill("0" if kits_own[label] else "300")
    manual.locator("form button.primary").click()
    expect(manual.locator(".agree .pill")).to_have_class("pill warn")
    manual.locator("button.quiet").click()
    expect(manual.locator(".agree")).to_have_count(0)


def test_both_systems_stand_beside_each_other(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, systems = visit.page, visit.page.locator("#count .systems")
    known = kit[1].casework.results.of(1).figures.systems
    assert known is not None
    go(page, RESULT)
    expect(systems).to_be_visible()
    for column, one in zip(systems.locator(".side-by-side > div").all(), (known.rbf, known.network), strict=True):
        low, high = one.interval
        expect(column.locator("strong")).to_have_text(f"{one.percent:.1f} %")
        expect(column.locator(".soft")).to_have_text(
            f"Blasts: {one.cells} · {low:.1f} to {high:.1f} % with 95 % confidence"
        )
        expect(column.locator(".interval .range")).to_be_visible()
    expect(systems).to_contain_text(f"They agree on {known.alike} of")
    expect(systems).to_contain_text("no more than chance")


def test_an_answer_is_chosen_written_down_and_read_back(visit: Watched) -> None:
    page, expert = visit.page, visit.page.locator("#expert")
    go(page, RESULT)
    open_folded(page, "#expert", 2)
    opinion = expert.locator("select[name=opinion]")
    assert [each.get_attribute("value") for each in opinion.locator("option").all()] == list(OPINIONS)
    expert.locator("[name=expert]").fill("Dr Wanjiru")
    opinion.select_option("unclear")
    expert.locator("[name=percent]").fill("12.5")
    expert.locator("[name=text]").fill("Too few cells <b>here</b>.")
    expert.locator("details").nth(2).locator("button.primary").click()
    said = expert.locator(".statement")
    for words in ("Dr Wanjiru", OPINIONS["unclear"], "12.5 %", "Too few cells <b>here</b>."):
        expect(said).to_contain_text(words)
    # it is there for whoever opens the case later, and may be changed
    go(page, RESULT)
    expect(said).to_contain_text("Dr Wanjiru")
    open_folded(page, "#expert", 2)
    expect(opinion).to_have_value("unclear")
    expect(expert.locator("[name=text]")).to_have_value("Too few cells <b>here</b>.")


def test_an_answer_that_came_as_a_form_is_read(visit: Watched) -> None:
    page = visit.page
    go(page, RESULT)
    with page.expect_download() as waiting:
        page.locator("a.paper[href*='referral.pdf']").click()
    form = filled(Path(waiting.value.path()).read_bytes(), opinion="likely", percent="80", expert="Dr B")
    open_folded(page, "#expert")
    payload = FilePayload(name="answer.pdf", mimeType="application/pdf", buffer=form)
    page.locator("#expert [name=form]").set_input_files(payload)
    page.locator("#expert details").first.locator("button.primary").click()
    expect(page.locator("#expert .statement")).to_contain_text(re.compile(r"Dr B.*80", re.DOTALL))


def test_an_answer_that_came_as_a_line_finds_its_case_and_no_other(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, typed = visit.page, visit.page.locator("#expert details").nth(1)
    code = spaced(reply_code(referral_digest(kit[1].casework.papers.file(1))))
    go(page, RESULT)
    open_folded(page, "#expert", 1)
    typed.locator("[name=line]").fill("0000-0000 B 85")
    with visit.refused(409, "/api/v1/cases/1/referral/line"):
        typed.locator("button.primary").click()
        expect(typed.locator(".form-problem small")).to_have_text("reply.elsewhere")
    typed.locator("[name=line]").fill(f"{code} B 4 mature cells")
    typed.locator("button.primary").click()
    expect(page.locator("#expert .statement")).to_contain_text(OPINIONS["unlikely"])


def test_consent_is_marked_and_taken_back(visit: Watched) -> None:
    page, papers = visit.page, visit.page.locator("#papers")
    go(page, RESULT)
    expect(papers.locator("a.paper[href*=training]")).to_have_count(0)
    open_folded(page, "#papers", 1)
    papers.locator("[name=ground]").fill("Form 3")
    papers.locator("details").nth(1).locator("button.primary").click()
    expect(papers.locator("a.paper[href*=training]")).to_have_count(1)
    expect(papers.locator("details").nth(1)).to_contain_text("Form 3")
    papers.locator("details").nth(1).locator("button").click()
    expect(papers.locator("a.paper[href*=training]")).to_have_count(0)


def test_cells_counted_already_are_one_line_of_the_log(visit: Watched, kit: tuple[str, WebParts]) -> None:
    page, books = visit.page, kit[1].casework.books
    for field, cell in ((1, 1), (1, 2), (1, 3), (2, 1)):
        books.steps.add(1, Doing(kind="again", field=field, cell=cell, after={"label": None, "counted": False}))
    known = len(books.steps.of(1))
    go(page, "/cases/1/log")
    lines = page.locator("#log li")
    expect(lines).to_have_count(known - 2)
    expect(lines.nth(known - 4)).to_contain_text("Counted already · Field 1, Cells 1, 2, 3")
    expect(lines.nth(known - 4).locator(".numeric")).to_have_text(f"{known - 3}–{known - 1}")
    expect(lines.last).to_contain_text("Counted already · Field 2, Cell 1")
