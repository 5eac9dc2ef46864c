"""Who may ask: the kit's own names only, and changes only from its own page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

from edge.casework import Casework
from edge.record.listing import Listing
from edge.web import create_app, guard
from edge.web.guard import MAX_BODY_BYTES
from tests.cases import PaintedLive, painted_frame, painted_parts

LIVE = PaintedLive(painted_frame(1, 2, (200, 150)))
CASE = {"pseudonym": "A-17"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    parts = painted_parts(tmp_path_factory.mktemp("data"), LIVE)
    app = create_app(replace(parts, host_names=frozenset({"kit.local"})))
    with TestClient(app, "http://localhost", raise_server_exceptions=False) as visitor:
        yield visitor
    parts.record.close()


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "kit.local", "127.0.0.1:8000", "192.168.4.1", "[::1]:8000", "[fe80::1]"]
)
def test_our_own_names_and_addresses_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/openapi.json", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[evil"])
def test_a_name_that_somebody_points_here_is_not(client: TestClient, host: str) -> None:
    answer = client.get("/openapi.json", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "web.host")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 201),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Sec-Fetch-Site": "none"}, 201),
        ({"Origin": "http://localhost"}, 201),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:9999"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_changes_come_from_our_own_page(client: TestClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/api/v1/cases", json=CASE, headers=headers).status_code == status


def test_an_enormous_body_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/api/v1/cases", json=CASE, headers={"Content-Length": str(MAX_BODY_BYTES + 1)})
    assert (answer.status_code, answer.json()["code"]) == (413, "web.too_large")


def test_only_a_form_may_carry_as_much_as_a_picture_needs(client: TestClient) -> None:
    """A hundred megabytes of JSON brackets took 3 GB before anybody was asked who he is."""
    much = {"Content-Length": str(MAX_BODY_BYTES + 1)}
    form = {**much, "Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/api/v1/session", content=b"[" * 10, headers=much).status_code == 413
    assert client.post("/api/v1/cases/1/fields", content=b"--x--", headers=form).status_code != 413


def test_a_body_that_never_says_how_long_it_is_is_read_no_further_than_the_limit(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked as a server asks: a test client reads all of a body before it sends it."""
    monkeypatch.setattr(guard, "MAX_BODY_BYTES", 2500)
    read, said = [], []
    scope = {"type": "http", "method": "POST", "path": "/api/v1/cases", "query_string": b"", "root_path": ""}
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"transfer-encoding", b"chunked")]

    async def receive() -> Message:
        read.append(1000)
        return {"type": "http.request", "body": b" " * 1000, "more_body": len(read) < 50}

    async def send(message: Message) -> None:
        said.append(message)

    async def ask() -> None:
        await client.app({**scope, "headers": headers}, receive, send)

    asyncio.run(ask())
    assert (said[0]["status"], json.loads(said[1]["body"])["code"]) == (413, "web.too_large")
    assert len(read) == 3


@pytest.mark.parametrize("path", ["/", "/static/bench.js", "/openapi.json", "/nothing"])
def test_every_answer_runs_only_our_own_scripts(client: TestClient, path: str) -> None:
    assert_marked(client.get(path).headers["content-security-policy"])


@pytest.mark.parametrize("path", ["/cases/1", "/api/v1/cases"])
def test_so_does_the_answer_to_an_error_that_nobody_foresaw(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def stumble(*_: object) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(Listing, "count", stumble)
    monkeypatch.setattr(Casework, "case", stumble)
    answer = client.get(path, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert_marked(answer.headers["content-security-policy"])


def assert_marked(policy: str) -> None:
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("headers", "code"), [({"Host": "evil.example"}, "web.host"), ({"Origin": "null"}, "web.origin")]
)
def test_what_the_guard_refuses_is_what_support_reads(client: TestClient, headers: dict[str, str], code: str) -> None:
    client.post("/api/v1/cases", json=CASE, headers=headers)
    latest = client.get("/api/v1/errors").json()[0]
    assert latest["code"] == code


def test_pages_hold_no_inline_script_or_style(client: TestClient) -> None:
    for path in (Path(__file__).parents[2] / "edge/web/templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert "style=" not in text
        assert "onclick=" not in text
    page = client.get("/").text
    assert page.count("<script") == page.count('<script type="module" src="/static/') + page.count("application/json")
