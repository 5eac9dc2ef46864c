"""Errors as people meet them: in their language, with what to do, and noted for support."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest
from fastapi.testclient import TestClient

from edge.errors import BundleDamaged
from edge.fault_words import OF_REQUESTS
from edge.record.listing import Listing
from edge.web import create_app, create_fallback
from edge.web.guard import MAX_BODY_BYTES
from edge.web.language import COOKIE, LANGUAGES, translation
from edge.web.statuses import STATUS, TITLES
from edge.words import FAULTS, Sentence, say_code
from firmware_bridge.errors import BadPicture, SourceLost
from tests.cases import PaintedLive, painted_frame, painted_parts

API = "/api/v1"
NOT_LATIN = ("ar", "hi")
ENGLISH = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}")
"""Two words beside each other; one alone may be a name, such as that of a command."""
DAMAGED = BundleDamaged("The file classifier.onnx differs from the signed list.", "Copy it again.")


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(painted_frame(1, 2, (200, 150)))


@pytest.fixture
def client(tmp_path: Path, live: PaintedLive) -> Iterator[TestClient]:
    parts = painted_parts(tmp_path, live)
    with TestClient(create_app(parts), "http://localhost", raise_server_exceptions=False) as visitor:
        yield visitor
    parts.record.close()


@pytest.fixture
def fallback() -> Iterator[TestClient]:
    with TestClient(create_fallback(DAMAGED), "http://localhost") as visitor:
        yield visitor


def stumble(*_: object) -> NoReturn:
    raise ZeroDivisionError


class Ask(NamedTuple):
    """What is asked, and which problem comes of it."""

    code: str
    status: int
    method: str
    path: str
    options: dict[str, Any] = {}  # noqa: RUF012 nobody changes it


FORM = {"Content-Type": "multipart/form-data"}
ASKS = [
    Ask("web.404", 404, "GET", "/nothing"),
    Ask("record.unknown", 404, "GET", f"{API}/cases/9"),
    Ask("web.405", 405, "PUT", f"{API}/cases"),
    Ask("web.invalid", 422, "POST", f"{API}/cases", {"json": {"pseudonym": "A", "specimen": "soup"}}),
    Ask("web.400", 400, "POST", f"{API}/cases/1/fields", {"content": b"x", "headers": FORM}),
    Ask("case.empty", 409, "POST", f"{API}/cases/1/finish"),
    Ask("source.lost", 503, "POST", f"{API}/cases/1/fields"),
    Ask("web.origin", 403, "POST", f"{API}/cases", {"headers": {"Origin": "http://evil.example"}}),
    Ask("web.too_large", 413, "POST", f"{API}/cases", {"headers": {"Content-Length": str(MAX_BODY_BYTES + 1)}}),
    Ask("web.host", 421, "GET", "/", {"headers": {"Host": "evil.example"}}),
    Ask("internal", 500, "GET", f"{API}/cases"),
]


@pytest.fixture
def ill(client: TestClient, live: PaintedLive, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A kit with an empty case, without a camera, and with a bug."""
    client.post(f"{API}/cases", json={"pseudonym": "A-17"})
    live.lose(SourceLost("The camera was unplugged.", "Plug it in again."), age_s=1.0)
    monkeypatch.setattr(Listing, "count", stumble)
    return client


@pytest.mark.parametrize("language", [*NOT_LATIN, "fr"])
@pytest.mark.parametrize("in_what", [None, BadPicture("1.jpg cannot be read.", "Check the disk.")])
def test_for_want_of_files_nothing_else_is_blamed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, language: str, in_what: BadPicture | None
) -> None:
    cause = OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def fail(*_: object) -> NoReturn:
        raise cause if in_what is None else in_what from cause

    monkeypatch.setattr(Listing, "count", fail)
    said = client.get(f"{API}/cases", headers={"Accept-Language": language}).json()
    assert (said["status"], said["code"]) == (503, "kit.files")
    assert said["remedy"] == translation(language)(OF_REQUESTS["kit.files"][1]) != OF_REQUESTS["kit.files"][1]


