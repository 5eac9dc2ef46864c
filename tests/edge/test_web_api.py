"""`/api/v1` as a program sees it: every answer has a status that means it, every error a remedy."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from edge.document import document
from edge.types import Frame
from edge.web import WebParts, create_app
from firmware_bridge.errors import SourceFrozen, SourceLost
from tests.cases import PaintedExaminer, PaintedLive, painted_frame, painted_parts, pump_state

SIZE = (640, 480)
FRAME = painted_frame(1, 4, SIZE)
LOST = SourceLost("The camera was unplugged.", "Plug it in again.")
FIELDS = "/api/v1/cases/1/fields"


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(FRAME)


@pytest.fixture
def parts(tmp_path: Path, live: PaintedLive) -> Iterator[WebParts]:
    made = painted_parts(tmp_path, live)
    yield made
    made.record.close()


@pytest.fixture
def client(parts: WebParts) -> Iterator[TestClient]:
    with TestClient(create_app(parts), "http://localhost", raise_server_exceptions=False) as visitor:
        visitor.post("/api/v1/cases", json={"pseudonym": "A-17"})
        yield visitor


def file_of(frame: Frame, kind: str = "PNG") -> dict[str, Any]:
    buffer = BytesIO()
    Image.fromarray(frame.pixels).save(buffer, kind)
    return {"picture": (f"field.{kind.lower()}", buffer.getvalue())}


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    assert body["remedy"]
    return body


def test_a_case_is_begun_and_listed(client: TestClient) -> None:
    begun = client.post("/api/v1/cases", json={"pseudonym": "B-2", "specimen": "blood", "stain": "leishman"})
    assert begun.status_code == 201
    assert [case["pseudonym"] for case in client.get("/api/v1/cases").json()] == ["B-2", "A-17"]


def test_a_capture_is_examined_recorded_and_counted(client: TestClient, parts: WebParts) -> None:
    answer = client.post(FIELDS)
    assert answer.status_code == 201
    field = answer.json()["field"]
    result = client.get("/api/v1/cases/1").json()
    assert result["fields"] == [field]
    assert result["counts"] == field["counts"]
    assert result["counts"]["countable"] == 3
    assert len(parts.record.fields(1)) == 1


def test_the_same_picture_again_is_answered_but_not_counted(client: TestClient, parts: WebParts) -> None:
    client.post(FIELDS)
    again = client.post(FIELDS)
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert len(parts.record.fields(1)) == 1
    assert isinstance(parts.examiner, PaintedExaminer)
    assert len(parts.examiner.examined) == 1


def test_two_pages_that_capture_by_themselves_take_a_place_once(client: TestClient, live: PaintedLive) -> None:
    """Both heard that it was due before either had captured it."""
    by_itself = {"by_itself": True}
    assert client.post(FIELDS, params=by_itself).json()["is_new"]
    live.show(noisy(1))
    again = client.post(FIELDS, params=by_itself)
    assert (again.status_code, again.json()["is_new"], again.json()["field"]["number"]) == (200, False, 1)
    assert client.post(FIELDS).json()["is_new"], "a hand on the button means it"
    client.post("/api/v1/cases", json={"pseudonym": "B-2"})
    live.show(noisy(2))
    assert client.post("/api/v1/cases/2/fields", params=by_itself).json()["is_new"], "another case"
    live.show(painted_frame(2, 4, SIZE))
    assert client.post("/api/v1/cases/2/fields", params=by_itself).json()["is_new"], "another place"


def noisy(seed: int) -> Frame:
    """The next picture of the same place."""
    noise = np.random.default_rng(seed).integers(-3, 4, FRAME.pixels.shape)
    return Frame(np.clip(FRAME.pixels + noise, 0, 255).astype(np.uint8), name=f"noisy-{seed}.png")


def test_a_field_is_the_document_that_analyse_prints(client: TestClient) -> None:
    client.post(FIELDS)
    shown, printed = client.get(f"{FIELDS}/1").json(), document(PaintedExaminer().examine(FRAME))
    assert [each | cell for each, cell in zip(shown["cells"], printed["cells"], strict=True)] == shown["cells"]
    assert {**shown, "cells": []} == {**printed, "cells": []}


def test_a_field_speaks_the_readers_language(client: TestClient) -> None:
    client.post(FIELDS)
    said = client.get(f"{FIELDS}/1", headers={"Accept-Language": "es-MX,en;q=0.5"}).json()
    assert said["decision"]["reasons"] == [
        "Células contables: solo 3; un caso necesita 200. Cuente 197 más en otros campos."
    ]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_a_picture_can_be_handed_in(client: TestClient, kind: str) -> None:
    answer = client.post(FIELDS, files=file_of(painted_frame(2, 4, SIZE), kind))
    assert answer.status_code == 201
    assert answer.json()["field"]["name"] == f"field.{kind.lower()}"


def test_its_scale_may_be_given(client: TestClient) -> None:
    assert client.post(FIELDS, files=file_of(FRAME), data={"um_per_px": "0.11"}).status_code == 201
    assert_problem(client.post(FIELDS, files=file_of(FRAME), data={"um_per_px": "-1"}), 422, "web.invalid")


@pytest.mark.parametrize("content", [b"", b"no picture at all", file_of(FRAME)["picture"][1][:2000]])
def test_a_bad_file_is_told_what_it_is(client: TestClient, parts: WebParts, content: bytes) -> None:
    assert_problem(client.post(FIELDS, files={"picture": ("../../x.png", content)}), 422, "picture.unreadable")
    assert parts.record.fields(1) == ()


def test_a_refused_field_is_kept_and_says_why(client: TestClient, live: PaintedLive) -> None:
    live.show(Frame(FRAME.pixels // 6, name="dark.png"))
    field = client.post(FIELDS).json()["field"]
    result = client.get("/api/v1/cases/1").json()
    assert not field["ok"]
    assert (len(result["fields"]), result["counted_fields"], result["counts"]["nucleated"]) == (1, 0, 0)
    assert client.get(f"{FIELDS}/1").json()["quality"]["reasons"]
    assert client.get(f"{FIELDS}/1/outlines").json() == {"cells": {}, "nuclei": {}}


@pytest.mark.parametrize(
    "path",
    ["/api/v1/cases/9", "/api/v1/cases/9/fields/1", f"{FIELDS}/1", f"{FIELDS}/1/image.jpg", f"{FIELDS}/1/outlines"],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    assert_problem(client.get(path), 404, "record.unknown")


def test_an_unknown_address_is_404(client: TestClient) -> None:
    assert_problem(client.get("/api/v1/nothing"), 404, "web.404")


def test_a_capture_can_carry_all_that_it_takes_to_draw_it(client: TestClient) -> None:
    captured = client.post(FIELDS, params={"shown": True}).json()
    address = f"{FIELDS}/1"
    assert captured["shown"] == {
        "document": client.get(address).json(),
        "outlines": client.get(f"{address}/outlines").json(),
    }
    assert len(captured["shown"]["outlines"]["cells"]) == len(captured["shown"]["document"]["cells"]) > 0
    assert client.post(FIELDS).json()["shown"] is None


def test_a_capture_for_no_case_examines_nothing(client: TestClient, parts: WebParts) -> None:
    assert_problem(client.post("/api/v1/cases/9/fields"), 404, "record.unknown")
    assert isinstance(parts.examiner, PaintedExaminer)
    assert parts.examiner.examined == []


@pytest.mark.parametrize("body", [{"pseudonym": ""}, {"pseudonym": "x" * 65}])
def test_a_case_without_a_code_is_refused(client: TestClient, body: dict[str, str]) -> None:
    assert_problem(client.post("/api/v1/cases", json=body), 422, "setting")


@pytest.mark.parametrize("body", [{}, {"pseudonym": "A", "specimen": "soup"}])
def test_a_case_of_no_known_kind_is_refused(client: TestClient, body: dict[str, str]) -> None:
    assert_problem(client.post("/api/v1/cases", json=body), 422, "web.invalid")


@pytest.mark.parametrize("fault", [LOST, SourceFrozen("The same picture.", "Unplug it.")])
def test_nothing_is_captured_from_a_lost_or_frozen_camera(
    client: TestClient, live: PaintedLive, fault: SourceLost
) -> None:
    live.lose(fault, age_s=1.0)
    assert_problem(client.post(FIELDS), 503, "source.lost")


def test_nothing_is_captured_from_a_picture_that_stands_still(client: TestClient, live: PaintedLive) -> None:
    live.state = pump_state("running", 60.0)
    assert "60 s" in assert_problem(client.post(FIELDS), 503, "source.lost")["detail"]


def test_the_last_picture_of_a_folder_may_be_captured(client: TestClient, live: PaintedLive) -> None:
    live.state = pump_state("ended", 60.0)
    assert client.post(FIELDS).status_code == 201


def test_nothing_is_captured_before_the_first_picture(tmp_path: Path) -> None:
    parts = painted_parts(tmp_path / "none", PaintedLive())
    with TestClient(create_app(parts), "http://localhost") as visitor:
        visitor.post("/api/v1/cases", json={"pseudonym": "A-17"})
        assert_problem(visitor.post(FIELDS), 503, "source.unavailable")
    parts.record.close()


def test_a_full_disk_is_507_and_the_next_capture_works(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        assert "safe" in assert_problem(client.post(FIELDS), 507, "record.full")["detail"]
    assert client.post(FIELDS).status_code == 201


def test_a_bug_is_a_problem_too(client: TestClient, parts: WebParts, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_: Frame) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(parts.examiner, "examine", stumble)
    assert_problem(client.post(FIELDS), 500, "internal")


def test_outlines_are_those_of_the_labels(client: TestClient, parts: WebParts) -> None:
    client.post(FIELDS)
    outlines = client.get(f"{FIELDS}/1/outlines").json()
    labels = cv2.imread(str(parts.record.picture(parts.record.field(1, 1).cell_labels)), cv2.IMREAD_UNCHANGED)
    assert labels is not None
    drawn = np.zeros(labels.shape, np.int32)
    for cell, points in outlines["cells"].items():
        cv2.fillPoly(drawn, [np.array(points)], int(cell))
    overlap = ((drawn == labels) & (labels > 0)).sum() / (labels > 0).sum()
    assert overlap > 0.97


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("image.jpg", "image/jpeg"),
        ("thumbnail.jpg", "image/jpeg"),
        ("cells.png", "image/png"),
        ("nuclei.png", "image/png"),
    ],
)
def test_pictures_are_kept_by_browsers_that_ask_whether_they_are_still_the_same(
    client: TestClient, live: PaintedLive, name: str, kind: str
) -> None:
    client.post(FIELDS)
    answer = client.get(f"{FIELDS}/1/{name}")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (kind, "private, no-cache")
    asked = {"If-None-Match": answer.headers["etag"]}
    again = client.get(f"{FIELDS}/1/{name}", headers=asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    live.show(painted_frame(9, 4, SIZE))
    client.post(FIELDS)
    assert client.get(f"{FIELDS}/2/{name}", headers=asked).status_code == 200
    assert Image.open(BytesIO(answer.content)).width == SIZE[0] if "thumb" not in name else 200


def test_the_api_is_documented_and_loads_nothing_from_elsewhere(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    assert "/api/v1/cases/{case_id}/fields" in described["paths"]
    assert client.get("/docs").status_code == 404


def test_a_picture_that_somebody_took_away_is_told(client: TestClient, parts: WebParts) -> None:
    client.post(FIELDS)
    parts.record.picture(parts.record.field(1, 1).image).unlink()
    assert_problem(client.get(f"{FIELDS}/1/image.jpg"), 503, "record.damaged")
    assert client.get(f"{FIELDS}/1").status_code == 200
