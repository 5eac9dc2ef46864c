"""Every word of the page in every language that it speaks, and the reader's language found."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from edge.web import create_app
from edge.web.language import LANGUAGES, accepted
from tests import messages
from tests.cases import PaintedLive, painted_parts

TRANSLATED = sorted(set(LANGUAGES) - {"en"})


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated(code: str) -> None:
    """Where this fails: `python -m tests.messages`, translate what it lists, and run it again."""
    known = {str(message.id) for message in messages.read_catalogue(code) if message.string}
    assert messages.messages() - known == set()


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_kit_reads_is_what_people_wrote(code: str) -> None:
    compiled = messages.po_path(code).with_suffix(".mo").read_bytes()
    assert messages.translations(compiled) == messages.translations(messages.compiled(messages.read_catalogue(code)))


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_figures(code: str) -> None:
    def places(text: str) -> list[tuple[str | None, str | None]]:
        return sorted((name, form) for _, name, form, _ in string.Formatter().parse(text) if name)

    for message in messages.read_catalogue(code):
        if message.id:
            assert places(str(message.id)) == places(str(message.string)), message.id


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        ("es", ["es"]),
        ("es-MX,es;q=0.9,en;q=0.8", ["es", "es", "en"]),
        ("en;q=0.2, es;q=0.7", ["es", "en"]),
        ("en;q=0, es", ["es"]),
        ("*", []),
        ("", []),
        ("es;q=many", []),
    ],
)
def test_accept_language(header: str, codes: list[str]) -> None:
    assert accepted(header) == codes


@given(st.text())
def test_no_accept_language_is_an_error(header: str) -> None:
    assert all(code.isalpha() for code in accepted(header))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    parts = painted_parts(tmp_path, PaintedLive())
    with TestClient(create_app(parts), "http://localhost") as visitor:
        yield visitor
    parts.record.close()


def test_a_language_asked_for_is_kept(client: TestClient) -> None:
    assert '<html lang="es"' in client.get("/?lang=es").text
    assert '<html lang="es"' in client.get("/cases").text
    assert '<html lang="en"' in client.get("/cases?lang=en").text


@pytest.mark.parametrize("wish", ["xx", "../../etc", ""])
def test_an_unknown_language_is_english(client: TestClient, wish: str) -> None:
    assert '<html lang="en"' in client.get("/", params={"lang": wish}).text


def test_scripts_get_their_words(client: TestClient) -> None:
    assert words_with(client.get("/", params={"lang": "es"}).text)["Blasts"] == "Blastos"
    assert words_with(client.get("/", params={"lang": "en"}).text) == {}


def words_with(page: str) -> Any:
    return json.loads(page.partition('<script type="application/json" id="words">')[2].partition("</script>")[0])
