"""Casework as a program sees it through `/api/v1`: shapes, statuses, codes, and who may."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from edge.casework import pin
from edge.casework.casework import Outside
from edge.decide.model import Model
from edge.record.database import Database
from edge.types import Examination, Frame
from edge.web import WebParts, create_app
from tests.casebooks import PIN, SIZE
from tests.cases import MODEL, PaintedExaminer, PaintedLive, painted_frame, painted_parts
from tests.edge.test_micrometre import ruling

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


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "LOG_N", 4)


@pytest.fixture
def live() -> PaintedLive:
    return PaintedLive(painted_frame(1, 5, SIZE))


@pytest.fixture
def parts(tmp_path: Path, live: PaintedLive) -> Iterator[WebParts]:
    made = painted_parts(tmp_path, live, Outside(open_examiner=lambda _: Other()))
    made.record.database.connection.execute("PRAGMA synchronous = OFF")
    live.uri = "folder:///images"
    yield made
    made.record.close()


@contextmanager
def visiting(parts: WebParts) -> Iterator[TestClient]:
    with TestClient(create_app(parts), "http://localhost", raise_server_exceptions=False) as visitor:
        yield visitor


@pytest.fixture
def client(parts: WebParts) -> Iterator[TestClient]:
    with visiting(parts) as visitor:
        yield visitor


@pytest.fixture
def counted(client: TestClient, live: PaintedLive) -> None:
    """Case 1 with two fields."""
    client.post(f"{API}/cases", json={"pseudonym": "A-17"})
    for seed in (1, 2):
        live.show(painted_frame(seed, 5, SIZE))
        assert client.post(f"{CASE}/fields").status_code == 201


@pytest.fixture
def amina(client: TestClient) -> int:
    """A person who leads, signed in."""
    made = client.post(f"{API}/operators", json={"name": "Amina", "pin": PIN}).json()
    client.post(f"{API}/session", json={"operator": made["id"], "pin": PIN})
    return int(made["id"])


def code_of(answer: Any, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    body = answer.json()
    assert body["detail"]
    assert body["remedy"]
    return str(body["code"])


def good(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


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
        ("POST", "/operators", {"name": "Eve", "pin": "1111"}),
        ("PATCH", "/operators/1", {"lead": False}),
        ("PATCH", "/settings", {"tone": True}),
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


def test_settings_come_and_go_whole(client: TestClient) -> None:
    before = good(client.get(f"{API}/settings"))
    after = good(client.patch(f"{API}/settings", json={"theme": "sun", "target_full": 300}))
    assert after == {**before, "theme": "sun", "target_full": 300}
    assert code_of(client.patch(f"{API}/settings", json={"theme": "pink"}), 422) == "setting"


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
        ({"method": "micrometre", "points": [[100, 100], [500, 400]], "distance_um": 50}, 0.1),
        ({"method": "micrometre", "spacing_um": 10}, 0.2),
        ({"method": "micrometre"}, 0.2),
    ],
)
def test_a_scale_is_told_or_measured(client: TestClient, live: PaintedLive, wish: Any, um_per_px: float) -> None:
    live.show(Frame(ruling(50.0, 10)))
    made = good(client.post(f"{API}/first-run/scale", json={"objective": "40x", **wish}), 201)
    assert made["um_per_px"] == pytest.approx(um_per_px, rel=0.005)
    assert (made["width_px"], made["height_px"]) == (960, 720)
    assert good(client.get(f"{API}/scales")) == [made]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"method": "red_cells"}, "scale.unknown"),
        ({"method": "micrometre", "spacing_um": 10}, "scale.lines"),
        ({"method": "given", "um_per_px": 0.0001}, "setting"),
        ({"method": "given"}, "web.invalid"),
        ({"method": "ruler"}, "web.invalid"),
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
    assert trend["limits"]["exposure"]["source"] == "runs"
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
    undone = good(client.post(f"{CASE}/undo"))
    assert (undone["step"]["kind"], undone["cell"]["countable"], undone["cell"]["class"]) == (
        "exclude",
        True,
        "granulocyte",
    )
    redone = good(client.post(f"{CASE}/redo"))
    assert redone["cell"] == changed
    assert good(client.delete(CELL)) == found
    assert code_of(client.patch(CELL, json={"class": "unicorn"}), 422) == "cell.class"
    assert code_of(client.patch(f"{CASE}/fields/1/cells/99", json={"excluded": True}), 404) == "record.unknown"
    audit = good(client.get(f"{CASE}/audit"))
    assert [step["kind"] for step in audit][-5:] == ["class", "exclude", "undo", "redo", "restore"]
    assert not any(step["undone"] for step in audit)


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


def test_a_manual_count_and_its_agreement(client: TestClient, counted: None) -> None:
    manual = good(client.put(f"{CASE}/manual", json={"counts": {"blast": 10, "lymphocyte": 10}}))["manual"]
    assert (manual["cells"], manual["percent"], manual["agree"]) == (20, 50.0, True)
    assert manual["difference_interval"][0] < manual["difference"] < manual["difference_interval"][1]
    assert code_of(client.put(f"{CASE}/manual", json={"counts": {"unicorn": 1}}), 422) == "cell.class"
    assert good(client.delete(f"{CASE}/manual"))["manual"] is None


def test_from_finishing_to_amending(client: TestClient, counted: None, amina: int) -> None:
    hand = {"operator": amina, "pin": PIN}
    assert code_of(client.post(f"{CASE}/sign", json=hand), 409) == "case.open"
    assert good(client.post(f"{CASE}/finish"))["case"]["state"] == "finished"
    assert code_of(client.patch(CELL, json={"excluded": True}), 409) == "case.finished"
    assert good(client.post(f"{CASE}/resume"))["case"]["state"] == "open"
    client.post(f"{CASE}/finish")
    assert code_of(client.post(f"{CASE}/sign", json={**hand, "pin": "0000"}), 403) == "pin.wrong"
    signed = good(client.post(f"{CASE}/sign", json={**hand, "statement": "Checked."}))
    assert (signed["case"]["state"], signed["signature"]["operator"], len(signed["signature"]["digest"])) == (
        "signed",
        "Amina",
        64,
    )
    assert signed["can"] == {name: name == "amend" for name in signed["can"]}
    for method, path, body in (
        ("POST", f"{CASE}/fields", None),
        ("PATCH", CELL, {"excluded": True}),
        ("PATCH", CASE, {"note": "x"}),
        ("PUT", f"{CASE}/manual", {"counts": {}}),
    ):
        assert code_of(client.request(method, path, json=body), 409) == "case.signed"
    amended = good(client.post(f"{CASE}/amend", json={**hand, "reason": "one more"}))
    assert (amended["case"]["state"], amended["case"]["version"], amended["signature"]) == ("amended", 2, None)
    (version,) = good(client.get(f"{CASE}/versions"))
    assert (version["version"], version["intact"], version["amended"]) == (1, True, "one more")
    assert version["content"]["figures"]["counts"] == signed["counts"]


def test_an_expert_answers(client: TestClient, counted: None) -> None:
    said = good(client.put(f"{CASE}/referral/answer", json={"expert": "Dr B", "opinion": "likely", "percent": 80}))
    assert (said["answer"]["expert"], said["answer"]["percent"]) == ("Dr B", 80)
    assert code_of(client.put(f"{CASE}/referral/answer", json={"expert": "B", "opinion": "soup"}), 422) == "setting"
    assert code_of(client.post(f"{CASE}/referral/line", json={"line": "7K2Q-9FXA B 85"}), 409) == "reply.elsewhere"
    assert code_of(client.post(f"{CASE}/referral/line", json={"line": "hello"}), 422) == "reply.unreadable"
    assert code_of(client.post(f"{CASE}/referral/form", files={"form": b"no pdf"}), 422) == "reply.unreadable"


def test_the_line_of_this_very_referral_is_read(client: TestClient, parts: WebParts, counted: None) -> None:
    from edge.papers.digest import content_digest
    from edge.papers.reply import reply_code, spaced

    code = spaced(reply_code(content_digest(parts.casework.papers.file(1))))
    said = good(client.post(f"{CASE}/referral/line", json={"line": f"{code} A 85 large nucleoli"}))
    assert (said["answer"]["opinion"], said["answer"]["percent"], said["answer"]["text"]) == (
        "likely",
        85,
        "large nucleoli",
    )


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("report.pdf", "application/pdf"),
        ("referral.pdf", "application/pdf"),
        ("cells.csv", "text/csv; charset=utf-8"),
        ("fhir.json", "application/fhir+json"),
    ],
)
def test_papers_are_handed_out(client: TestClient, counted: None, kind: str, media: str) -> None:
    answer = client.get(f"{CASE}/{kind}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, media)
    assert kind in answer.headers["content-disposition"]
    assert code_of(client.get(f"{API}/cases/9/{kind}"), 404) == "record.unknown"


def test_a_report_is_in_the_readers_language(client: TestClient, counted: None) -> None:
    assert client.get(f"{CASE}/report.pdf?lang=es").content != client.get(f"{CASE}/report.pdf?lang=en").content


def test_training_needs_consent_and_corrections(client: TestClient, counted: None) -> None:
    assert code_of(client.get(f"{CASE}/training.zip"), 409) == "papers.consent"
    assert good(client.put(f"{CASE}/consent", json={"ground": "form 3"}))["consent"]["ground"] == "form 3"
    assert code_of(client.get(f"{CASE}/training.zip"), 409) == "papers.nothing"
    client.patch(CELL, json={"class": "granulocyte"})
    assert zipfile.is_zipfile(io.BytesIO(client.get(f"{CASE}/training.zip").content))
    assert good(client.delete(f"{CASE}/consent"))["consent"] is None


def test_exports_go_to_a_target_that_was_offered(client: TestClient, counted: None) -> None:
    target = good(client.get(f"{API}/targets"))[0]
    assert (target["kind"], target["problem"]) == ("folder", "")
    written = good(client.post(f"{CASE}/export", json={"target": target["id"], "kinds": ["cells.csv", "images"]}), 201)
    assert all((Path(written["folder"]) / name).exists() for name in written["names"])
    assert code_of(client.post(f"{CASE}/export", json={"target": "/etc", "kinds": ["cells.csv"]}), 422) == "setting"


def test_a_case_is_looked_at_again_and_compared(client: TestClient, parts: WebParts, counted: None) -> None:
    begun = good(client.post(f"{CASE}/reanalyse", json={"bundle": "painted"}), 202)
    parts.casework.reanalysis.wait()
    first, second = good(client.get(f"{CASE}/runs"))
    assert (first["case"], second["case"]) == (1, begun["case"])
    assert (second["state"], second["done"], second["fields"], second["fault"]) == ("done", 2, 2, None)
    compared = good(client.get(f"{API}/cases/compare", params={"left": 1, "right": begun["case"]}))
    assert (compared["same_pictures"], compared["interval"]) == (True, None)
    assert code_of(client.post(f"{API}/cases/{begun['case']}/reanalyse", json={"bundle": "x"}), 404) == "record.unknown"


def test_metrics_can_be_read_by_prometheus_and_name_no_patient(client: TestClient, counted: None) -> None:
    client.get(f"{API}/cases/9")
    text = client.get("/metrics").text
    found = {sample.name: sample for family in text_string_to_metric_families(text) for sample in family.samples}
    assert found["marrowkit_source_usable"].value == 1
    assert found["marrowkit_fields"].value == 2
    assert found["marrowkit_problems_total"].labels == {"code": "record.unknown"}
    assert found["marrowkit_bundle_info"].labels["name"] == "painted"
    assert "A-17" not in text


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


def test_a_problem_is_told_in_the_readers_language_where_it_has_words(client: TestClient) -> None:
    answer = client.post(f"{CASE}/undo", headers={"Accept-Language": "en"}).json()
    assert (answer["code"], answer["detail"]) == ("record.unknown", "There is no case number 1.")


def test_every_route_is_documented_with_what_may_go_wrong(client: TestClient) -> None:
    paths = good(client.get("/openapi.json"))["paths"]
    for path, methods in paths.items():
        for method, route in methods.items():
            assert route.get("summary"), (method, path)
            assert route.get("description"), (method, path)
    sign = paths["/api/v1/cases/{case_id}/sign"]["post"]["responses"]
    assert "`pin.wrong`" in sign["403"]["description"]
    assert "`case.signed`" in sign["409"]["description"]


def test_the_map_of_the_api_names_every_route(client: TestClient) -> None:
    text = (Path(__file__).parents[2] / "edge/web/API.md").read_text("utf-8")
    for path in good(client.get("/openapi.json"))["paths"]:
        last = [part for part in path.split("/") if part and not part.startswith("{")][-1]
        assert last in text, path


Asked = Callable[[TestClient], Any]


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
        good(client.post(f"{CASE}/sign", json={"operator": 1, "pin": PIN}))
        for path in ("/cases", "/cases/1", "/cases/1/report.pdf", "/cases/1/audit", "/controls/state", "/support.zip"):
            assert client.get(API + path).status_code == 200
        assert client.get("/metrics").status_code == 200
        assert client.get("/health").status_code == 200
    assert len(statements) > 100
    assert not any(statements)
