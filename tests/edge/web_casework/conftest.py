"""What the tests of casework through the API share: a kit, a visitor, a counted case, a person who leads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from edge.casework import pin
from edge.web import WebParts
from tests.casebooks import SIZE
from tests.cases import PaintedLive, painted_frame
from tests.visits import count_a_case, quick_parts, sign_in_as_amina, visiting


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same scrypt with less of it."""
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(painted_frame(1, 5, SIZE))


@pytest.fixture
def parts(tmp_path: Path, live: PaintedLive) -> Iterator[WebParts]:
    made = quick_parts(tmp_path, live)
    yield made
    made.record.close()


@pytest.fixture
def client(parts: WebParts) -> Iterator[TestClient]:
    with visiting(parts) as visitor:
        yield visitor


@pytest.fixture
def counted(client: TestClient, live: PaintedLive) -> None:
    """Case 1 with two fields."""
    count_a_case(client, live)


@pytest.fixture
def amina(client: TestClient) -> int:
    """A person who leads, signed in."""
    return sign_in_as_amina(client)
