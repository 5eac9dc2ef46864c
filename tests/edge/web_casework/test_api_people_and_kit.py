"""People, settings, control slides and the kit itself, as a program sees them through `/api/v1`."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from edge.types import Frame
from edge.web import WebParts
from firmware_bridge.errors import SourceLost
from tests.casebooks import PIN, SIZE
from tests.cases import PaintedLive, painted_frame
from tests.edge.test_micrometre import ruling
from tests.visits import API, CASE, code_of, good

ABOUT = {"specimen": "blood", "stain": "wright-giemsa"}


def test_a_session_is_a_cookie_that_scripts_and_other_pages_do_not_get(client: TestClient) -> None:
    client.post(f"{API}/operators", json={"name": "Amina", "pin": PIN})
    answer = client.post(f"{API}/session", json={"operator": 1, "pin": PIN})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert good(client.get(f"{API}/session"))["operator"]["name"] == "Amina"
    assert good(client.delete(f"{API}/session"))["operator"] is None
    assert good(client.get(f"{API}/session"))["operator"] is None


def test_wrong_pins_are_told_apart_from_waits(client: TestClient, amina: int) -> None:
    wrong = {"operator": amina, "pin": "0000"}
    codes = [code_of(client.post(f"{API}/session", json=wrong), 403) for _ in range(3)]
    assert codes == ["pin.wrong"] * 3
    answer = client.post(f"{API}/session", json=wrong)
    assert code_of(answer, 429) == "pin.wait"
    assert int(answer.headers["retry-after"]) in (1, 2)
    assert code_of(client.post(f"{API}/session", json={"operator": 9, "pin": PIN}), 404) == "record.unknown"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/operators", {"name": "Eve", "pin": "1397"}),
        ("PATCH", "/operators/1", {"lead": False}),
        ("PATCH", "/settings", {"auto_capture": True}),
        ("PUT", "/first-run/language", {"state": "done"}),
        ("POST", "/first-run/scale", {"method": "given", "objective": "40x", "um_per_px": 0.2}),
        ("PATCH", "/controls/1", {"active": False}),
    ],
)
def test_only_who_leads_changes_the_kit(client: TestClient, amina: int, method: str, path: str, body: Any) -> None:
    client.post(f"{API}/controls", json={"name": "Slide 1"})
    client.post(f"{API}/operators", json={"name": "Bo", "pin": "13579"})
    client.delete(f"{API}/session")
    assert code_of(client.request(method, API + path, json=body), 401) == "session.none"
    client.post(f"{API}/session", json={"operator": 2, "pin": "13579"})
    assert code_of(client.request(method, API + path, json=body), 403) == "session.lead"


@pytest.mark.parametrize(
    "path", ["", "/1", "/1/cells", "/1/audit", "/1/fields/1", "/1/fields/1/image.jpg", "/1/report.pdf"]
)
def test_cases_are_shown_to_people_only_where_the_settings_say_so(
    client: TestClient, counted: None, amina: int, live: PaintedLive, path: str
) -> None:
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    assert client.get(f"{API}/cases{path}").status_code == 200
    client.delete(f"{API}/session")
    assert good(client.get(f"{API}/session"))["must_sign_in"] is True
    assert code_of(client.get(f"{API}/cases{path}"), 401) == "session.none"
    live.uri = "sim:"
    assert client.get(f"{API}/cases{path}").status_code == 200, "the demonstration needs nobody"


@pytest.mark.parametrize("path", ["/", "/cases/1", "/cases/1/result", "/live.mjpg", f"{API}/events?case=1"])
def test_pages_and_live_pictures_are_shown_to_those_who_may_see_cases(
    client: TestClient, counted: None, amina: int, path: str
) -> None:
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    client.delete(f"{API}/session")
    refused = client.get(path, headers={"Accept": "text/html"})
    assert (refused.status_code, "session.none" in refused.text, "A-17" in refused.text) == (401, True, False)
    assert path.startswith(API) or f'href="/sign-in?next={path}"' in refused.text
    assert code_of(client.delete(f"{API}/live/focus"), 401) == "session.none"


@pytest.mark.parametrize("path", ["/cases", "/cases/new", "/control", "/settings", "/sign-in", "/first-run"])
def test_pages_without_a_case_name_none_to_strangers(client: TestClient, counted: None, amina: int, path: str) -> None:
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    assert 'href="/cases/1' in client.get(path).text
    client.delete(f"{API}/session")
    page = client.get(path)
    assert (page.status_code, 'href="/cases/1' in page.text) == (200, False)


def test_settings_come_and_go_whole(client: TestClient) -> None:
    before = good(client.get(f"{API}/settings"))
    after = good(client.patch(f"{API}/settings", json={"kit_name": "Ward 3", "target_full": 300}))
    assert after == {**before, "kit_name": "Ward 3", "target_full": 300}
    assert code_of(client.patch(f"{API}/settings", json={"control_policy": "pink"}), 422) == "setting"


def test_the_first_run_goes_step_by_step(client: TestClient, live: PaintedLive) -> None:
    assert good(client.get(f"{API}/first-run"))["next"] == "language"
    done = good(client.put(f"{API}/first-run/language", json={"state": "done", "facts": {"language": "sw"}}))
    assert (done["next"], done["done"], done["steps"][0]["facts"]) == ("operator", False, {"language": "sw"})
    assert code_of(client.put(f"{API}/first-run/scale", json={"state": "done"}), 409) == "first_run.not_yet"
    assert code_of(client.put(f"{API}/first-run/coffee", json={"state": "done"}), 422) == "web.invalid"


@pytest.mark.parametrize(
    ("wish", "um_per_px"),
    [
        ({"method": "given", "um_per_px": 0.085}, 0.085),
        ({"method": "micrometre", "points": [[0.25, 0.1], [0.75, 0.1]], "distance_um": 96}, 0.1),
        ({"method": "micrometre", "spacing_um": 10}, 0.1),
        ({"method": "micrometre"}, 0.1),
    ],
)
def test_a_scale_is_told_or_measured(client: TestClient, live: PaintedLive, wish: Any, um_per_px: float) -> None:
    """In pictures that the page shows half as large: marks are shares of them, whatever their size."""
    live.show(Frame(np.asarray(cv2.resize(ruling(50.0, 10), (1920, 1440)))))
    made = good(client.post(f"{API}/first-run/scale", json={"objective": "40x", **wish}), 201)
    assert made["um_per_px"] == pytest.approx(um_per_px, rel=0.005)
    assert (made["width_px"], made["height_px"]) == (1920, 1440)
    assert good(client.get(f"{API}/scales")) == [made]


def test_a_new_case_begins_with_the_objective_whose_scale_is_known(client: TestClient, live: PaintedLive) -> None:
    good(
        client.post(f"{API}/first-run/scale", json={"objective": "60× 0,85", "method": "given", "um_per_px": 0.1}), 201
    )
    assert 'value="60× 0,85"' in client.get("/cases/new").text
    for said in ({}, {"objective": ""}, {"objective": " "}):
        begun = good(client.post(f"{API}/cases", json={"pseudonym": "B-2", **ABOUT, **said}), 201)
        assert begun["objective"] == "60× 0,85"
    other = good(client.post(f"{API}/cases", json={"pseudonym": "B-3", **ABOUT, "objective": "60x/0.85"}), 201)
    field = good(client.post(f"{API}/cases/{other['id']}/fields"), 201)["field"]
    document = good(client.get(f"{API}/cases/{other['id']}/fields/{field['number']}"))
    assert (document["um_per_px"], document["scale_source"]) == (0.1, "given")


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"method": "red_cells"}, "scale.unknown"),
        ({"method": "micrometre", "spacing_um": 10}, "scale.lines"),
        ({"method": "given", "um_per_px": 0.0001}, "setting"),
        ({"method": "given"}, "web.invalid"),
        ({"method": "ruler"}, "web.invalid"),
        ({"method": "micrometre", "distance_um": 10}, "web.invalid"),
        ({"method": "micrometre", "points": [[0, 0], [1.5, 0]], "distance_um": 10}, "web.invalid"),
    ],
)
def test_a_scale_that_cannot_be_is_refused(client: TestClient, live: PaintedLive, wish: Any, code: str) -> None:
    live.show(Frame(np.full((300, 400, 3), 220, np.uint8)))
    assert code_of(client.post(f"{API}/first-run/scale", json={"objective": "40x", **wish}), 422) == code


def test_a_control_slide_from_its_first_run_to_its_trend(client: TestClient, live: PaintedLive) -> None:
    slide = good(client.post(f"{API}/controls", json={"name": "Slide 1", "base_runs": 2}), 201)
    runs = f"{API}/controls/{slide['id']}/runs"
    assert good(client.get(f"{API}/controls/state"))["state"] == "warn"
    for seed in (1, 2, 3):
        begun = good(client.post(runs), 201)
        assert good(client.post(runs), 200) == begun, "an open run is gone on with"
        live.show(painted_frame(seed, 5, SIZE))
        good(client.post(f"{runs}/{begun['number']}/fields"), 201)
        finished = good(client.post(f"{runs}/{begun['number']}/finish"))
        assert (finished["state"], finished["measures"]["exposure"] > 100) == ("finished", True)
        assert code_of(client.post(f"{runs}/{begun['number']}/finish"), 409) == "control.finished"
        assert code_of(client.post(f"{runs}/{begun['number']}/fields"), 409) == "control.finished"
    trend = good(client.get(runs))
    assert [run["number"] for run in trend["runs"]] == [1, 2, 3]
    assert set(trend["limits"]) <= {each["key"] for each in trend["measures"]}
    assert trend["limits"]["exposure"]["mean"] > 100
    assert trend["control"]["runs"] == 3
    state = good(client.get(f"{API}/controls/state"))
    assert (state["due"], state["control"], state["slide"]) == (False, slide["id"], "Slide 1")
    assert good(client.get(f"{API}/cases")) == [], "a control run is no patient's case"


def test_what_a_control_found_is_said_with_what_to_check(client: TestClient, parts: WebParts) -> None:
    client.post(f"{API}/controls", json={"name": "Slide 1"})
    client.post(f"{API}/controls/1/runs")
    run = parts.casework.books.controls.run(1, 1)
    found = {"measure": "focus_um", "rule": "fixed", "level": "block", "value": 1.5, "low": 0.0, "high": 1.1, "z": None}
    parts.casework.books.controls.finish(run, {"focus_um": 1.5}, "block", [found])
    state = good(client.get(f"{API}/controls/state"))
    assert (state["state"], state["verdict"]) == ("warn", "block")
    assert state["findings"][0]["code"] == "control.focus_um"
    assert state["advice"] == ["Clean the objective and the slide, renew the oil, and focus again."]
    good(client.patch(f"{API}/settings", json={"control_policy": "block"}))
    assert code_of(client.post(f"{API}/cases", json={"pseudonym": "A-1"}), 409) == "control.block"


def test_metrics_can_be_read_by_prometheus_and_name_no_patient(client: TestClient, counted: None) -> None:
    client.get(f"{API}/cases/9")
    text = client.get("/metrics").text
    found = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    assert found["marrowkit_source_usable"].value == 1
    assert found["marrowkit_fields"].value == 2
    assert found["marrowkit_problems_total"].labels == {"code": "record.unknown"}
    assert found["marrowkit_bundle_info"].labels["name"] == "painted"
    assert "A-17" not in text


def test_metrics_count_what_befell_the_camera(client: TestClient, live: PaintedLive) -> None:
    live.lose(SourceLost("It is gone.", "Plug it in again."), 2.0)
    text = client.get("/metrics").text
    found = {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples}
    befell = {"openings": 3, "losses": 3, "freezes": 0, "recoveries": 0}
    assert {name: found[f"marrowkit_camera_{name}_total"] for name in befell} == befell


def test_a_support_bundle_has_codes_and_no_patient(
    client: TestClient, counted: None, amina: int, parts: WebParts
) -> None:
    client.patch(CASE, json={"note": "secret note"})
    client.get(f"{API}/cases/9")
    with zipfile.ZipFile(io.BytesIO(client.get(f"{API}/support.zip").content)) as archive:
        content = archive.read("support.json").decode()
    told = json.loads(content)
    assert told["problems"][0] == good(client.get(f"{API}/errors"))[0]
    assert (told["problems"][0]["code"], told["problems"][0]["route"]) == ("record.unknown", "/api/v1/cases/{case_id}")
    assert told["versions"]["marrowkit"]
    assert told["settings"]["target_full"] == 500
    for private in ("A-17", "secret note", "Amina", PIN, parts.casework.books.people.pin(amina)):
        assert private not in content


def test_what_was_done_to_the_kit_is_told_the_newest_first(client: TestClient, amina: int) -> None:
    begun = good(client.get(f"{API}/audit"))
    good(client.post(f"{API}/session", json={"operator": amina, "pin": PIN}))
    good(client.patch(f"{API}/settings", json={"target_full": 400}))
    good(client.post(f"{API}/operators", json={"name": "Bo", "pin": "13579"}), 201)
    good(client.patch(f"{API}/operators/2", json={"pin": "97531"}))
    steps = good(client.get(f"{API}/audit"))
    assert [each["kind"] for each in steps[: -len(begun)]] == ["operator", "operator", "settings"]
    assert steps[0]["after"]["new_pin"]
    assert (steps[2]["before"], steps[2]["after"]) == ({"target_full": 500}, {"target_full": 400})
    assert {each["operator"] for each in steps[:3]} == {"Amina"}
    assert not {"13579", "97531", PIN} & set(json.dumps(steps).replace('"', " ").split()), "no PIN is in the log"
    numbers = [each["number"] for each in steps]
    assert numbers == sorted(numbers, reverse=True)
    older = good(client.get(f"{API}/audit", params={"before": numbers[0], "limit": 1}))
    assert [each["number"] for each in older] == [numbers[1]]


def test_strangers_are_not_told_what_was_done_to_the_kit(client: TestClient, amina: int) -> None:
    good(client.post(f"{API}/session", json={"operator": amina, "pin": PIN}))
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    client.cookies.clear()
    assert code_of(client.get(f"{API}/audit"), 401) == "session.none"
