"""The papers in every language of the kit, with the kit's own translations."""

from __future__ import annotations

import pytest

from edge.nouns import DECISIONS, ORIGINAL, UNREVIEWED
from edge.papers.lettering import MISSING, printable
from edge.papers.reader import Reader
from edge.papers.referral import LIMIT_BYTES, referral_pdf
from edge.papers.report import report_pdf
from edge.web.language import LANGUAGES, messages, translation
from tests.case_files import case_file
from tests.pdfs import words
from tests.recording import fallen, laid_out, overlapping, referral_laid_out, said


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_letter_of_every_translation_can_be_set(code: str) -> None:
    forms = [form for text in messages(code).values() for form in ([text] if isinstance(text, str) else text)]
    spoilt = [text for text in forms if MISSING in printable(text)]
    assert spoilt == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_papers_are_written_from_the_same_side_as_the_page(code: str) -> None:
    assert Reader(code).direction == LANGUAGES[code].direction


@pytest.mark.parametrize("code", LANGUAGES)
def test_papers_whose_words_nobody_has_read_say_so_and_give_the_english_word(code: str) -> None:
    reader, file = Reader(code, translation(code)), case_file(60)
    unread = translation(code)(UNREVIEWED)
    for sheet in (laid_out(file, reader), referral_laid_out(file, reader)):
        told = [each for each in said(sheet) if unread in each]
        assert len(told) == (code != ORIGINAL)
        assert all(DECISIONS[file.decision.label] in each for each in told)


@pytest.mark.parametrize("code", LANGUAGES)
def test_report_and_referral_are_made_in_every_language(code: str) -> None:
    reader, file = Reader(code, translation(code)), case_file(60)
    report, referral = report_pdf(file, reader), referral_pdf(file, reader)
    assert len(referral) <= LIMIT_BYTES
    for page in (*words(report), *words(referral)):
        assert "0042" in page
        assert MISSING not in page


@pytest.mark.parametrize("code", LANGUAGES)
def test_in_no_language_do_words_run_off_the_page_or_into_each_other(code: str) -> None:
    reader, file = Reader(code, translation(code)), case_file(60)
    for sheet in (laid_out(file, reader), referral_laid_out(file, reader)):
        assert fallen(sheet) == []
        assert overlapping(sheet) == []
