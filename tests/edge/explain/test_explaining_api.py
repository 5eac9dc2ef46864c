"""Explanations through the API: documented shapes, remembered, and never while the station examines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from edge.casework import open_casework
from edge.explain import Explained, ExplainingStation, RecordedField
from edge.record import Record
from edge.station import open_station
from edge.types import Frame, Pixels
from edge.web import WebParts, create_app
from edge.web.api.explanation_shapes import ExplanationShape
from firmware_bridge.imagefile import decode_image
from tests.cases import PaintedLive, painted_parts
from tests.stations import simulated_field
from tests.tiny import judging_bundle, trusting

PIXELS: Pixels = simulated_field((960, 720), cells=14, seed=6)
CELL = "/api/v1/cases/1/fields/1/cells/1"


class Counting:
    """Explains, and counts how often it had to."""

    def __init__(self, station: ExplainingStation) -> None:
        self._station = station
        self.asked = 0

    def __call__(self, field: RecordedField, cell_id: int) -> Explained:
        self.asked += 1
        return self._station.explain(field, cell_id)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Counting]]:
    folder = tmp_path_factory.mktemp("explaining")
    bundle = judging_bundle(folder / "b", "density")
    station = ExplainingStation(open_station(str(bundle.path), trusting(folder / "data")))
    with closing(station), closing(Record(folder / "data")) as record:
        counting = Counting(station)
        live = PaintedLive(Frame(PIXELS, um_per_px=0.11))
        parts = WebParts(live, station, open_casework(record, station.model), decode_image, explain=counting)
        with TestClient(create_app(parts), "http://localhost") as client:
            client.post("/api/v1/cases", json={"pseudonym": "A-17"})
            assert client.post("/api/v1/cases/1/fields").status_code == 201
            yield client, counting


def test_a_cell_is_explained_in_the_documented_shape(served: tuple[TestClient, Counting]) -> None:
    client, _ = served
    answer = client.get(f"{CELL}/explanation")
    assert answer.status_code == 200
    told = ExplanationShape.model_validate(answer.json())
    cell = client.get(CELL).json()
    assert (told.field, told.cell) == (1, 1)
    assert told.fuzzy.score == pytest.approx(cell["fuzzy_score"], abs=1e-3)
    assert told.network.difference < 0.05
    assert {curves.name for curves in told.fuzzy.inputs} <= set(cell["features"])
    total = told.centres.base + told.centres.others + sum(each.says for each in told.centres.nearest)
    assert 1 / (1 + np.exp(-total)) == pytest.approx(told.centres.blast, abs=1e-6)


def test_the_map_is_a_picture_and_is_not_made_twice(served: tuple[TestClient, Counting]) -> None:
    client, counting = served
    address = client.get(f"{CELL}/explanation").json()["network"]["occlusion"]
    before = counting.asked
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (320, 320, 3)
    assert counting.asked == before
    assert client.get(address).content == answer.content


def test_a_picture_that_the_browser_still_has_is_not_made_again(served: tuple[TestClient, Counting]) -> None:
    client, counting = served
    tag = client.get(f"{CELL}/occlusion.png").headers["etag"]
    before = counting.asked
    another = f"{CELL.rpartition('/')[0]}/2/occlusion.png"
    assert client.get(another, headers={"If-None-Match": tag}).status_code == 304
    assert counting.asked == before


@pytest.mark.parametrize(
    "place", ["cases/1/fields/1/cells/999", "cases/1/fields/9/cells/1", "cases/7/fields/1/cells/1"]
)
@pytest.mark.parametrize("what", ["explanation", "occlusion.png"])
def test_what_is_not_there_is_a_problem(served: tuple[TestClient, Counting], place: str, what: str) -> None:
    answer = served[0].get(f"/api/v1/{place}/{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "record.unknown")
    assert answer.json()["remedy"]


def test_both_addresses_are_in_the_documentation(served: tuple[TestClient, Counting]) -> None:
    document: dict[str, Any] = served[0].get("/openapi.json").json()
    address = "/api/v1/cases/{case_id}/fields/{number}/cells/{cell_id}"
    known = document["paths"][f"{address}/explanation"]["get"]["responses"]
    assert {"200", "404", "409"} <= set(known)
    assert "image/png" not in known["200"].get("content", {})
    assert f"{address}/occlusion.png" in document["paths"]
    assert "ExplanationShape" in document["components"]["schemas"]


def test_a_page_without_an_explaining_station_has_no_such_address(tmp_path: Path) -> None:
    parts = painted_parts(tmp_path, PaintedLive(Frame(PIXELS)))
    with closing(parts.record), TestClient(create_app(parts), "http://localhost") as client:
        assert client.get(f"{CELL}/explanation").status_code == 404
