"""The FHIR Bundle: valid R4, honest in its codes, and preliminary until a person has signed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings

from edge.decide.case import decide_case
from edge.papers.case_file import CaseFile, ClassCount, ReferralAnswer, Signature, Successor
from edge.papers.digest import content_digest
from edge.papers.fhir import fhir_bundle
from edge.papers.fhir.codes import CASES, LOINC, OPERATORS, OWN, REPLACED_BY, SNOMED, UCUM
from edge.types import Counts
from tests.case_files import BUNDLE, CASE, case_file
from tests.strategies import tallies

SIGNED = Signature("Dr. Otieno", "2026-11-27T10:05:00+00:00", "5ec0" * 16)
PEOPLE = {"Achieng O.": 3, "Dr. Otieno": 7}
ANSWER = ReferralAnswer("Dr. Wanjiru", "2026-11-29T08:00:00Z", "likely", 1, 80.0, "Large <nucleoli>.")
LATER = Successor(2, "2026-11-29T08:00:00+00:00", signed=True)
AMENDED = replace(CASE, version=2, amended="wrong slide")
NO_ERYTHROBLAST = tuple(ClassCount(label, cells, 50.0, (40.0, 60.0), label == "blast") for label, cells in
                        (("blast", 100), ("lymphoid", 100), ("erythroid", 0)))  # fmt: skip


def resources(file: CaseFile, kind: str) -> list[dict[str, Any]]:
    whole = (entry["resource"] for entry in fhir_bundle(file)["entry"])
    return [each for each in whole if each["resourceType"] == kind]


def named(file: CaseFile, code: str) -> dict[str, Any]:
    """The one observation that bears this code of ours."""
    found = [each for each in resources(file, "Observation") if (OWN, code) in codes(each["code"])]
    assert len(found) == 1
    return found[0]


def codes(concept: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["system"], each["code"]) for each in concept["coding"]}


def everything(plain: Any) -> Iterator[dict[str, Any]]:
    """Every object, however deep."""
    if isinstance(plain, dict):
        yield plain
    for each in plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ():
        yield from everything(each)


VARIANTS: dict[str, dict[str, Any]] = {
    "preliminary": {},
    "final": {"signature": SIGNED},
    "amended": {"signature": SIGNED, "case": AMENDED},
    "replaced": {"signature": SIGNED, "successor": LATER},
    "replaced and amended": {"signature": SIGNED, "case": AMENDED, "successor": replace(LATER, version=3)},
    "answered": {"answer": ANSWER, "people": PEOPLE},
    "answered before, and replaced": {"answer": ANSWER, "case": AMENDED, "signature": SIGNED, "successor": LATER},
    "answered by nobody that is named": {"answer": replace(ANSWER, expert="", when="29.11.", percent=None, text="")},
    "nobody counted": {"operator": None, "manual": None, "corrections": ()},
    "opened again": {"signature": SIGNED, "successor": replace(LATER, signed=False)},
    "no control, no proof, no hand count": {"control": None, "manual": None, "bundle": replace(BUNDLE, parity=None)},
    "blood": {"case": replace(CASE, specimen="blood"), "by_class": NO_ERYTHROBLAST},
    "unknown specimen and stain": {"case": replace(CASE, specimen="spleen", stain="secret")},
    "a clock that never told the time": {"case": replace(CASE, begun="?", finished=None)},
    "a name that is markup": {"case": replace(CASE, pseudonym='<b>&"'), "operator": "</div>"},
}


REPORT_STATUS = {"registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled",
                 "entered-in-error", "unknown"}  # fmt: skip
OBSERVATION_STATUS = REPORT_STATUS - {"partial", "appended"}
DEVICE_NAME_TYPE = {"udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name", "model-name",
                    "other"}  # fmt: skip
"""Required value sets of R4 (4.0.1), which fhir.resources does not hold values against."""


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_bundle_is_valid_and_read_as_it_was_written(changes: dict[str, Any]) -> None:
    text = json.dumps(fhir_bundle(case_file(60, **changes)), allow_nan=False)
    read = Bundle.model_validate_json(text).model_dump_json()
    assert json.loads(read) == json.loads(text.replace("+00:00", "Z"))


@pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
def test_words_of_required_value_sets_are_in_them(changes: dict[str, Any]) -> None:
    file = case_file(60, **changes)
    assert {each["status"] for each in resources(file, "DiagnosticReport")} <= REPORT_STATUS
    assert {each["status"] for each in resources(file, "Observation")} <= OBSERVATION_STATUS
    assert {name["type"] for each in resources(file, "Device") for name in each["deviceName"]} <= DEVICE_NAME_TYPE


@pytest.mark.parametrize("broken", [{"banana": 1}, {"category": "x"}, {"conclusion": ["x"]}, {"issued": "yesterday"}])
def test_the_judge_would_have_seen_a_mistake(broken: dict[str, Any]) -> None:
    plain = fhir_bundle(case_file(20))
    plain["entry"][0]["resource"].update(broken)
    with pytest.raises(ValueError, match=next(iter(broken))):
        Bundle.model_validate(plain)


@given(tallies())
@settings(max_examples=25)
def test_any_count_is_valid(tally: Any) -> None:
    counts = Counts(tally.countable + tally.excluded, tally.countable, tally.excluded, tally.blast)
    file = case_file(0, decision=decide_case(tally), counts=counts)
    Bundle.model_validate(fhir_bundle(file))
    blasts = named(file, "blasts-percent")
    assert ("valueQuantity" in blasts) == bool(tally.countable) == ("dataAbsentReason" not in blasts)


STATES = {"preliminary": {}, "final": VARIANTS["final"], "amended": VARIANTS["amended"]}


@pytest.mark.parametrize(("status", "changes"), STATES.items())
def test_only_a_signature_makes_it_final(status: str, changes: dict[str, Any]) -> None:
    file = case_file(20, **changes)
    said = {each["status"] for kind in ("DiagnosticReport", "Observation") for each in resources(file, kind)}
    assert said == {status}
    interpreters = resources(file, "DiagnosticReport")[0].get("resultsInterpreter", [])
    assert interpreters == ([] if status == "preliminary" else [{"type": "Practitioner", "display": "Dr. Otieno"}])


def test_people_are_named_by_the_kits_own_number_for_them() -> None:
    file = case_file(60, signature=SIGNED, people=PEOPLE)
    (report,) = resources(file, "DiagnosticReport")
    counted = {"system": OPERATORS, "value": "kit-5f21c0/3"}
    assert report["performer"] == [{"type": "Practitioner", "identifier": counted, "display": "Achieng O."}]
    assert report["resultsInterpreter"][0]["identifier"] == {"system": OPERATORS, "value": "kit-5f21c0/7"}
    for each in resources(file, "Observation"):
        assert each["performer"] == report["performer"], each["code"]["text"]
    nobody = case_file(60, operator=None, manual=None, corrections=())
    assert not any("performer" in each for each in everything(fhir_bundle(nobody)))


def test_what_people_corrected_is_told_step_by_step() -> None:
    file = case_file(60, people=PEOPLE)
    told = named(file, "corrections")
    assert told["valueInteger"] == len(told["note"]) == len(file.corrections) > 0
    for note, step in zip(told["note"], file.corrections, strict=True):
        assert note["text"].startswith(f"Cell {step.field}-{step.cell}: ")
        assert (note["time"], note["authorReference"]["display"]) == (step.when, step.by)
    assert "device" not in told
    smudged = replace(file.corrections[0], kind="exclude", reason="smudged")
    (note,) = named(replace(file, corrections=(smudged,)), "corrections")["note"]
    assert note["text"].endswith(": not counted (Smudged or crushed)")


def test_the_experts_answer_is_an_observation_of_the_version_that_they_saw() -> None:
    file = case_file(60, answer=ANSWER, case=AMENDED)
    said = named(file, "referral-answer")
    assert (said["status"], said["effectiveDateTime"]) == ("final", ANSWER.when)
    assert said["performer"] == [{"type": "Practitioner", "display": "Dr. Wanjiru"}]
    assert codes(said["valueCodeableConcept"]) == {(OWN, "opinion-likely")}
    version, blasts = said["component"]
    assert (version["valueInteger"], blasts["valueQuantity"]["value"]) == (1, 80.0)
    assert [note["text"] for note in said["note"]] == [
        "This answers version 1 of the case, not this one.",
        "Large <nucleoli>.",
    ]
    unnamed = named(case_file(60, answer=replace(ANSWER, expert="", when="29.11.", text="")), "referral-answer")
    assert not {"performer", "effectiveDateTime", "device", "note"} & set(unnamed)
    again = named(case_file(60, answer=replace(ANSWER, recounted=True)), "referral-answer")
    assert again["note"][0]["text"] == "Cells were counted or corrected after this answer."


def test_a_version_that_was_replaced_says_so_wherever_it_is_read() -> None:
    file = case_file(20, signature=SIGNED, successor=LATER)
    (report,) = resources(file, "DiagnosticReport")
    by = {"type": "DiagnosticReport", "identifier": {"system": CASES, "value": "kit-5f21c0/42/2"}}
    for each in [report, *resources(file, "Observation")]:
        assert each["status"] == "amended"
        assert each["modifierExtension"] == [{"url": REPLACED_BY, "valueReference": by}]
    assert "Replaced by version 2, 2026-11-29." in report["conclusion"]
    assert "Replaced by version 2" in report["text"]["div"]
    later = replace(file, case=AMENDED, successor=None)
    assert by["identifier"] in resources(later, "DiagnosticReport")[0]["identifier"]


def test_a_version_names_the_one_that_it_replaces() -> None:
    first, second = case_file(20, signature=SIGNED), case_file(20, signature=SIGNED, case=AMENDED)
    (replaces,) = resources(second, "DiagnosticReport")[0]["extension"]
    assert replaces["url"] == "http://hl7.org/fhir/StructureDefinition/diagnosticReport-replaces"
    assert replaces["valueReference"]["identifier"] in resources(first, "DiagnosticReport")[0]["identifier"]
    assert "modifierExtension" not in resources(second, "DiagnosticReport")[0]
    assert "extension" not in resources(replace(second, signature=None), "DiagnosticReport")[0]
    assert "extension" not in resources(first, "DiagnosticReport")[0]


def test_a_version_that_was_only_opened_again_stands() -> None:
    file = case_file(20, signature=SIGNED, successor=replace(LATER, signed=False))
    (report,) = resources(file, "DiagnosticReport")
    assert (report["status"], "modifierExtension" in report) == ("final", False)
    assert "Opened again as version 2" in report["conclusion"]


def test_an_amended_case_that_nobody_signed_again_is_preliminary() -> None:
    assert resources(case_file(20, case=AMENDED), "DiagnosticReport")[0]["status"] == "preliminary"


def test_a_result_that_is_no_longer_what_was_signed_is_preliminary() -> None:
    report = resources(case_file(20, signature=replace(SIGNED, intact=False)), "DiagnosticReport")[0]
    assert report["status"] == "preliminary"
    assert "resultsInterpreter" not in report


def test_the_figures_are_the_cases() -> None:
    file = case_file(220)
    blasts = named(file, "blasts-percent")
    assert blasts["valueQuantity"] == {"value": 44.29, "unit": "%", "system": UCUM, "code": "%"}
    assert [each["valueQuantity"]["value"] for each in blasts["component"]] == [37.73, 51.05]
    assert named(file, "cells-counted")["valueQuantity"]["value"] == file.counts.countable
    for each in file.by_class:
        assert named(file, f"cells-{each.label}")["valueQuantity"]["value"] == each.cells
    assert codes(named(file, "decision-support")["valueCodeableConcept"]) == {(OWN, "suspicious")}
    assert named(file, "blasts-percent-by-hand")["performer"] == [{"type": "Practitioner", "display": "Achieng O."}]


def test_the_report_says_what_it_is_and_of_which_result() -> None:
    file = case_file(60)
    report = resources(file, "DiagnosticReport")[0]
    assert report["conclusion"].startswith("Decision support, not a diagnosis.")
    assert content_digest(file) in report["conclusion"]


def test_every_reference_leads_to_a_resource() -> None:
    plain = fhir_bundle(case_file(60))
    urls = {entry["fullUrl"] for entry in plain["entry"]}
    asked = {each["reference"] for each in everything(plain) if "reference" in each}
    assert asked < urls
    assert len(urls) == len(plain["entry"])
    assert urls - asked == {plain["entry"][0]["fullUrl"]}  # nobody refers to the report


def test_ids_are_the_cases_and_its_versions() -> None:
    assert fhir_bundle(case_file(20)) == fhir_bundle(case_file(20))
    ids = [{entry["fullUrl"] for entry in fhir_bundle(case_file(20, case=case))["entry"]}
           for case in (CASE, AMENDED, replace(CASE, number=43))]  # fmt: skip
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_the_patient_is_a_pseudonym_and_nothing_more() -> None:
    plain = fhir_bundle(case_file(20))
    patients = {json.dumps(each["subject"], sort_keys=True) for each in everything(plain) if "subject" in each}
    assert patients == {'{"identifier": {"system": "urn:marrowkit:pseudonym", "value": "KIS-0042"}, "type": "Patient"}'}
    assert not resources(case_file(20), "Patient")


def test_only_codes_that_were_looked_up_are_claimed() -> None:
    marrow, blood = (fhir_bundle(case_file(60, **VARIANTS[name])) for name in ("preliminary", "blood"))
    claimed = {(each["system"], each["code"]) for plain in (marrow, blood) for each in everything(plain)
               if each.get("system") in (LOINC, SNOMED)}  # fmt: skip
    assert claimed == {(LOINC, "47286-0"), (LOINC, "26446-5"), (SNOMED, "119359002"), (SNOMED, "119297000")}


def test_a_share_of_all_nucleated_cells_is_not_called_one_of_leukocytes() -> None:
    blood = replace(CASE, specimen="blood")
    of_leukocytes = named(case_file(60, case=blood, by_class=NO_ERYTHROBLAST), "blasts-percent")
    of_all = named(case_file(60, case=blood), "blasts-percent")
    assert (LOINC, "26446-5") in codes(of_leukocytes["code"])
    assert (LOINC, "26446-5") not in codes(of_all["code"])


def test_a_time_that_the_clock_never_told_is_not_made_up() -> None:
    plain = fhir_bundle(case_file(20, **VARIANTS["a clock that never told the time"]))
    assert not [each for each in everything(plain) if {"effectiveDateTime", "issued", "timestamp"} & set(each)]


def test_codes_have_no_white_space() -> None:
    labels = tuple(ClassCount(f" odd  label {n}", n, 1.0, (0.0, 2.0), False) for n in range(2))
    plain = fhir_bundle(case_file(20, by_class=labels))
    Bundle.model_validate(plain)
    assert all(re.fullmatch(r"\S+", each["code"]) for each in everything(plain) if isinstance(each.get("code"), str))
