"""The disk of the record fails while the kit runs: pages say so, and what needs no record goes on."""

from __future__ import annotations

import asyncio
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi.testclient import TestClient

from edge.errors import BundleDamaged
from edge.web import WebParts, create_app, create_fallback
from edge.web.live import picture_stream, shared_pictures
from edge.web.pace import Pace
from edge.web.welcome import Welcome
from tests.cases import PaintedLive, painted_frame, painted_parts

API = "/api/v1"
STAYS = Welcome(lambda: True)
DAMAGED = BundleDamaged("The file classifier.onnx differs from the signed list.", "Copy it again.")
FINDING = {"level": "ISSUE", "check": "disk", "what": "It is slow.", "remedy": "Replace it."}


class FailingDisk:
    """A connection as sqlite3 leaves it on a disk that answers no more."""

    in_transaction = False

    def execute(self, *_: object) -> NoReturn:
        raise sqlite3.OperationalError("disk I/O error")

    executemany = execute

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[WebParts]:
    made = painted_parts(tmp_path, PaintedLive(painted_frame(1, 2, (200, 150))))
    yield replace(made, findings=lambda: [FINDING])
    made.record.close()


@pytest.fixture
def client(parts: WebParts, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A kit whose disk fails after a case was begun."""
    with TestClient(create_app(parts), "http://localhost", raise_server_exceptions=False) as visitor:
        visitor.post(f"{API}/cases", json={"pseudonym": "A-17"})
        with monkeypatch.context() as patch:
            patch.setattr(parts.record.database, "connection", FailingDisk())
            yield visitor


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/1", "/cases/1/cells", "/control", "/settings", "/first-run"])
def test_every_page_says_what_is_ill_and_what_to_do(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 503
    for words in (
        "does not answer (disk I/O error)",
        "Check the disk, its cable",
        "record.disk",
        f"{API}/support.zip",
    ):
        assert words in page.text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/cases"), ("POST", "/cases"), ("GET", "/cases/1"), ("POST", "/cases/1/fields"), ("PATCH", "/settings")],
)
def test_so_does_every_answer_of_the_api(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, API + path, json={"pseudonym": "B-2"} if path == "/cases" else {})
    assert (answer.status_code, answer.json()["code"]) == (503, "record.disk")


def test_health_says_which_part_is_ill(client: TestClient) -> None:
    answer = client.get("/health", headers={"Accept-Language": "es"})
    body = answer.json()
    assert (answer.status_code, body["ok"], body["source"]["phase"], body["store"]["ok"]) == (503, False, "live", False)
    assert (body["store"]["fault"]["code"], body["bundle"]["name"]) == ("record.disk", "painted")
    assert body["store"]["fault"]["detail"].startswith("El disco del registro no responde")


def test_metrics_tell_the_rest(client: TestClient, parts: WebParts) -> None:
    figures = client.get("/metrics")
    assert figures.status_code == 200
    for line in ("marrowkit_record_usable 0.0", "marrowkit_source_usable 1.0", 'marrowkit_bundle_info{digest="5ec0'):
        assert line in figures.text
    assert "marrowkit_cases{" not in figures.text


def test_metrics_tell_all_of_a_well_record(parts: WebParts) -> None:
    with TestClient(create_app(parts), "http://localhost") as visitor:
        figures = visitor.get("/metrics").text
    for line in ("marrowkit_record_usable 1.0", 'marrowkit_cases{state="open"} 0.0', 'marrowkit_control{level="ok"}'):
        assert line in figures


def support_of(visitor: TestClient) -> Any:
    answer = visitor.get(f"{API}/support.zip")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return json.loads(archive.read("support.json"))


def test_the_support_bundle_comes_with_what_can_be_told(client: TestClient) -> None:
    client.get(f"{API}/cases")
    known = support_of(client)
    for ill in ("settings", "control", "record"):
        assert known[ill]["fault"]["code"] == "record.disk", ill
    assert (known["bundle"]["ref"]["name"], known["source"]["phase"], known["findings"]) == (
        "painted",
        "running",
        [FINDING],
    )
    assert known["problems"][0]["code"] == "record.disk"
    assert known["versions"]["numpy"]


def test_a_doctor_that_stumbles_does_not_keep_it_back(parts: WebParts) -> None:
    def stumble() -> NoReturn:
        raise DAMAGED

    with TestClient(create_app(replace(parts, findings=stumble)), "http://localhost") as visitor:
        known = support_of(visitor)
    assert (known["findings"]["fault"]["code"], known["record"]["fields"]) == ("bundle.damaged", 0)


def test_a_kit_that_could_not_start_tells_support_why(parts: WebParts) -> None:
    with TestClient(create_fallback(DAMAGED, findings=lambda: [FINDING]), "http://localhost") as visitor:
        assert "support.zip" in visitor.get("/", headers={"Accept": "text/html"}).text
        known = support_of(visitor)
        errors = visitor.get(f"{API}/errors").json()
    assert (known["fault"]["code"], known["fault"]["detail"]) == ("bundle.damaged", DAMAGED.what)
    assert known["findings"] == [FINDING]
    assert [each["code"] for each in errors] == [each["code"] for each in known["problems"]] == ["bundle.damaged"]


def test_the_live_picture_goes_on(client: TestClient, parts: WebParts) -> None:
    async def first_picture() -> bytes:
        stream = picture_stream(parts, shared_pictures(), Pace(), STAYS)
        return b"".join([await anext(stream), await anext(stream)])

    assert b"\xff\xd8\xff" in asyncio.run(first_picture())


def test_the_kit_goes_on_once_the_disk_answers_again(parts: WebParts, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(create_app(parts), "http://localhost") as visitor:
        with monkeypatch.context() as patch:
            patch.setattr(parts.record.database, "connection", FailingDisk())
            assert visitor.get(f"{API}/cases").status_code == 503
        assert visitor.get(f"{API}/cases").status_code == 200
        assert visitor.get("/health").status_code == 200
