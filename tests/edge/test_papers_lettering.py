"""Letters on paper: joined, in order, in every script of the kit's languages; and nothing hidden in them."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
import uharfbuzz
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from hypothesis import given
from hypothesis import strategies as st

from edge.papers.lettering import DEVANAGARI, FONTS, JOINERS, MISSING, OF_LANGUAGE, in_short, isolated, printable
from edge.papers.ordering import in_order, level_runs
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


NOTE = "Smear B 4. م ق 12/3"
"""Latin that ends in Arabic, which ends in a figure: three levels, in an Arabic report four."""


def places(pdf: bytes, *parts: str) -> list[float]:
    """Where each of these parts begins at its left."""
    found = letters(pdf)
    text = "".join(letter for letter, _ in found)
    return [min(place for _, place in found[text.index(part) : text.index(part) + len(part)]) for part in parts]


@pytest.mark.parametrize("code", ["en", "ar", "hi"])
@pytest.mark.parametrize(
    ("note", "from_left"),
    [
        (NOTE, ("Smear", "B", "4", "12/3", "ق", "م")),
        ("م ق 12/3 Smear B", ("Smear", "B", "12/3", "ق", "م")),
        ("12/3 م Smear", ("Smear", "م", "12/3")),
        ("Smear م ق B 7", ("Smear", "ق", "م", "B", "7")),
        ("Smear (م 5) B", ("Smear", "5", "م", "B")),
        ("Smear 4. م 12/3", ("Smear", "4", "12/3", "م")),
    ],
)
def test_a_note_of_both_directions_is_read_in_its_order_in_every_report(
    code: str, note: str, from_left: tuple[str, ...]
) -> None:
    alone = places(on_paper(isolated(note), code), *from_left)
    assert alone == sorted(alone)
    sentence, left, right = {"ar": ("ت {} ن", "ن", "ت")}.get(code, ("first {} last", "first", "last"))
    inside = places(on_paper(sentence.format(isolated(note)), code), left, *from_left, right)
    assert inside == sorted(inside)


def test_a_long_note_is_broken_before_it_is_ordered() -> None:
    """The first words of the Arabic stand on its first line, whatever the direction of the paper."""
    note = isolated("Smear " + "م " * 40 + "ق 12/3")
    with Sheet(Reader("en"), Imprint("t", " ", " ", "")) as sheet:
        sheet.text(Area(20, 20, 100, 10), note, BIG)
        page = looks(sheet.content())
    rows = np.flatnonzero((page[:400] < 160).any(axis=(1, 2)))
    assert len(np.flatnonzero(np.diff(rows) > 1)) + 1 >= 3
    (figure,) = places(on_paper(note), "12/3")
    (word,) = places(on_paper(note), "Smear")
    assert figure > word, "the figure ends the last line, which begins at the left"


def test_each_line_of_what_a_person_wrote_goes_its_own_way() -> None:
    """Else the second line would be ordered as the paper is: its figure first."""
    found = places(on_paper(isolated("م ق\nSmear 12/3"), "ar"), "Smear", "12/3")
    assert found == sorted(found)


def test_a_person_cannot_break_out_of_their_own_words() -> None:
    for trick in ("\u2069", "\u2068", "\u2067", "\u2066\u2069\u2069"):
        assert isolated(f"a{trick}b") == isolated("ab")


@given(st.text("aB 12/-.,()م قн\u2067\u2068\u2069\u200f", max_size=30), st.sampled_from(list(TextDirection)[:2]))
def test_runs_in_order_are_the_whole_algorithm(text: str, direction: TextDirection) -> None:
    """fpdf2's own full reordering, which it holds against Unicode's conformance tests and uses for nothing else."""
    text = f"{text}."  # its rule L1, about spaces at a line's end, is for lines that do not lose them
    due = BidiParagraph(text, direction, preserve_bn_chars=True).get_reordered_characters()
    characters = [(level, letter) for level, run in level_runs(text, direction) for letter in run]
    levels, shown = [level for level, _ in characters], [letter for _, letter in characters]
    assert in_order(shown, levels) == [each.character for each in due]


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
