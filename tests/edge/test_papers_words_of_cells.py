"""What papers say under a cell's picture and of each correction, in every language's own way."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from fpdf import FPDF

from edge.papers.blocks.closing import BETWEEN_MM, COLUMNS_MM, step_words
from edge.papers.blocks.counts import below_the_table
from edge.papers.blocks.pictures import doubt_said, sure_said
from edge.papers.case_file import Correction
from edge.papers.lettering import add_fonts, close_fonts, family_of
from edge.web.local import WRITINGS, paper_reader
from tests.case_files import case_file, sim_cells

CELL = replace(sim_cells(1)[0], label="blast", machine="blast", probability={"blast": 0.44, "lymphoid": 0.52})
CORRECTED = replace(CELL, label="monocyte")
STEP = Correction(1, "Amina", "2026-11-27T09:12:44+00:00", 3, 4, "class", "blast", "monocyte")


@pytest.mark.parametrize("said", [sure_said, doubt_said])
def test_a_class_that_a_person_gave_bears_no_probability_of_the_kits(said: object) -> None:
    assert callable(said)
    words = said(CORRECTED, paper_reader("en"))
    assert words == f"{CELL.name}\nMonocyte (was Blast)"
    assert "44" in said(CELL, paper_reader("en"))


@pytest.mark.parametrize("code", WRITINGS)
def test_every_percent_sign_of_a_paper_is_set_the_same_way(code: str) -> None:
    """Before it a space, or in Arabic a mark that keeps it to the right of its figure whatever stands around it."""
    reader = paper_reader(code)
    lines = [sure_said(CELL, reader), doubt_said(CELL, reader), *below_the_table(case_file(60), reader)]
    before = {each for line in lines for each in re.findall(r"\d(\D?)%", line)}
    assert len(before) == 1
    assert (before == {"\u200e"}) == (code == "ar")


def test_arabic_lists_have_arabic_commas() -> None:
    file = replace(case_file(60), excluded={"cell.cut": 3, "cell.smudged": 2})
    (line, *_) = below_the_table(file, paper_reader("ar"))
    assert "، " in line
    assert ", " not in line


def test_a_class_that_was_confirmed_is_not_said_to_replace_itself() -> None:
    reader = paper_reader("en")
    assert step_words(STEP, reader)[3] == "Monocyte instead of Blast"
    assert step_words(replace(STEP, after="blast"), reader)[3] == "Blast confirmed"


@pytest.mark.parametrize("code", WRITINGS)
def test_the_time_of_a_correction_keeps_to_one_line(code: str) -> None:
    reader, pdf = paper_reader(code), FPDF()
    add_fonts(pdf)
    pdf.set_font(family_of(reader), "", 8)
    pdf.set_text_shaping(use_shaping_engine=True)
    widest = max(pdf.get_string_width(reader.moment(f"2026-{month:02}-28T22:44:00+00:00")) for month in range(1, 13))
    close_fonts(pdf)
    assert widest <= COLUMNS_MM[1] - BETWEEN_MM
