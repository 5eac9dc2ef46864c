"""Who may ask: the kit's own names only, and changes only from its own page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from edge.web import create_app
from edge.web.guard import MAX_BODY_BYTES, Guard
from edge.web.parts import without_password
from tests.cases import PaintedLive, painted_frame, painted_parts

LIVE = PaintedLive(painted_frame(1, 2, (200, 150)))
CASE = {"pseudonym": "A-17"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    parts = painted_parts(tmp_path_factory.mktemp("data"), LIVE)
    with TestClient(Guard(create_app(parts), frozenset({"kit.local"})), "http://localhost") as visitor:
        yield visitor
    parts.record.close()


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "192.168.4.1", "[::1]:8000", "[fe80::1]"]
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


@pytest.mark.parametrize("path", ["/", "/static/bench.js", "/openapi.json", "/nothing"])
def test_every_answer_runs_only_our_own_scripts(client: TestClient, path: str) -> None:
    policy = client.get(path).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_pages_hold_no_inline_script_or_style(client: TestClient) -> None:
    for path in (Path(__file__).parents[2] / "edge/web/templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert "style=" not in text
        assert "onclick=" not in text
    page = client.get("/").text
    assert page.count("<script") == page.count('<script type="module" src="/static/') + page.count("application/json")


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("rtsp://admin:secret@10.0.0.2/live", "rtsp://10.0.0.2/live"),
        ("http://10.0.0.2:8080/?action=stream", "http://10.0.0.2:8080/?action=stream"),
        ("sim:", "sim:"),
        ("folder:///images", "folder:///images"),
    ],
)
def test_passwords_of_cameras_are_not_shown(uri: str, shown: str) -> None:
    assert without_password(uri) == shown
