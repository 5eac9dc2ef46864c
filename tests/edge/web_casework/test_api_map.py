"""What holds of the whole API: it is documented, speaks the reader's language, and never waits in the event loop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

from edge.record.database import Database
from edge.web import WebParts, live
from tests.casebooks import PIN
from tests.cases import PaintedLive
from tests.visits import API, CASE, CELL, code_of, good, hand_of, visiting


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("en", "There is no case number 1."),
        ("es-MX, en;q=0.5", "No hay nada con ese número."),
        ("ar", "لا شيء بهذا الرقم."),
    ],
)
def test_a_problem_is_told_in_the_readers_language(client: TestClient, language: str, detail: str) -> None:
    answer = client.post(f"{CASE}/undo", json={"step": 1}, headers={"Accept-Language": language}).json()
    assert (answer["code"], answer["detail"]) == ("record.unknown", detail)


def test_every_route_is_documented_with_what_may_go_wrong(client: TestClient) -> None:
    paths = good(client.get("/openapi.json"))["paths"]
    for path, methods in paths.items():
        for method, route in methods.items():
            assert route.get("summary"), (method, path)
            assert route.get("description"), (method, path)
    sign = paths["/api/v1/cases/{case_id}/sign"]["post"]["responses"]
    assert "`pin.wrong`" in sign["403"]["description"]
    assert "`case.signed`" in sign["409"]["description"]


def test_errors_are_documented_as_what_they_are_sent_as(client: TestClient) -> None:
    document = good(client.get("/openapi.json"))
    kinds = {
        (kind, entry["schema"]["$ref"].rpartition("/")[2])
        for methods in document["paths"].values()
        for route in methods.values()
        for status, response in route["responses"].items()
        if status[0] in "45"
        for kind, entry in response.get("content", {}).items()
    }
    assert kinds == {("application/problem+json", "ProblemShape")}
    assert "ProblemShape" in document["components"]["schemas"]
    for path, status in ((f"{API}/cases/99", 404), (f"{API}/cases?limit=no", 422)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        jsonschema.validate(
            answer.json(), {**document["components"]["schemas"]["ProblemShape"], "components": document["components"]}
        )
    named = {name for name in document["components"]["schemas"] if "Validation" in name}
    assert named == set()


def test_the_live_picture_is_documented_as_what_it_is(client: TestClient) -> None:
    paths = good(client.get("/openapi.json"))["paths"]
    (kind,) = paths["/live.mjpg"]["get"]["responses"]["200"]["content"]
    assert kind == "multipart/x-mixed-replace; boundary=frame"
    assert {"/health", "/metrics", f"{API}/events"} <= set(paths)


def test_every_body_that_may_be_sent_has_an_example_that_fits(client: TestClient) -> None:
    described = good(client.get("/openapi.json"))
    schemas = described["components"]["schemas"]
    seen = 0
    for methods in described["paths"].values():
        for route in methods.values():
            body = route.get("requestBody", {}).get("content", {}).get("application/json")
            for name in () if body is None else _names(body["schema"]):
                (shown,) = schemas[name]["examples"]
                jsonschema.validate(shown, {**schemas[name], "components": described["components"]})
                seen += 1
    assert seen >= 20


def test_a_control_run_is_refused_as_a_case_whatever_is_asked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every method of every address with a case's number in it, and each says so in its documentation."""
    good(client.post(f"{API}/controls", json={"name": "Slide 1"}), 201)
    run = good(client.post(f"{API}/controls/1/runs"), 201)
    good(client.post(f"{API}/controls/1/runs/1/fields"), 201)
    asked = 0
    for path, methods in good(client.get("/openapi.json"))["paths"].items():
        for method in methods if "{case_id}" in path else ():
            here = path.format(case_id=run["case"], number=1, cell_id=1)
            assert code_of(client.request(method, here), 409) == "case.control", (method, path)
            assert "`case.control`" in methods[method]["responses"]["409"]["description"], (method, path)
            asked += 1
    assert asked >= 30
    both = {"left": run["case"], "right": run["case"]}
    assert code_of(client.get(f"{API}/cases/compare", params=both), 409) == "case.control"
    monkeypatch.setattr(live, "event_stream", _no_news)
    assert code_of(client.get(f"{API}/events", params={"case": run["case"]}), 409) == "case.control"
    for view in ("", "/cells", "/result", "/log"):
        page = client.get(f"/cases/{run['case']}{view}", headers={"Accept": "text/html"})
        assert page.status_code == 409
        assert 'href="/control"' in page.text
        assert "case.control" in page.text


async def _no_news(*_: object) -> AsyncIterator[str]:
    yield ""


def _names(schema: dict[str, Any]) -> list[str]:
    parts = schema.get("oneOf", [schema])
    return [part["$ref"].split("/")[-1] for part in parts if "$ref" in part]


def test_the_map_of_the_api_names_every_route(client: TestClient) -> None:
    text = (Path(__file__).parents[3] / "edge/web/API.md").read_text("utf-8")
    for path in good(client.get("/openapi.json"))["paths"]:
        last = [part for part in path.split("/") if part and not part.startswith("{")][-1]
        assert last in text, path


def test_the_map_of_the_api_names_only_errors_that_there_are(client: TestClient) -> None:
    text = (Path(__file__).parents[3] / "edge/web/API.md").read_text("utf-8")
    documented = client.get("/openapi.json").text
    errors = set(re.findall(r"`(\w+\.\w+)` \d{3}", text))
    assert len(errors) >= 20
    assert {code for code in errors if f"`{code}`" not in documented} == set()


def test_the_event_loop_never_waits_for_the_database(
    parts: WebParts, live: PaintedLive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every statement of a whole case is asked in a worker thread: none in a thread where an event loop runs."""
    statements: list[bool] = []
    plain = Database.alone

    @contextmanager
    def watched(self: Database) -> Iterator[None]:
        statements.append(asyncio._get_running_loop() is not None)
        with plain(self):
            yield

    monkeypatch.setattr(Database, "alone", watched)
    with visiting(parts) as client:
        client.post(f"{API}/operators", json={"name": "Amina", "pin": PIN})
        client.post(f"{API}/session", json={"operator": 1, "pin": PIN})
        client.post(f"{API}/cases", json={"pseudonym": "A-17"})
        good(client.post(f"{CASE}/fields"), 201)
        good(client.patch(CELL, json={"class": "granulocyte"}))
        client.post(f"{API}/controls", json={"name": "Slide 1"})
        client.post(f"{API}/controls/1/runs")
        good(client.post(f"{API}/controls/1/runs/1/fields"), 201)
        good(client.post(f"{CASE}/finish"))
        good(client.post(f"{CASE}/sign", json=hand_of(client, 1)))
        for path in ("/cases", "/cases/1", "/cases/1/report.pdf", "/cases/1/audit", "/controls/state", "/support.zip"):
            assert client.get(API + path).status_code == 200
        assert client.get("/metrics").status_code == 200
        assert client.get("/health").status_code == 200
    assert len(statements) > 100
    assert not any(statements)
