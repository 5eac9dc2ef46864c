"""Letters on paper: joined, in order, in every script of the kit's languages; and nothing hidden in them."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
import uharfbuzz
from hypothesis import given
from hypothesis import strategies as st

from edge.papers.lettering import DEVANAGARI, FONTS, JOINERS, MISSING, OF_LANGUAGE, in_short, isolated, printable
from edge.papers.reader import Reader
from edge.papers.sheet import Area, Imprint, Letter, Sheet
from tests.pdfs import letters, looks, words

PLACE = Area(20, 20, 170, 10)
BIG = Letter(24)


def on_paper(text: str, code: str = "en", letter: Letter = BIG) -> bytes:
    with Sheet(Reader(code), Imprint("t", " ", " ", "")) as sheet:
        sheet.text(PLACE, text, letter)
        return sheet.content()


def ink(pdf: bytes) -> int:
    """Columns of the page's upper part that bear ink, from the first to the last."""
    columns = np.flatnonzero((looks(pdf)[:120] < 160).any(axis=(0, 2)))
    return int(columns[-1] - columns[0])


def shaped(text: str, code: str) -> list[int]:
    face = uharfbuzz.Face(uharfbuzz.Blob((FONTS / f"{OF_LANGUAGE[code]}-Regular.ttf").read_bytes()))
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    uharfbuzz.shape(uharfbuzz.Font(face), buffer)
    return [glyph.codepoint for glyph in buffer.glyph_infos]


@pytest.mark.parametrize(
    ("together", "apart"), [("سلام", "س\u200cل\u200cا\u200cم"), ("تحليل", "ت\u200cح\u200cل\u200cي\u200cل")]
)
def test_arabic_letters_are_joined(together: str, apart: str) -> None:
    assert ink(on_paper(together, "ar")) < 0.9 * ink(on_paper(apart, "ar"))


@pytest.mark.parametrize(("conjunct", "apart"), [("क्ष", "क्\u200cष"), ("त्र", "त्\u200cर"), ("ज्ञ", "ज्\u200cञ")])
def test_hindi_consonants_are_conjoined(conjunct: str, apart: str) -> None:
    assert len(shaped(conjunct, "hi")) < len(shaped(apart, "hi"))
    assert ink(on_paper(conjunct, "hi")) < 0.95 * ink(on_paper(apart, "hi"))


def test_a_hindi_vowel_sign_that_is_spoken_after_its_consonant_is_written_before_it() -> None:
    """कि: the sign of i stands left of ka, though it comes second in the text."""
    page = looks(on_paper("कि", "hi"), scale=2)[:240]
    alone = looks(on_paper("क", "hi"), scale=2)[:240]
    dark, consonant = ((image < 160).any(axis=(0, 2)) for image in (page, alone))
    width = np.flatnonzero(consonant)[-1] - np.flatnonzero(consonant)[0]
    body = looks(on_paper("का", "hi"), scale=2)[:240]
    assert np.flatnonzero(dark)[-1] - np.flatnonzero(dark)[0] > width
    assert not np.array_equal(page, body)
    assert shaped("कि", "hi")[0] == shaped("ि", "hi")[-1] or shaped("कि", "hi")[-1] == shaped("क", "hi")[0]


def test_figures_in_a_line_from_right_to_left_keep_their_own_order_and_the_lines() -> None:
    found = letters(on_paper("من 37.7 إلى 51.0 %", "ar"))
    text = "".join(letter for letter, _ in found)
    first, second = (
        [place for _, place in found[text.index(figure) : text.index(figure) + 4]] for figure in ("37.7", "51.0")
    )
    assert first == sorted(first)
    assert second == sorted(second)
    assert min(first) > max(second)


def test_a_code_in_a_line_from_right_to_left_is_left_as_it_is() -> None:
    assert "KIS-0042/b (3)" in words(on_paper(f"الحالة {isolated('KIS-0042/b (3)')} هنا", "ar"))[0]


@pytest.mark.parametrize("text", ["Größe café Łódź", "µm² ≤ ≥ − →", "محمد علي", "हिन्दी में नाम", "Kiswahili – ndiyo"])
@pytest.mark.parametrize("code", ["en", "ar", "hi"])
def test_names_in_any_script_are_set_in_every_language(text: str, code: str) -> None:
    assert printable(text) == unicodedata.normalize("NFC", text)
    assert ink(on_paper(text, code)) > 60


def test_a_letter_that_no_font_has_is_shown_as_missing_and_spoils_nothing() -> None:
    assert printable("語a") == f"{MISSING}a"
    plain, with_one = ink(on_paper("blasts blasts")), ink(on_paper("blasts 語blasts"))
    assert plain < with_one < plain + 60


@given(st.text(max_size=40))
def test_whatever_is_written_can_be_set(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    hidden = [each for each in shown if unicodedata.category(each) in ("Cc", "Cf") and each != "\n"]
    assert set(hidden) <= JOINERS


@pytest.mark.parametrize("trick", ["\u202e", "\u202d", "\xad", "\u200b", "\x00", "\ufeff"])
def test_characters_that_could_hide_or_turn_words_are_left_out(trick: str) -> None:
    assert printable(f"not {trick}signed") == "not signed"


@pytest.mark.parametrize(
    ("text", "most", "cut"), [("short", 20, "short"), ("a long note", 6, "a long …"), ("a\n" * 20, 99, None)]
)
def test_what_is_cut_says_so(text: str, most: int, cut: str | None) -> None:
    short = in_short(text, most)
    assert short == cut if cut else short.endswith("…") and short.count("\n") < 8


def test_the_fonts_come_with_their_licence() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()
    assert sum(file.stat().st_size for file in FONTS.iterdir()) < 600_000
    assert (FONTS / f"{DEVANAGARI}-Bold.ttf").is_file()
