"""A PDF as a phone's viewer sees it: its words, where its letters stand, how it looks."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdf import PdfWriter

HIDDEN = re.compile("[\u200b-\u200f\u2066-\u2069\ufffe]")


@contextmanager
def opened(pdf: bytes) -> Iterator[Any]:
    """The document in PDFium, closed in order."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def words(pdf: bytes) -> list[str]:
    """The text of each page, on one line."""
    with opened(pdf) as document:
        return [_text(page) for page in document]


def _text(page: Any) -> str:
    text = page.get_textpage()
    found = str(text.get_text_range())
    text.close()
    return " ".join(HIDDEN.sub("", found).split())


def folded(text: str) -> str:
    """Text to be found again in `words`: without spaces and vowel signs, which float where they are drawn, and with the
    two letters of the Arabic lam-alef in the order in which PDFium reads their one sign.
    """
    letters = (letter for letter in text if not letter.isspace() and unicodedata.category(letter) != "Mn")
    return "".join(letters).replace("لا", "ال")


def letters(pdf: bytes, page: int = 0) -> list[tuple[str, float]]:
    """Every letter of a page and where its left edge is, in points, in the order of the file."""
    with opened(pdf) as document:
        text = document[page].get_textpage()
        whole = str(text.get_text_range())
        count = text.count_chars()
        places = [text.get_charbox(at)[0] for at in range(count)]
        text.close()
    return list(zip(whole, places, strict=False))


def place_of(pdf: bytes, figure: str, page: int = 0) -> float:
    """Where a word of the page begins on the left, in points.

    Raises:
        ValueError: it is not there.
    """
    found = letters(pdf, page)
    return found["".join(letter for letter, _ in found).index(figure)][1]


def looks(pdf: bytes, page: int = 0, scale: float = 1.0) -> NDArray[np.uint8]:
    """A page as pixels, RGB (height, width, 3)."""
    with opened(pdf) as document:
        return np.asarray(document[page].render(scale=scale).to_numpy()[:, :, ::-1].copy(), np.uint8)


def filled(pdf: bytes, **values: str) -> bytes:
    """The form as a viewer saves it."""
    writer = PdfWriter(clone_from=io.BytesIO(pdf))
    states = {name: f"/{value}" if name == "opinion" else value for name, value in values.items()}
    for page in writer.pages:
        writer.update_page_form_field_values(page, states, auto_regenerate=False)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()
