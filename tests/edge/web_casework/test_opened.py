"""Which case a screen works on, and where "Microscope" and "Case" lead from each page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from edge.web import WebParts
from tests.casebooks import capture
from tests.visits import API, good, visiting

CODES = ("A-1", "A-2", "A-3")


@pytest.fixture(autouse=True)
def cases(parts: WebParts, client: TestClient) -> None:
    """Cases 1 to 3 with a field each, begun at some other screen."""
    for number, code in enumerate(CODES, start=1):
        good(client.post(f"{API}/cases", json={"pseudonym": code}), 201)
        capture(parts.casework, number, seed=number)


@pytest.fixture
def neighbour(parts: WebParts) -> Iterator[TestClient]:
    """A second screen."""
    with visiting(parts) as visitor:
        yield visitor


def leads(client: TestClient, path: str) -> tuple[str, str]:
    """Where the page's "Microscope" and "Case" lead."""
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    places = page.text.partition('class="places"')[2].partition("</nav>")[0]
    microscope, case = re.findall(r'<a href="([^"]*)"', places)[:2]
    return microscope, case


def opened(client: TestClient, number: int) -> None:
    assert client.get(f"/cases/{number}").status_code == 200


def finish(client: TestClient, number: int) -> None:
    good(client.post(f"{API}/cases/{number}/finish"))


@pytest.mark.parametrize("path", ["/control", "/cases", "/settings", "/cases/new", "/first-run", "/cases/1/cells"])
def test_the_case_that_was_opened_last_is_led_to_and_not_the_newest(client: TestClient, path: str) -> None:
    opened(client, 1)
    assert leads(client, path) == ("/cases/1", "/cases/1/cells")


@pytest.mark.parametrize("view", ["", "/cells", "/result", "/log"])
def test_any_view_of_a_case_opens_it(client: TestClient, view: str) -> None:
    client.get(f"/cases/2{view}")
    assert leads(client, "/settings")[0] == "/cases/2"


def test_each_screen_has_its_own(client: TestClient, neighbour: TestClient) -> None:
    opened(client, 1)
    opened(neighbour, 2)
    assert (leads(client, "/cases")[0], leads(neighbour, "/cases")[0]) == ("/cases/1", "/cases/2")


def test_a_screen_that_opened_none_is_led_to_the_newest_open_one(client: TestClient) -> None:
    finish(client, 3)
    assert leads(client, "/cases") == ("/cases/2", "/cases/2/cells")


def test_a_finished_case_is_left_for_the_newest_open_one_and_for_none_where_all_are_finished(
    client: TestClient,
) -> None:
    opened(client, 1)
    finish(client, 1)
    assert leads(client, "/cases")[0] == "/cases/3"
    for number in (2, 3):
        finish(client, number)
    assert leads(client, "/cases") == ("/", "/cases/new")
    assert "Begin with a case" in client.get("/").text


def test_a_closed_case_that_is_looked_at_says_so_and_leads_back_by_its_name(client: TestClient) -> None:
    finish(client, 3)
    opened(client, 1)
    page = client.get("/cases/3").text
    assert leads(client, "/cases/3/result") == ("/cases/1", "/cases/3/cells")
    assert '<bdi class="whose">A-1</bdi>' in page
    assert re.search(r'href="/cases/1">Go on with the open case: <bdi>A-1</bdi>', page)
    assert leads(client, "/control")[0] == "/cases/1"


def test_a_case_taken_up_again_is_worked_on_again(client: TestClient) -> None:
    opened(client, 1)
    finish(client, 1)
    good(client.post(f"{API}/cases/1/resume"))
    assert leads(client, "/cases")[0] == "/cases/1"


@pytest.mark.parametrize("known", ["99", "-1", "1x", "1" * 40, "<b>", "٣"])
def test_what_is_no_case_of_this_kit_is_as_if_none_was_opened(client: TestClient, known: str) -> None:
    headers = [(b"Cookie", f"case={known}".encode())]
    answer = client.get("/", headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/3")


def test_a_control_slides_run_is_never_worked_on(client: TestClient) -> None:
    good(client.post(f"{API}/controls", json={"name": "C-1"}), 201)
    run = good(client.post(f"{API}/controls/1/runs"), 201)
    answer = client.get("/", headers={"Cookie": f"case={run['case']}"}, follow_redirects=False)
    assert answer.headers["location"] == "/cases/3"


def test_the_start_page_is_the_case_at_its_own_address_with_all_that_was_asked(client: TestClient) -> None:
    opened(client, 1)
    answer = client.get("/?lang=fr", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/1?lang=fr")


def test_the_cookie_is_a_number_for_the_kits_own_pages(client: TestClient) -> None:
    cookie = client.get("/cases/2").headers["set-cookie"]
    assert cookie.startswith("case=2;")
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()


def test_whoever_may_see_no_case_is_led_to_none(client: TestClient, parts: WebParts) -> None:
    opened(client, 1)
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    good(client.post(f"{API}/operators", json={"name": "Amina", "pin": "2468"}), 201)
    assert leads(client, "/settings") == ("/", "/cases/new")
    assert "A-1" not in client.get("/settings").text
