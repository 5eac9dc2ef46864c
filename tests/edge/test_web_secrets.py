"""No password of a camera on any page, in any answer, in what support gets, or in the log."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from edge.web import create_app
from firmware_bridge.errors import SourceLost
from tests.cases import PaintedLive, painted_frame, painted_parts

URI = "http://me:s3cret@10.0.0.2/video?user=s3cret&Password=s3cret#timeout=2"
PAGES = ("/", "/health", "/metrics", "/api/v1/errors", "/settings", "/cases/1", "/cases/1/report", "/api/v1/session")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A kit whose network camera was lost."""
    live = PaintedLive(painted_frame(1, 2, (200, 150)))
    live.uri = URI
    parts = painted_parts(tmp_path, live)
    with TestClient(create_app(parts), "http://localhost") as visitor:
        visitor.post("/api/v1/cases", json={"pseudonym": "A-17"})
        visitor.post("/api/v1/cases/1/fields")
        live.lose(SourceLost(f"Nothing comes from {URI}.", "Plug it in again."), age_s=1.0)
        yield visitor
    parts.record.close()


@pytest.mark.parametrize("path", PAGES)
def test_no_answer_holds_it(client: TestClient, path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert "s3cret" not in client.get(path, headers={"Accept": "text/html"}).text
        said = client.post("/api/v1/cases/1/fields")
    assert (said.status_code, "s3cret" in said.text, "s3cret" in caplog.text) == (503, False, False)
    assert "10.0.0.2" in client.get("/health").text


def test_support_gets_the_address_without_it(client: TestClient) -> None:
    packed = zipfile.ZipFile(io.BytesIO(client.get("/api/v1/support.zip").content))
    content = b"".join(packed.read(name) for name in packed.namelist())
    assert b"s3cret" not in content
    assert b"http://***@10.0.0.2/video?user=***&Password=***#timeout=2" in content
