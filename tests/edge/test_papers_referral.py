"""The referral: small enough for any case, and its answer comes back by form, by pen or in one line."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from edge.papers.case_file import CaseFile, ClassCount
from edge.papers.digest import referral_digest
from edge.papers.faults import PaperTooLarge, PictureDamaged, ReplyElsewhere, ReplyUnreadable
from edge.papers.form import MOST_BYTES, FormField, read_fields, with_fields
from edge.papers.referral import LIMIT_BYTES, pictures_of, read_referral, referral_pdf
from edge.papers.reply import (
    ALPHABET,
    LETTERS,
    OPINIONS,
    Reply,
    read_code,
    read_percent,
    read_typed,
    reply_code,
    spaced,
)
from edge.papers.shrink import STEPS, shrunk
from tests.case_files import case_file
from tests.pdfs import filled, opened, words
from tests.two_scripts import READERS

ENGLISH = READERS["en"]
FILE = case_file(60)
CODE = reply_code(referral_digest(FILE))
NOW = "2026-12-01T08:00:00+00:00"


@pytest.fixture(scope="module")
def referral() -> bytes:
    return referral_pdf(FILE, ENGLISH)


def noisy(seed: int, side_px: int) -> bytes:
    """A picture that no JPEG can make small."""
    pixels = np.random.default_rng(seed).integers(0, 256, (side_px, side_px, 3), np.uint8)
    _, jpeg = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 100])
    return jpeg.tobytes()


@cache
def noises(side_px: int) -> tuple[bytes, ...]:
    """More different ones than a referral shows, for a picture that is shown twice is embedded once."""
    return tuple(noisy(seed, side_px) for seed in range(83))


def noisy_case(cells: int, side_px: int, classes: int = 6) -> CaseFile:
    """A case of many classes whose pictures are as large as can be."""
    plain, pictures = case_file(cells), noises(side_px)
    labels = [f"class {number}" for number in range(classes)]
    changed = [
        replace(cell, crop=partial(bytes, pictures[at % len(pictures)]), doubtful=True, label=labels[at % classes])
        for at, cell in enumerate(plain.cells)
    ]
    counts = tuple(ClassCount(label, cells // classes + 1, 10.0, (5.0, 15.0), False) for label in labels)
    return replace(plain, cells=tuple(changed), by_class=counts)


SAID = ("Referral to a haematologist", "PRELIMINARY", "Decision support, not a diagnosis.", "The most doubtful cells",
        "The most typical cells", "Nucleus diameter, µm", "Your answer", spaced(CODE), *OPINIONS.values())  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_the_referral_says_what_an_expert_needs(said: str, referral: bytes) -> None:
    assert said in " ".join(words(referral))


@given(cells=st.integers(0, 260), side_px=st.sampled_from([64, 220, 300]), classes=st.integers(1, 14))
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
def test_a_referral_fits_two_megabytes_whatever_its_pictures_are(cells: int, side_px: int, classes: int) -> None:
    assert len(referral_pdf(noisy_case(cells, side_px, classes), ENGLISH)) <= LIMIT_BYTES


def test_pictures_that_no_jpeg_can_shrink_would_not_have_fitted_as_they_were() -> None:
    worst = noisy_case(260, 220, 14)
    assert sum(map(len, pictures_of(worst, STEPS[0]).values())) > LIMIT_BYTES
    assert len(referral_pdf(worst, ENGLISH)) <= LIMIT_BYTES


@pytest.mark.parametrize("limit", [1_000_000, 400_000])
def test_the_less_room_the_fewer_and_smaller_the_pictures(limit: int) -> None:
    file = noisy_case(120, 300)
    larger, smaller = referral_pdf(file, ENGLISH), referral_pdf(file, ENGLISH, limit)
    assert len(smaller) <= limit
    assert len(smaller) <= len(larger)
    assert spaced(reply_code(referral_digest(file))) in " ".join(words(smaller))


def test_a_limit_that_nothing_fits_is_told() -> None:
    with pytest.raises(PaperTooLarge, match=FILE.case.pseudonym):
        referral_pdf(FILE, ENGLISH, 10_000)


def test_the_steps_ask_for_less_and_less() -> None:
    for one, next_one in pairwise(STEPS):
        assert next_one.doubtful <= one.doubtful
        assert next_one.typical <= one.typical
        assert next_one.classes <= one.classes
        assert next_one.side_px < one.side_px
        assert next_one.quality < one.quality


def test_a_damaged_picture_is_told_by_its_cells_name() -> None:
    cell = replace(FILE.cells[0], crop=lambda: b"\xff\xd8 no picture")
    with pytest.raises(PictureDamaged, match=cell.name):
        shrunk(cell, 100, 80)


@given(st.integers(8, 300), st.integers(8, 300), st.integers(30, 95))
@settings(max_examples=20)
def test_a_picture_is_never_made_larger_and_keeps_its_shape(width: int, height: int, quality: int) -> None:
    _, jpeg = cv2.imencode(".jpg", np.full((height, width, 3), 120, np.uint8))
    small = cv2.imdecode(np.frombuffer(shrunk(replace(FILE.cells[0], crop=jpeg.tobytes), 80, quality), np.uint8), 1)
    assert small is not None
    assert max(small.shape[:2]) <= min(80, max(width, height))
    times = max(small.shape[:2]) / max(width, height)
    assert small.shape[:2] == pytest.approx((height * times, width * times), abs=0.51)


@pytest.mark.parametrize("code", READERS)
def test_equal_cases_give_equal_referrals(code: str) -> None:
    assert referral_pdf(FILE, READERS[code]) == referral_pdf(FILE, READERS[code])


def test_a_viewer_sees_a_form_with_named_fields(referral: bytes) -> None:
    with opened(referral) as document:
        assert document.get_formtype() == 1  # AcroForm
        assert document.get_version() == 17
    fields = PdfReader(io.BytesIO(referral)).get_fields()
    assert fields is not None
    assert set(fields) == {"code", "opinion", "percent", "text", "expert", "when"}
    assert set(fields["opinion"]["/_States_"]) - {"/Off"} == {f"/{opinion}" for opinion in OPINIONS}


def test_the_fields_lie_where_their_boxes_are_printed() -> None:
    """In a language from right to left too: the boxes to tick stand right."""
    for code, right in (("en", False), ("ar", True)):
        reader = PdfReader(io.BytesIO(referral_pdf(FILE, READERS[code])))
        ticks = [each for page in reader.pages for each in page.annotations or [] if "/Parent" in each.get_object()]
        lefts = {float(each.get_object()["/Rect"][0]) for each in ticks}
        assert len(ticks) == len(OPINIONS)
        assert all((left > 300) == right for left in lefts)


@pytest.mark.parametrize("opinion", OPINIONS)
def test_a_filled_form_is_read_back(referral: bytes, opinion: str) -> None:
    pdf = filled(
        referral, opinion=opinion, percent="85,5 %", text="large nucleoli\nمرحبا", expert="Prof. Ouma", when="1.12."
    )
    reply = read_referral(pdf)
    assert reply == Reply(CODE, opinion, 85.5, "Prof. Ouma", "1.12.", reply.text)
    assert reply.text.split() == ["large", "nucleoli", "مرحبا"]
    answer = reply.for_case(FILE, NOW)
    assert (answer.expert, answer.when, answer.opinion, answer.percent) == ("Prof. Ouma", "1.12.", opinion, 85.5)


def test_an_answer_without_a_date_gets_the_kits(referral: bytes) -> None:
    assert read_referral(filled(referral, opinion="likely")).for_case(FILE, NOW).when == NOW


def test_an_unanswered_form_is_no_answer(referral: bytes) -> None:
    with pytest.raises(ReplyUnreadable, match="No answer is ticked"):
        read_referral(referral)


def test_the_answer_to_another_case_is_refused(referral: bytes) -> None:
    reply = read_referral(filled(referral, opinion="likely"))
    other = replace(FILE, case=replace(FILE.case, version=2, amended="again"))
    with pytest.raises(ReplyElsewhere, match=spaced(CODE)):
        reply.for_case(other, NOW)


def test_a_nonsensical_percentage_is_told(referral: bytes) -> None:
    with pytest.raises(ReplyUnreadable, match="percentage"):
        read_referral(filled(referral, opinion="likely", percent="about 900"))


def test_a_pdf_without_a_form_is_told() -> None:
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(content)
    with pytest.raises(ReplyUnreadable, match="no form"):
        read_fields(content.getvalue())


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.7\n", b"\xff\xd8\xff" * 100])
def test_what_is_no_pdf_is_told(content: bytes) -> None:
    with pytest.raises(ReplyUnreadable):
        read_referral(content)


def test_a_file_that_is_far_too_large_is_not_even_opened() -> None:
    with pytest.raises(ReplyUnreadable, match="larger"):
        read_fields(bytes(MOST_BYTES + 1))


def small_form() -> bytes:
    """A page with two fields."""
    writer, content = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    writer.write(content)
    code = FormField(0, (10, 10, 100, 30), "code", "fixed", "code", value="ABCDEFGH")
    return with_fields(content.getvalue(), [code, FormField(0, (10, 40, 20, 50), "opinion", "choice", "yes", "likely")])


@given(st.data())
@settings(max_examples=150)
@pytest.mark.filterwarnings("ignore")  # pypdf tells of what it mends
def test_a_damaged_form_is_read_or_told_and_nothing_else(data: st.DataObject) -> None:
    """Anything else that it raised would be a page that breaks."""
    content = bytearray(small_form())
    for _ in range(data.draw(st.integers(1, 12))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    with suppress(ReplyUnreadable):
        assert read_referral(bytes(content)).opinion in OPINIONS
    with suppress(ReplyUnreadable):
        assert read_referral(bytes(content[:cut])).opinion in OPINIONS


@given(st.integers(0, 2**256 - 1))
def test_a_code_is_eight_letters_that_nobody_misreads(number: int) -> None:
    code = reply_code(f"{number:064x}")
    assert len(code) == 8
    assert set(code) <= set(ALPHABET)
    assert not set(code) & set("ILOU")
    for typed in (
        code,
        spaced(code),
        spaced(code).lower(),
        f" {code[:4]} {code[4:]} ",
        code.replace("0", "O").replace("1", "l"),
    ):
        assert read_code(typed) == code


@given(
    digits=st.integers(0, 2**40 - 1),
    letter=st.sampled_from(list(LETTERS)),
    percent=st.none() | st.integers(0, 1000).map(lambda tenths: tenths / 10),
    text=st.text(st.characters(categories=["L", "Zs"]), max_size=40).map(str.strip),
)
def test_an_answer_in_one_line_is_read_back(digits: int, letter: str, percent: float | None, text: str) -> None:
    code = reply_code(f"{digits:010x}".ljust(64, "0"))
    share = "" if percent is None else f" {percent:g}{'' if letter in 'AB' else ' %'}"
    reply = read_typed(f"{spaced(code)} {letter}{share} {text}")
    assert (reply.code, reply.opinion, reply.percent) == (code, LETTERS[letter], percent)
    assert reply.text == text


TYPED: dict[str, Reply] = {
    "7K2Q-9FXA B 85 large nucleoli": Reply("7K2Q9FXA", "unlikely", 85.0, text="large nucleoli"),
    "7k2q9fxa a": Reply("7K2Q9FXA", "likely"),
    "7K2Q 9FXA, no": None,  # type: ignore[dict-item] # not one
    "7K2Q-9FXA e, 12,5 %; see also field 3": Reply("7K2Q9FXA", "other", 12.5, text="see also field 3"),
    "7K2Q-9FXA D 2 fields were blurred": Reply("7K2Q9FXA", "again", text="2 fields were blurred"),
    "7K2Q-9FXA D 2 % blasts": Reply("7K2Q9FXA", "again", 2.0, text="blasts"),
    "7K2Q-9FXA A 3 of 10 cells": Reply("7K2Q9FXA", "likely", text="3 of 10 cells"),
    "7K2Q-9FXA B 85 in all": Reply("7K2Q9FXA", "unlikely", 85.0, text="in all"),
    "7K2Q-9FXA B - 85%": Reply("7K2Q9FXA", "unlikely", 85.0),
    "7K2Q-9FXA C 40": Reply("7K2Q9FXA", "unclear", 40.0),
    "7K2Q-9FXA A 85٪ خلايا، كبيرة": Reply("7K2Q9FXA", "likely", 85.0, text="خلايا، كبيرة"),
    "7K2Q-9FXA A ٨٥٫٥": Reply("7K2Q9FXA", "likely", 85.5),
    "7K2Q–9FXA B 12": Reply("7K2Q9FXA", "unlikely", 12.0),
    "*7K2Q-9FXA* _A_ 85": Reply("7K2Q9FXA", "likely", 85.0),
    "“7K2Q-9FXA A 85”": Reply("7K2Q9FXA", "likely", 85.0),
    "7K2Q-9FXA, A, 85 %. Nucleoli": Reply("7K2Q9FXA", "likely", 85.0, text="Nucleoli"),
    "7K2Q-9FXA: A. Nucleoli, see 3–4": Reply("7K2Q9FXA", "likely", text="Nucleoli, see 3–4"),
    "hello": None,  # type: ignore[dict-item] # not one
    "": None,  # type: ignore[dict-item] # not one
    "7K2Q-9FXA": None,  # type: ignore[dict-item] # not one
}


@pytest.mark.parametrize(("line", "meant"), TYPED.items())
def test_lines_as_people_type_them(line: str, meant: Reply | None) -> None:
    if meant is None:
        with pytest.raises(ReplyUnreadable, match="no answer") as told:
            read_typed(line)
        assert "7K2Q-9FXA B 85" in told.value.remedy
    else:
        assert read_typed(line) == meant


@pytest.mark.parametrize(
    ("text", "percent"), [("", None), (" 85 ", 85.0), ("85%", 85.0), ("0,5 %", 0.5), ("100", 100.0)]
)
def test_percentages_as_people_write_them(text: str, percent: float | None) -> None:
    assert read_percent(text) == percent


@pytest.mark.parametrize("text", ["101", "-5", "many", "8 5", "1e2", "NaN"])
def test_what_is_no_percentage_is_told(text: str) -> None:
    with pytest.raises(ReplyUnreadable):
        read_percent(text)


def test_a_case_without_cells_can_be_referred() -> None:
    assert "The kit was sure of every counted cell." in " ".join(words(referral_pdf(case_file(0), ENGLISH)))