def test_another_word_of_the_system_is_an_error_that_nobody_foresaw(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(Listing, "count", fail)
    assert client.get(f"{API}/cases").json()["code"] == "internal"


def asked(client: TestClient, ask: Ask, **headers: str) -> Any:
    options = {**ask.options, "headers": {**ask.options.get("headers", {}), **headers}}
    return client.request(ask.method, ask.path, **options)


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.code)
@pytest.mark.parametrize("language", NOT_LATIN)
def test_no_error_speaks_english_to_who_reads_another_language(ill: TestClient, ask: Ask, language: str) -> None:
    answer = asked(ill, ask, **{"Accept-Language": language})
    said = answer.json()
    assert (answer.status_code, said["status"], said["code"]) == (ask.status, ask.status, ask.code)
    assert said["title"] == translation(language)(TITLES[ask.status]) != TITLES[ask.status]
    assert not ENGLISH.search(f"{said['title']}. {said['detail']} {said['remedy']}"), said


@pytest.mark.parametrize("ask", ASKS, ids=lambda ask: ask.code)
def test_the_code_of_an_error_is_what_support_reads(ill: TestClient, ask: Ask) -> None:
    asked(ill, ask)
    newest = ill.get(f"{API}/errors").json()[0]
    assert (newest["code"], newest["status"], newest["method"]) == (ask.code, ask.status, ask.method)


@pytest.mark.parametrize("ask", [each for each in ASKS if not each.path.startswith(API)], ids=lambda ask: ask.code)
@pytest.mark.parametrize("language", NOT_LATIN)
def test_nor_does_a_page_about_it(ill: TestClient, ask: Ask, language: str) -> None:
    ill.cookies.set(COOKIE, language)
    page = asked(ill, ask, Accept="text/html")
    assert page.status_code == ask.status
    assert not ENGLISH.search(shown(page.text)), shown(page.text)
    assert ask.code in page.text


def shown(page: str) -> str:
    """What people read in the middle of a page."""
    main = page.partition("<main ")[2].partition(">")[2].partition("</main>")[0]
    return unescape(re.sub(r"<[^>]*>", " · ", main))


@pytest.mark.parametrize("language", NOT_LATIN)
def test_a_kit_that_cannot_start_says_so_in_the_readers_language(fallback: TestClient, language: str) -> None:
    headers = {"Accept-Language": language}
    page = fallback.get("/cases", headers={**headers, "Accept": "text/html"})
    said = [
        fallback.get(f"{API}/cases", headers=headers).json(),
        fallback.get("/health", headers=headers).json()["fault"],
    ]
    assert page.status_code == 503
    assert not ENGLISH.search(shown(page.text)), shown(page.text)
    assert not any(ENGLISH.search(f"{each['detail']} {each['remedy']}") for each in said), said
    assert {each["code"] for each in said} == {"bundle.damaged"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_it_says_so_whatever_is_asked(fallback: TestClient, method: str) -> None:
    for path in ("/", "/health", f"{API}/settings", "/static/nothing.js"):
        assert fallback.request(method, path).status_code == 503


def test_in_english_a_fault_says_what_it_is_about(fallback: TestClient) -> None:
    said = fallback.get(f"{API}/cases", headers={"Accept-Language": "en"}).json()
    assert (said["detail"], said["remedy"]) == (DAMAGED.what, DAMAGED.remedy)


def test_values_that_do_not_fit_are_named_for_programs(client: TestClient) -> None:
    answer = client.post(f"{API}/cases", json={"specimen": "soup"}).json()
    assert answer["errors"] == [
        {"place": "body.pseudonym", "kind": "missing"},
        {"place": "body.specimen", "kind": "literal_error"},
    ]


def test_every_status_of_a_fault_has_a_name() -> None:
    assert set(STATUS.values()) == set(TITLES)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_fault_that_was_written_down_is_said_in_the_readers_language(language: str) -> None:
    translate = translation(language)
    own = Sentence("There is no bundle 'x'.", "Install it.")
    assert say_code("bundle.missing", own, translate).text == translate(FAULTS["bundle.missing"].text) != own.text
    assert say_code("bundle.missing", own, translation("en")) == own
    assert say_code("internal", Sentence("", "")).text == FAULTS["internal"].text
    assert say_code("of.another.version", own, translate) == own
