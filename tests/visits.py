"""A whole kit over painted parts, to be asked through its API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from edge.casework.casework import Outside
from edge.decide.model import Model
from edge.types import Examination, Frame
from edge.web import WebParts, create_app
from tests.casebooks import PIN, SIZE
from tests.cases import MODEL, PaintedExaminer, PaintedLive, painted_frame, painted_parts

API = "/api/v1"
CASE = f"{API}/cases/1"
CELL = f"{CASE}/fields/1/cells/4"


class Other:
    """A station on another bundle: the same one."""

    model: Model = MODEL

    def examine(self, frame: Frame) -> Examination:
        return PaintedExaminer().examine(frame)

    def close(self) -> None:
        """Nothing to free."""


def quick_parts(folder: Path, live: PaintedLive) -> WebParts:
    """Parts of a kit with a camera, whose record need not survive a power cut."""
    live.uri = "folder:///images"
    made = painted_parts(folder, live, Outside(open_examiner=lambda _: Other()))
    made.record.database.connection.execute("PRAGMA synchronous = OFF")
    return made


@contextmanager
def visiting(parts: WebParts) -> Iterator[TestClient]:
    """A visitor of the page over these parts."""
    with TestClient(create_app(parts), "http://localhost", raise_server_exceptions=False) as visitor:
        yield visitor


def count_a_case(client: TestClient, live: PaintedLive) -> None:
    """Case 1 with two fields."""
    client.post(f"{API}/cases", json={"pseudonym": "A-17"})
    for seed in (1, 2):
        live.show(painted_frame(seed, 5, SIZE))
        good(client.post(f"{CASE}/fields"), 201)


def sign_in_as_amina(client: TestClient) -> int:
    """A person who leads, signed in; her number."""
    made = good(client.post(f"{API}/operators", json={"name": "Amina", "pin": PIN}), 201)
    good(client.post(f"{API}/session", json={"operator": made["id"], "pin": PIN}))
    return int(made["id"])


def code_of(answer: Any, status: int) -> str:
    """The code of a problem, which has that status and says what to do."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert body["detail"]
    assert body["remedy"]
    return str(body["code"])


def good(answer: Any, status: int = 200) -> Any:
    """An answer of that status."""
    assert answer.status_code == status, answer.text
    return answer.json()


def hand_of(client: TestClient, operator: int, pin: str = PIN) -> dict[str, Any]:
    """What signs case 1 as it is now."""
    return {"operator": operator, "pin": pin, "seal": good(client.get(CASE))["seal"]}


def move(client: TestClient, way: str) -> Any:
    """Undo or redo in case 1, of what it shows as the next to go."""
    return client.post(f"{CASE}/{way}", json={"step": good(client.get(CASE))[way]["number"]})
