"""Pages, health and the fallback page, as HTML without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from edge.errors import BundleDamaged, StoreDamaged
from edge.web import WebParts, create_app, create_fallback
from firmware_bridge.errors import Fault, SourceLost, SourceUnavailable
from firmware_bridge.recording import RecordingState
from tests.cases import PaintedLive, painted_frame, painted_parts

DISCLAIMER = "Decision support, not a diagnosis."
HTML = {"Accept": "text/html"}


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[WebParts]:
    made = painted_parts(tmp_path, PaintedLive(painted_frame(1, 2, (200, 150))))
    yield made
    made.record.close()


@pytest.fixture
def client(parts: WebParts) -> Iterator[TestClient]:
    with TestClient(create_app(parts), "http://localhost", headers=HTML) as visitor:
        yield visitor


def test_the_start_page_asks_for_a_case_until_there_is_one(client: TestClient) -> None:
    assert "Begin with a case" in client.get("/").text
    client.post("/api/v1/cases", json={"pseudonym": "A-17"})
    assert "A-17" in client.get("/").text


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/1", "/cases/99", "/nothing"])
def test_every_page_says_what_it_is_not(client: TestClient, path: str) -> None:
    client.post("/api/v1/cases", json={"pseudonym": "A-17"})
    assert DISCLAIMER in client.get(path).text


def test_a_code_is_text_and_never_markup(client: TestClient) -> None:
    client.post("/api/v1/cases", json={"pseudonym": "<script>x"})
    for path in ("/", "/cases/1", "/cases/1/cells", "/cases/1/result", "/cases/1/log"):
        assert "<script>x" not in client.get(path).text
        assert "&lt;script&gt;x" in client.get(path).text


def test_an_error_is_a_page_for_people(client: TestClient) -> None:
    answer = client.get("/cases/99")
    assert answer.status_code == 404
    assert "There is no case number 99." in answer.text
    assert "record.unknown" in answer.text


def test_health_names_source_bundle_and_store(client: TestClient) -> None:
    answer = client.get("/health")
    body = answer.json()
    assert (answer.status_code, body["ok"]) == (200, True)
    assert {name: body["source"][name] for name in ("uri", "phase", "age_s", "fault")} == {
        "uri": "sim:painted",
        "phase": "live",
        "age_s": 0,
        "fault": None,
    }
    assert body["bundle"]["name"] == "painted"
    assert body["store"]["ok"]


def test_health_is_503_while_the_camera_is_lost(client: TestClient, parts: WebParts) -> None:
    assert isinstance(parts.live, PaintedLive)
    parts.live.lose(SourceLost("The camera was unplugged.", "Plug it in again."), age_s=3.0)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()["source"]["fault"]["code"]) == (503, "source.lost")
    counts = answer.json()["source"]["counts"]
    assert (counts["openings"], counts["losses"], counts["pictures"]) == (3, 3, 1)


def test_health_tells_of_the_recording(client: TestClient, parts: WebParts) -> None:
    assert client.get("/health").json()["recording"] is None
    assert isinstance(parts.live, PaintedLive)
    parts.live.recording = RecordingState("recording", 7, 2)
    recording = client.get("/health").json()["recording"]
    assert recording == {"phase": "recording", "fault": None, "pictures": 7, "missed": 2}


def test_the_page_stays_up_without_a_camera(tmp_path: Path) -> None:
    absent = PaintedLive()
    absent.lose(SourceUnavailable("There is no camera 0.", "Plug it in."), age_s=None)
    parts = painted_parts(tmp_path / "none", absent)
    with TestClient(create_app(parts), "http://localhost", headers=HTML) as visitor:
        assert visitor.get("/").status_code == 200
        health = visitor.get("/health")
        assert (health.status_code, health.json()["source"]["fault"]["remedy"]) == (503, "Plug it in.")
    parts.record.close()


@pytest.mark.parametrize(
    "fault",
    [
        BundleDamaged("A file of bundle screen differs from the signed list.", "Copy it again."),
        StoreDamaged("The database is damaged and was left as it is.", "Set a copy aside."),
    ],
)
def test_a_station_that_cannot_start_says_so(fault: Fault) -> None:
    with TestClient(create_fallback(fault), "http://localhost", headers=HTML) as visitor:
        for path in ("/", "/cases/1"):
            page = visitor.get(path)
            assert page.status_code == 503
            assert all(words in page.text for words in (fault.what, fault.remedy, fault.code, DISCLAIMER))
        health = visitor.get("/health")
        assert (health.status_code, health.json()["fault"]["code"]) == (503, fault.code)
        assert visitor.post("/api/v1/cases/1/fields").json()["remedy"] == fault.remedy
        assert visitor.get("/static/base.css").status_code == 200
