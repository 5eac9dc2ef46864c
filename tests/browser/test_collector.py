"""The collector of what must not happen: it takes nothing for granted but what a test names, while it names it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.browser.chromium import Watched

KIT = "http://127.0.0.1:8000"
REFUSED = "Failed to load resource: the server responded with a status of {} (Conflict)"
CUT = "Failed to load resource: net::ERR_CONNECTION_REFUSED"
FIELDS = "/api/v1/cases/1/fields"


@pytest.fixture
def watched() -> Watched:
    page: Any = SimpleNamespace(evaluate=lambda _: None)
    return Watched(page, KIT)


def says(watched: Watched, text: str, url: str, kind: str = "error") -> list[str]:
    """What is complained of after the browser has said this."""
    message: Any = SimpleNamespace(type=kind, text=text, location={"url": url})
    watched.on_console(message)
    return watched.complaints


@pytest.mark.parametrize(
    "url",
    [f"{KIT}0/x", "http://127.0.0.1:9000/", "http://127.0.0.1/", "https://127.0.0.1:8000/", "http://localhost:8000/"],
)
def test_another_port_or_name_is_another_place(watched: Watched, url: str) -> None:
    request: Any = SimpleNamespace(url=url)
    watched.on_request(request)
    assert watched.complaints == [f"left the kit: {url}"]


@pytest.mark.parametrize("url", [f"{KIT}/", f"{KIT}/api/v1/cases?state=open", "data:image/png;base64,AA", "blob:x"])
def test_the_kit_and_the_pages_own_pictures_are_no_other_place(watched: Watched, url: str) -> None:
    request: Any = SimpleNamespace(url=url)
    watched.on_request(request)
    assert watched.complaints == []


@pytest.mark.parametrize("kind", ["error", "warning"])
def test_errors_and_warnings_are_complaints(watched: Watched, kind: str) -> None:
    assert says(watched, "oh", f"{KIT}/", kind) == [f"console: oh {KIT}/"]


@pytest.mark.parametrize("kind", ["log", "info"])
def test_other_messages_are_not(watched: Watched, kind: str) -> None:
    assert says(watched, "oh", f"{KIT}/", kind) == []


def test_a_refusal_is_expected_of_its_address_with_its_status_while_it_is_named(watched: Watched) -> None:
    with watched.refused(409, FIELDS):
        assert says(watched, REFUSED.format(409), KIT + FIELDS) == []
        assert len(says(watched, REFUSED.format(503), KIT + FIELDS)) == 1
        assert len(says(watched, REFUSED.format(409), f"{KIT}{FIELDS}/1")) == 2
        assert len(says(watched, REFUSED.format(409), f"http://127.0.0.1:9000{FIELDS}")) == 3
        assert len(says(watched, CUT, KIT + FIELDS)) == 4
    assert len(says(watched, REFUSED.format(409), KIT + FIELDS)) == 5


def test_a_cut_explains_broken_connections_and_no_refusals(watched: Watched) -> None:
    with watched.cut(r"/live\.mjpg|/api/v1/events"):
        assert says(watched, CUT, f"{KIT}/live.mjpg") == []
        assert len(says(watched, REFUSED.format(500), f"{KIT}/live.mjpg")) == 1
        assert len(says(watched, CUT, f"{KIT}/static/bench.js")) == 2
    assert len(says(watched, CUT, f"{KIT}/live.mjpg")) == 3


def test_an_expectation_without_an_end_holds_from_where_it_stands(watched: Watched) -> None:
    assert len(says(watched, REFUSED.format(404), KIT + FIELDS)) == 1
    watched.expect_refusal(404, FIELDS)
    assert len(says(watched, REFUSED.format(404), KIT + FIELDS)) == 1
