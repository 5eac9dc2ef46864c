"""Every word of the page in every language that it speaks, and the reader's language found."""

from __future__ import annotations

import html
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from edge.nouns import ORIGINAL, UNREVIEWED
from edge.web import create_app, scripted
from edge.web.files import STATIC
from edge.web.language import LANGUAGES, accepted, translation
from tests import messages
from tests.cases import PaintedLive, painted_parts

TRANSLATED = sorted(set(LANGUAGES) - {"en"})


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated(code: str) -> None:
    """Where this fails: `python -m tests.messages`, translate what it lists, and run it again."""
    said = messages.translations(messages.read_catalogue(code))
    assert {message for message, forms in said.items() if all(forms)} == messages.messages()


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_sentence_is_left_in_english(code: str) -> None:
    said = messages.translations(messages.read_catalogue(code))
    sentences = {message: forms for message, forms in said.items() if isinstance(message, str) and " " in message}
    assert [message for message, (form,) in sentences.items() if message.endswith(".") and form == message] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_message_has_as_many_forms_as_its_language(code: str) -> None:
    for message, forms in messages.translations(messages.read_catalogue(code)).items():
        assert len(forms) == (1 if isinstance(message, str) else len(LANGUAGES[code].forms)), message


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_kit_reads_is_what_people_wrote(code: str) -> None:
    compiled = messages.po_path(code).with_suffix(".mo").read_bytes()
    assert messages.read_compiled(compiled) == messages.translations(messages.read_catalogue(code))


@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_keep_the_figures(code: str) -> None:
    """A form for one certain number ("one cell") may do without the figure; the last, for all others, may not."""
    for message, forms in messages.translations(messages.read_catalogue(code)).items():
        wanted = places(message if isinstance(message, str) else message[1])
        assert places(forms[-1]) == wanted, message
        assert all(set(places(form)) <= set(wanted) for form in forms), message


def places(text: str) -> list[tuple[str, str]]:
    """The places of figures, with their formats."""
    return sorted((name, form or "") for _, name, form, _ in string.Formatter().parse(text) if name)


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


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_page_whose_words_nobody_has_read_says_so(client: TestClient, code: str) -> None:
    page = html.unescape(client.get("/", params={"lang": code}).text)
    assert (translation(code)(UNREVIEWED) in page) == (code != ORIGINAL)


def test_scripts_get_their_words(client: TestClient) -> None:
    assert words_with(client.get("/", params={"lang": "es"}).text)["Blasts"] == "Blastos"
    assert words_with(client.get("/", params={"lang": "en"}).text) == {"": ["one", "other"]}


SCRIPTS = sorted(path.name for path in STATIC.glob("*.js"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_words_of_all_that_a_script_imports_come_with_its_page(script: str) -> None:
    """Told apart by what the script's own lines say, whatever way they are written in."""
    text = (STATIC / script).read_text("utf-8")
    imported = {line.rpartition("/")[2].rstrip('";') for line in text.splitlines() if line.startswith("import ")}
    assert imported <= scripted.needed(script) <= set(SCRIPTS)
    for each in imported:
        assert scripted.needed(each) <= scripted.needed(script)
    assert text.count("import(") == len(re.findall(r'import\("\./\w+\.js"\)', text))


def test_a_page_carries_the_words_of_its_scripts_and_no_others(client: TestClient) -> None:
    known = words_with(client.get("/settings", params={"lang": "es"}).text)
    said = {*scripted.said(), *(one for one, _ in scripted.counted())}
    of_settings = set().union(
        *(messages_in(name) for name in scripted.needed("settings.js") | scripted.needed("frame.js"))
    )
    assert set(known) - {""} == of_settings & said
    assert "Blasts" in said - of_settings


def messages_in(script: str) -> set[str]:
    text = (STATIC / script).read_text("utf-8")
    return {json.loads(f'"{each}"') for each in re.findall(r'\bn?_\(\s*"((?:[^"\\]|\\.)*)"', text)}


def words_with(page: str) -> Any:
    return json.loads(page.partition('<script type="application/json" id="words">')[2].partition("</script>")[0])
