"""Pages in millimetres: mirrored where reading starts on the right, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.papers.blocks.style import ALARM, GOOD, OPEN, WATCH, Tone, mark
from edge.papers.reader import Reader
from edge.papers.sheet import (
    BOTTOM_MM,
    HEIGHT_MM,
    LIKELY_PAGES,
    MM_PER_PT,
    TOP_MM,
    WIDTH_MM,
    Area,
    Imprint,
    Letter,
    Sheet,
    printed,
)
from tests.case_files import sim_cells
from tests.pdfs import looks, opened, words

IMPRINT = Imprint("A title", "A foot", "{page} of {pages}", "2026-11-27T09:12:44+00:00")
BLACK = (0, 0, 0)


def sheet_of(code: str = "en") -> Sheet:
    return Sheet(Reader(code), IMPRINT)


def ink_mm(pdf: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of everything dark above the foot, in mm."""
    dark: NDArray[np.bool_] = np.asarray((looks(pdf, scale=2) < 90).all(axis=2), np.bool_)[
        : int((HEIGHT_MM - 20) / MM_PER_PT * 2)
    ]
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    left, top, right, bottom = (each / 2 * MM_PER_PT for each in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    return left, top, right, bottom


@given(st.floats(20, 100), st.floats(20, 200), st.floats(5, 80), st.floats(5, 50), st.sampled_from(["en", "ar"]))
@settings(max_examples=10)
def test_an_area_is_where_it_should_be_from_the_side_where_reading_starts(
    x: float, y: float, w: float, h: float, code: str
) -> None:
    with sheet_of(code) as sheet:
        sheet.box(Area(x, y, w, h), BLACK)
        left, top, right, bottom = ink_mm(sheet.content())
    start = WIDTH_MM - x - w if code == "ar" else x
    assert (left, top, right, bottom) == pytest.approx((start, y, start + w, y + h), abs=0.4)


@pytest.mark.parametrize("code", ["en", "ar"])
def test_a_form_field_lies_where_its_box_was_painted(code: str) -> None:
    area = Area(30, 40, 50, 10)
    with sheet_of(code) as sheet:
        x1, y1, x2, y2 = sheet.corner_pt(area)
        sheet.box(area, BLACK)
        left, top, right, bottom = ink_mm(sheet.content())
    assert (x1 * MM_PER_PT, HEIGHT_MM - y2 * MM_PER_PT) == pytest.approx((left, top), abs=0.4)
    assert (x2 * MM_PER_PT, HEIGHT_MM - y1 * MM_PER_PT) == pytest.approx((right, bottom), abs=0.4)


@given(st.text("abc de", min_size=1, max_size=200), st.floats(20, 150))
@settings(max_examples=20)
def test_the_height_that_is_told_is_the_height_that_is_used(text: str, width_mm: float) -> None:
    letter = Letter(10)
    with sheet_of() as sheet:
        told = sheet.height(width_mm, text, letter)
        assert sheet.text(Area(20, 50, width_mm, 5), text, letter) == pytest.approx(50 + told)
    assert told >= letter.line_mm * 0.99


@given(st.floats(TOP_MM, HEIGHT_MM), st.floats(0, 200))
@settings(max_examples=15)
def test_what_must_stay_together_is_not_torn(y: float, needed_mm: float) -> None:
    with sheet_of() as sheet:
        begin = sheet.room(y, needed_mm)
        assert begin + needed_mm <= BOTTOM_MM
        assert (sheet.pages == 1) == (y + needed_mm <= BOTTOM_MM) == (begin == y)


@pytest.mark.parametrize("pages", [1, 2, LIKELY_PAGES, 7])
def test_every_page_knows_how_many_there_are(pages: int) -> None:
    def lay_out(sheet: Sheet) -> int:
        return [sheet.new_page() for _ in range(pages - 1)].count(TOP_MM)

    content, turned = printed(Reader(), IMPRINT, lay_out)
    assert turned == pages - 1
    assert [text.removeprefix("A foot ") for text in words(content)] == [f"{n} of {pages}" for n in range(1, pages + 1)]


@pytest.mark.parametrize(("when", "year"), [("2026-11-27T09:12:44+00:00", 2026), ("no time", 2000), ("", 2000)])
def test_the_documents_date_is_the_cases_and_never_the_clocks(when: str, year: int) -> None:
    content, _ = printed(Reader(), Imprint("t", "f", "p", when), lambda sheet: None)
    with opened(content) as document:
        assert document.get_metadata_dict()["CreationDate"].startswith(f"D:{year}")
        assert document.get_metadata_dict()["Title"] == "t"


def test_the_document_names_its_language() -> None:
    content, _ = printed(Reader("ar"), IMPRINT, lambda sheet: None)
    assert b"/Lang (ar)" in content


def test_a_picture_is_embedded_as_it_is_and_says_what_it_shows() -> None:
    jpeg = sim_cells(1)[0].crop_jpeg
    with sheet_of() as sheet:
        sheet.picture(Area(20, 20, 30, 30), jpeg, "cell 1-1")
        content = sheet.content()
    assert jpeg in content
    assert "cell 1-1".encode("utf-16-be") in content or b"cell 1-1" in content


@pytest.mark.parametrize("tone", [GOOD, WATCH, ALARM, OPEN], ids=["good", "watch", "alarm", "open"])
def test_a_state_has_a_shape_of_its_own_besides_its_colour(tone: Tone) -> None:
    """How much of its circle a mark fills: a disc all, a hexagon 83 %, a square on its tip 64 %, a triangle 41 %."""
    due = {0: 1.0, 6: 0.827, 4: 0.637, 3: 0.413}[tone.corners]
    with sheet_of() as sheet:
        mark(sheet, (60, 60), 20, tone)
        image = looks(sheet.content(), scale=2)[: int(90 / MM_PER_PT * 2)]
    filled = (np.abs(image.astype(int) - tone.strong).max(axis=2) < 12).sum() * (MM_PER_PT / 2) ** 2
    assert filled / (np.pi * 20**2) == pytest.approx(due, abs=0.02)


def test_no_two_states_share_a_shape_or_a_colour() -> None:
    tones = (GOOD, WATCH, ALARM, OPEN)
    assert len({tone.corners for tone in tones}) == len({tone.strong for tone in tones}) == len(tones)


@pytest.mark.parametrize("tone", [GOOD, WATCH, ALARM, OPEN], ids=["good", "watch", "alarm", "open"])
def test_words_can_be_read_on_their_background(tone: Tone) -> None:
    """WCAG 2.2 AA asks for 4.5 to 1."""
    light, dark = sorted((_luminance(tone.pale), _luminance(tone.strong)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [each / 255 for each in colour]
    linear = [each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
