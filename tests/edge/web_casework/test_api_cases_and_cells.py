"""Cases and cells as a program sees them through `/api/v1`: shapes, statuses, codes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from tests.visits import API, CASE, CELL, code_of, good, move


def test_a_code_that_looks_personal_is_confirmed(client: TestClient) -> None:
    body = {"pseudonym": "Maria Lopez"}
    assert code_of(client.post(f"{API}/cases", json=body), 409) == "case.personal"
    assert good(client.post(f"{API}/cases", json={**body, "confirm": True}), 201)["pseudonym"] == "Maria Lopez"


def test_a_case_is_described_and_found(client: TestClient) -> None:
    begun = good(client.post(f"{API}/cases", json={"pseudonym": "A-17", "note": "first"}), 201)
    assert begun["objective"] == good(client.get(f"{API}/settings"))["objective"]
    client.post(f"{API}/cases", json={"pseudonym": "B-2", "objective": "40x"})
    assert good(client.patch(CASE, json={"note": "thin smear"}))["note"] == "thin smear"
    answer = client.get(f"{API}/cases", params={"query": "thin"})
    assert ([case["id"] for case in good(answer)], answer.headers["x-total-count"]) == ([1], "1")
    answer = client.get(f"{API}/cases", params={"limit": 1, "order": "oldest"})
    assert ([case["id"] for case in good(answer)], answer.headers["x-total-count"]) == ([1], "2")
    assert code_of(client.get(f"{API}/cases", params={"order": "random"}), 422) == "web.invalid"


def test_the_list_says_what_the_case_says(client: TestClient, counted: None) -> None:
    client.patch(CELL, json={"class": "granulocyte"})
    (listed,), whole = good(client.get(f"{API}/cases")), good(client.get(CASE))
    assert listed == whole["case"]
    assert listed["counts"] == whole["counts"]
    assert listed["corrected"] == whole["corrected"] == 1


def test_a_cell_is_corrected_undone_done_again_and_given_back(client: TestClient, counted: None) -> None:
    found = good(client.get(CELL))
    assert (found["class"], found["machine"], found["corrected"]) == ("blast", "blast", False)
    changed = good(client.patch(CELL, json={"class": "granulocyte", "excluded": True, "reason": "torn"}))
    assert (changed["class"], changed["machine"], changed["countable"]) == ("granulocyte", "blast", False)
    assert changed["excluded"] == ["A person set this cell aside: torn."]
    undone = good(move(client, "undo"))
    assert (undone["step"]["kind"], undone["cell"]["countable"], undone["cell"]["class"]) == (
        "exclude",
        True,
        "granulocyte",
    )
    redone = good(move(client, "redo"))
    assert redone["cell"] == changed
    assert good(client.delete(CELL)) == found
    assert code_of(client.patch(CELL, json={"class": "unicorn"}), 422) == "cell.class"
    assert code_of(client.patch(f"{CASE}/fields/1/cells/99", json={"excluded": True}), 404) == "record.unknown"
    audit = good(client.get(f"{CASE}/audit"))
    assert [step["kind"] for step in audit][-5:] == ["class", "exclude", "undo", "redo", "restore"]
    assert not any(step["undone"] for step in audit)


@pytest.mark.parametrize(
    ("reason", "language", "said"),
    [
        ("smudged", "en", "A person set this cell aside: Smudged or crushed."),
        ("smudged", "es", "Una persona apartó esta célula: Borrosa o aplastada."),
        ("Cortada por el borde", "en", "A person set this cell aside: Cortada por el borde."),
    ],
)
def test_why_a_cell_was_left_out_is_said_in_the_readers_language(
    client: TestClient, counted: None, reason: str, language: str, said: str
) -> None:
    good(client.patch(CELL, json={"excluded": True, "reason": reason}))
    assert good(client.get(CELL, headers={"Accept-Language": language}))["excluded"] == [said]
    assert good(client.get(f"{CASE}/audit"))[-1]["reason"] == reason
    assert said.split(": ")[1][:-1] in client.get(f"/cases/1/report?lang={language}").text


def test_a_field_says_who_decided_on_a_cell(client: TestClient, counted: None, amina: int) -> None:
    good(client.patch(CELL, json={"class": "granulocyte"}))
    cells = {each["id"]: each for each in good(client.get(f"{CASE}/fields/1"))["cells"]}
    assert cells[4]["by"]["operator"] == "Amina"
    assert cells[4]["by"]["clock_hint"] == good(client.get(f"{CASE}/audit"))[-1]["clock_hint"]
    assert {each["by"] for number, each in cells.items() if number != 4} == {None}


def test_another_step_than_the_one_shown_is_not_taken_back(client: TestClient, counted: None) -> None:
    good(client.patch(CELL, json={"class": "granulocyte"}))
    shown = good(client.get(CASE))["undo"]["number"]
    good(client.patch(CELL, json={"excluded": True}))
    assert code_of(client.post(f"{CASE}/undo", json={"step": shown}), 409) == "case.changed"
    assert code_of(client.post(f"{CASE}/undo"), 422) == "web.invalid"
    assert good(client.get(CELL))["countable"] is False


def test_a_correction_is_in_the_field_the_counts_and_the_case(client: TestClient, counted: None) -> None:
    before = good(client.get(CASE))
    client.patch(CELL, json={"class": "granulocyte"})
    after, field = good(client.get(CASE)), good(client.get(f"{CASE}/fields/1"))
    assert after["counts"]["blast"] == before["counts"]["blast"] - 1
    assert (
        after["fields"][0]["counts"]["blast"] == before["fields"][0]["counts"]["blast"] - 1 == field["counts"]["blast"]
    )
    assert after["decision"]["score"] < before["decision"]["score"]
    assert after["undo"]["kind"] == "class"
    assert (after["can"]["undo"], after["can"]["redo"]) == (True, False)
    by_label = {each["label"]: each for each in after["classes"]}
    assert (by_label["granulocyte"]["cells"], by_label["granulocyte"]["machine"]) == (1, 0)


def test_cells_are_listed_by_class_and_doubt(client: TestClient, counted: None) -> None:
    answer = client.get(f"{CASE}/cells", params={"class": "blast", "excluded": False})
    blasts = good(answer)
    assert answer.headers["x-total-count"] == str(len(blasts)) == str(good(client.get(CASE))["counts"]["blast"])
    assert {each["class"] for each in blasts} == {"blast"}
    settled = [(not each["doubtful"], -each["doubt"]) for each in blasts]
    assert settled == sorted(settled)
    assert good(client.get(f"{CASE}/cells", params={"order": "field", "field": 2, "limit": 1}))[0]["field"] == 2
    everyone = good(client.get(f"{CASE}/cells"))
    assert [each["countable"] for each in everyone] == sorted((each["countable"] for each in everyone), reverse=True)


def test_a_cells_thumbnail_shows_it(client: TestClient, counted: None) -> None:
    cell = good(client.get(CELL))
    answer = client.get(cell["thumbnail"])
    small = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert small is not None
    assert answer.headers["content-type"] == "image/jpeg"
    assert small.shape[0] == small.shape[1] == 144
    assert small[66:78, 66:78].mean() < 140, "a nucleus is dark, glass is not"
    wider = client.get(cell["thumbnail"], params={"side_um": 40}).content
    assert wider != answer.content
