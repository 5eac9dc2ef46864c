"""The report printed by a real browser: A4, nothing of the page around it, and each sheet says whose it is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from edge.papers.report import report_pdf
from edge.web import WebParts
from edge.web.local import paper_reader
from tests.browser.chromium import NARROW, WIDE, visiting
from tests.browser.kit import counting, painted_live
from tests.browser.steps import PIN, go
from tests.casebooks import hand
from tests.cases import PaintedLive

pytestmark = [pytest.mark.browser, pytest.mark.slow]

A4_PT = (595, 842)


@pytest.fixture
def live() -> PaintedLive:
    return painted_live()


@pytest.fixture
def kit(tmp_path: Path, live: PaintedLive) -> Iterator[tuple[str, WebParts]]:
    with counting(tmp_path, live, fields=3) as started:
        yield started


def printed(browser: Browser, address: str, language: str) -> list[str]:
    """What a person reads on each sheet, spaces made alike."""
    with visiting(browser, address, WIDE, language) as watched:
        go(watched.page, "/cases/1/result")
        watched.page.locator("#papers a[href='/cases/1/report']").click()
        expect(watched.page.locator("#print")).to_be_visible()
        content = watched.page.pdf(prefer_css_page_size=True)
    pages = PdfReader(io.BytesIO(content)).pages
    assert {(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages} == {A4_PT}
    return [" ".join(page.extract_text().split()) for page in pages]


def test_every_printed_sheet_says_whose_it_is_its_state_and_that_it_is_no_diagnosis(
    browser: Browser, kit: tuple[str, WebParts]
) -> None:
    address, parts = kit
    sheets = printed(browser, address, "en")
    assert len(sheets) >= 2
    for number, sheet in enumerate(sheets, 1):
        assert "A-17" in sheet
        assert "PRELIMINARY" in sheet
        assert "Decision support, not a diagnosis." in sheet
        assert f"{number} / {len(sheets)}" in sheet
        assert "Print" not in sheet, "the buttons are for the screen"
    parts.casework.staff.add("Amina", PIN, True, None)
    parts.casework.life.finish(1, "Amina")
    parts.casework.life.sign(1, hand(parts.casework, 1))
    for sheet in printed(browser, address, "en"):
        assert "Signed by Amina" in sheet
        assert "PRELIMINARY" not in sheet


def test_what_is_printed_are_the_figures_of_the_pdf(browser: Browser, kit: tuple[str, WebParts]) -> None:
    whole = " ".join(printed(browser, kit[0], "en"))
    file = kit[1].casework.papers.file(1)
    pdf = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(report_pdf(file, paper_reader("en")))).pages)
    for each in file.by_class:
        figures = f"{each.cells} {each.percent:.1f} {each.interval[0]:.1f} to {each.interval[1]:.1f}"
        assert figures in whole
        assert figures in " ".join(pdf.split())


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_report_fits_the_screen(
    browser: Browser, kit: tuple[str, WebParts], size: tuple[int, int], language: str
) -> None:
    with visiting(browser, kit[0], size, language) as watched:
        go(watched.page, "/cases/1/report")
        expect(watched.page.locator(".gallery img").first).to_be_visible()
        broken = "[...document.images].filter((e) => !e.complete || !e.naturalWidth).length"
        assert watched.page.evaluate(broken) == 0
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the screen"
        assert watched.page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
