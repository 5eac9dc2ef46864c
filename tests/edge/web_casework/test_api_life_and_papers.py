"""From a manual count to papers and re-analyses, as a program sees them through `/api/v1`."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from edge.web import WebParts
from tests.casebooks import NEW, PIN, SIZE
from tests.cases import PaintedLive, painted_frame
from tests.pdfs import filled
from tests.visits import API, CASE, CELL, code_of, good, hand_of, move, visiting


def test_a_manual_count_and_its_agreement(client: TestClient, counted: None) -> None:
    manual = good(client.put(f"{CASE}/manual", json={"counts": {"blast": 10, "lymphocyte": 10}}))["manual"]
    assert (manual["cells"], manual["percent"], manual["agree"]) == (20, 50.0, None), "too few to tell"
    assert manual["difference_interval"][0] < manual["difference"] < manual["difference_interval"][1]
    assert code_of(client.put(f"{CASE}/manual", json={"counts": {"unicorn": 1}}), 422) == "cell.class"
    assert good(client.delete(f"{CASE}/manual"))["manual"] is None


def test_from_finishing_to_amending(client: TestClient, counted: None, amina: int) -> None:
    hand = hand_of(client, amina)
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


def test_what_two_clients_see_is_what_is_signed(client: TestClient, parts: WebParts, counted: None, amina: int) -> None:
    good(client.post(f"{CASE}/finish"))
    seen, step = hand_of(client, amina), good(client.get(CASE))["step"]
    with visiting(parts) as other:
        other.post(f"{API}/session", json={"operator": amina, "pin": PIN})
        for method, path, body in (
            ("POST", f"{CASE}/resume", None),
            ("PATCH", CELL, {"class": "granulocyte"}),
            ("POST", f"{CASE}/finish", None),
        ):
            good(other.request(method, path, json=body))
    assert code_of(client.post(f"{CASE}/sign", json=seen), 409) == "case.changed"
    assert good(client.get(CASE))["case"]["state"] == "finished"
    since = good(client.get(f"{CASE}/audit", params={"after": step}))
    assert [(each["kind"], each["operator"]) for each in since] == [
        (kind, "Amina") for kind in ("resume", "class", "finish")
    ]
    assert good(client.post(f"{CASE}/sign", json=hand_of(client, amina)))["case"]["state"] == "signed"


@pytest.mark.parametrize("seal", [None, "", "0" * 63, "x" * 65])
def test_a_signature_says_what_was_seen(client: TestClient, counted: None, amina: int, seal: str | None) -> None:
    good(client.post(f"{CASE}/finish"))
    hand = {"operator": amina, "pin": PIN, **({} if seal is None else {"seal": seal})}
    assert code_of(client.post(f"{CASE}/sign", json=hand), 422) == "web.invalid"
    assert code_of(client.post(f"{CASE}/amend", json={**hand, "reason": "why"}), 422) == "web.invalid"


def test_what_was_done_last_is_told_with_the_result(client: TestClient, counted: None) -> None:
    before = good(client.get(CASE))["step"]
    client.patch(CELL, json={"excluded": True})
    result = good(client.get(CASE))
    assert (result["step"], result["step"]) == (before + 1, good(client.get(f"{CASE}/audit"))[-1]["number"])


def test_each_system_alone_is_told_with_the_result(client: TestClient, counted: None) -> None:
    result = good(client.get(CASE))
    for system in ("rbf", "network"):
        alone = result["systems"][system]
        assert alone["percent"] == pytest.approx(100 * alone["cells"] / result["counts"]["countable"])
        assert alone["interval"][0] <= alone["percent"] <= alone["interval"][1]
    assert 0 <= result["systems"]["alike"] <= result["counts"]["countable"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"code": "internal"}, "Algo falló que no debería fallar."),
        ({"code": "bundle.odd", "detail": "It is odd.", "remedy": "Mend it."}, "It is odd."),
        ({"code": "case.empty", "detail": "Empty.", "remedy": "Fill it."}, "En este caso no hay"),
    ],
)
def test_what_ended_a_run_is_told_in_the_readers_words(
    client: TestClient, parts: WebParts, counted: None, fault: dict[str, str], said: str
) -> None:
    books = parts.casework.books
    copy = books.record.begin_case(replace(NEW, purpose="again", of_case=1))
    books.reruns.begin(copy.id, "x")
    books.reruns.end(copy.id, "failed", fault)
    run = good(client.get(f"{CASE}/runs", headers={"Accept-Language": "es"}))[1]
    assert (run["state"], run["fault"]["code"]) == ("failed", fault["code"])
    assert run["fault"]["detail"].startswith(said)
    assert run["fault"]["remedy"]


def test_an_expert_answers(client: TestClient, counted: None) -> None:
    said = good(client.put(f"{CASE}/referral/answer", json={"expert": "Dr B", "opinion": "likely", "percent": 80}))
    assert (said["answer"]["expert"], said["answer"]["percent"]) == ("Dr B", 80)
    assert code_of(client.put(f"{CASE}/referral/answer", json={"expert": "B", "opinion": "soup"}), 422) == "setting"
    assert code_of(client.post(f"{CASE}/referral/line", json={"line": "7K2Q-9FXA B 85"}), 409) == "reply.elsewhere"
    assert code_of(client.post(f"{CASE}/referral/line", json={"line": "hello"}), 422) == "reply.unreadable"
    assert code_of(client.post(f"{CASE}/referral/form", files={"form": b"no pdf"}), 422) == "reply.unreadable"


def test_the_line_of_this_very_referral_is_read(client: TestClient, parts: WebParts, counted: None) -> None:
    from edge.papers.digest import referral_digest
    from edge.papers.reply import reply_code, spaced

    code = spaced(reply_code(referral_digest(parts.casework.papers.file(1))))
    said = good(client.post(f"{CASE}/referral/line", json={"line": f"{code} A 85 large nucleoli"}))
    assert (said["answer"]["opinion"], said["answer"]["percent"], said["answer"]["text"]) == (
        "likely",
        85,
        "large nucleoli",
    )


def test_an_answer_finds_its_case_however_far_that_has_gone_meanwhile(
    client: TestClient, counted: None, amina: int
) -> None:
    form = filled(client.get(f"{CASE}/referral.pdf").content, opinion="likely", expert="Dr B")
    for step in ("finish", "resume", "finish"):
        good(client.post(f"{CASE}/{step}"))
    assert good(client.post(f"{CASE}/referral/form", files={"form": form}))["answer"]["opinion"] == "likely"
    good(client.post(f"{CASE}/sign", json=hand_of(client, amina)))
    assert good(client.post(f"{CASE}/referral/form", files={"form": form}))["answer"]["expert"] == "Dr B"


def test_an_answer_to_a_version_comes_after_the_next_was_begun(client: TestClient, counted: None, amina: int) -> None:
    form = filled(client.get(f"{CASE}/referral.pdf").content, opinion="unlikely", expert="Dr B")
    good(client.post(f"{CASE}/finish"))
    good(client.post(f"{CASE}/sign", json=hand_of(client, amina)))
    good(client.post(f"{CASE}/amend", json={**hand_of(client, amina), "reason": "one more"}))
    good(client.patch(CELL, json={"class": "granulocyte"}))
    said = good(client.post(f"{CASE}/referral/form", files={"form": form}))
    assert (said["case"]["version"], said["answer"]["version"], said["answer"]["recounted"]) == (2, 1, False)
    assert "This answers version 1 of the case" in client.get("/cases/1/report").text
    assert "This answers version 1 of the case" not in client.get("/cases/1/report?version=1").text
    assert "Dr B" in client.get("/cases/1/report?version=1").text
    (step,) = [each for each in good(client.get(f"{CASE}/audit")) if each["kind"] == "answer"]
    assert (step["after"]["version"], len(step["after"]["referral"])) == (1, 64)
    # typed in by hand it is about the version that is named
    answer = {"expert": "Dr C", "opinion": "likely"}
    assert good(client.put(f"{CASE}/referral/answer", json=answer))["answer"]["version"] == 2
    assert good(client.put(f"{CASE}/referral/answer", json={**answer, "version": 1}))["answer"]["version"] == 1
    about = [each["after"]["referral"] for each in good(client.get(f"{CASE}/audit")) if each["kind"] == "answer"]
    assert about[-1] == about[0], "what is written down about version 1 names what its referral asked"
    assert len(about[-2]) == len(about[0])
    assert about[-2] != about[0]
    assert code_of(client.put(f"{CASE}/referral/answer", json={**answer, "version": 0}), 422) == "web.invalid"
    assert code_of(client.put(f"{CASE}/referral/answer", json={**answer, "version": 3}), 422) == "setting"


def test_an_answer_to_a_count_that_was_corrected_since_is_refused(client: TestClient, counted: None) -> None:
    form = filled(client.get(f"{CASE}/referral.pdf").content, opinion="likely", expert="Dr B")
    good(client.patch(CELL, json={"class": "granulocyte"}))
    assert code_of(client.post(f"{CASE}/referral/form", files={"form": form}), 409) == "reply.elsewhere"
    good(move(client, "undo"))
    good(client.post(f"{CASE}/referral/form", files={"form": form}))


def test_a_filled_form_is_read_into_the_case_that_it_answers(client: TestClient, counted: None) -> None:
    referral = client.get(f"{CASE}/referral.pdf").content
    form = filled(referral, opinion="unlikely", percent="12,5", text="Mature cells.", expert="Dr B", when="29.11.")
    said = good(client.post(f"{CASE}/referral/form", files={"form": ("answer.pdf", form)}))["answer"]
    assert {name: said[name] for name in ("expert", "opinion", "percent", "text")} == {
        "expert": "Dr B",
        "opinion": "unlikely",
        "percent": 12.5,
        "text": "Mature cells.",
    }
    assert good(client.get(CASE))["answer"] == said
    (step,) = [each for each in good(client.get(f"{CASE}/audit")) if each["kind"] == "answer"]
    assert step["after"]["opinion"] == "unlikely"
    unfilled = client.post(f"{CASE}/referral/form", files={"form": ("empty.pdf", referral)})
    assert code_of(unfilled, 422) == "reply.unreadable"


def test_a_form_of_a_count_that_has_gone_on_since_is_not_taken(
    client: TestClient, live: PaintedLive, counted: None
) -> None:
    form = filled(client.get(f"{CASE}/referral.pdf").content, opinion="likely")
    live.show(painted_frame(3, 5, SIZE))
    good(client.post(f"{CASE}/fields"), 201)
    assert code_of(client.post(f"{CASE}/referral/form", files={"form": form}), 409) == "reply.elsewhere"
    assert good(client.get(CASE))["answer"] is None


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


def test_the_report_is_a_page_to_print(client: TestClient, counted: None, amina: int) -> None:
    page = client.get("/cases/1/report?lang=es")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "img-src data: 'self'" in page.headers["content-security-policy"]
    assert "PRELIMINAR: aún sin firmar" in page.text
    assert '<nav class="places"' not in page.text
    client.post(f"{CASE}/finish")
    client.post(f"{CASE}/sign", json=hand_of(client, amina))
    assert "PRELIMINAR" not in client.get("/cases/1/report?lang=es").text
    client.post(f"{CASE}/amend", json={**hand_of(client, amina), "reason": "one more"})
    assert "PRELIMINAR" in client.get("/cases/1/report").text
    first = client.get("/cases/1/report?version=1&lang=en").text
    assert "PRELIMINAR" not in first
    assert "Opened again as version 2" in first
    client.post(f"{CASE}/finish")
    good(client.post(f"{CASE}/sign", json=hand_of(client, amina)))
    assert "REPLACED by version 2" in client.get("/cases/1/report?version=1").text
    assert "REPLACED" not in client.get("/cases/1/report").text
    report = good(client.get(f"{CASE}/fhir.json?version=1"))["entry"][0]["resource"]
    assert (report["status"], len(report["modifierExtension"])) == ("amended", 1)
    assert client.get("/cases/9/report", headers={"Accept": "text/html"}).status_code == 404


def test_the_report_is_shown_to_those_who_may_see_cases(client: TestClient, counted: None, amina: int) -> None:
    good(client.patch(f"{API}/settings", json={"operator_required": True}))
    assert client.get("/cases/1/report").status_code == 200
    good(client.delete(f"{API}/session"))
    refused = client.get("/cases/1/report", headers={"Accept": "text/html"})
    assert (refused.status_code, "session.none" in refused.text, "A-17" in refused.text) == (401, True, False)


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


def test_a_look_again_that_failed_says_why_in_the_readers_language(
    client: TestClient, parts: WebParts, counted: None
) -> None:
    for fault in (
        {"code": "bundle.missing", "detail": "There is no bundle x.", "remedy": "Install it."},
        {"code": "internal"},
    ):
        begun = good(client.post(f"{CASE}/reanalyse", json={"bundle": "painted"}), 202)
        parts.casework.reanalysis.wait()
        parts.casework.books.reruns.end(begun["case"], "failed", fault)
    _, missing, broken = good(client.get(f"{CASE}/runs", headers={"Accept-Language": "es"}))
    assert (missing["fault"]["code"], missing["fault"]["detail"]) == (
        "bundle.missing",
        "No hay ningún paquete con ese nombre.",
    )
    assert (broken["fault"]["code"], broken["fault"]["detail"]) == ("internal", "Algo falló que no debería fallar.")


def test_consent_needs_a_ground_and_blanks_are_none(client: TestClient) -> None:
    good(client.post(f"{API}/cases", json={"pseudonym": "A-17"}), 201)
    assert code_of(client.put(f"{CASE}/consent", json={"ground": "  "}), 422) == "setting"
    assert good(client.get(CASE))["consent"] is None
