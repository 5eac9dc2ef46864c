"""The Bundle: DiagnosticReport, its Observations, the Specimen, and the Device that counted (FHIR R4, 4.0.1).

Nothing says who the patient is: the subject is a logical reference to the pseudonym. Ids are UUIDs of version 5 from
kit, case and version, so that the same case always is the same resources, and an amended one refers to new ones.
"""

from __future__ import annotations

from html import escape
from uuid import NAMESPACE_URL, uuid5

from edge.nouns import DECISIONS, STAINS
from edge.papers.case_file import BundleFacts, CaseFile, ControlState
from edge.papers.digest import content_digest
from edge.papers.fhir.by_eye import person
from edge.papers.fhir.codes import (
    CASES,
    KITS,
    LOINC,
    PANELS,
    PSEUDONYMS,
    REPLACED_BY,
    REPLACES,
    SERVICES,
    SNOMED,
    SPECIMEN_TYPES,
    SPECIMENS_OF,
    coding,
    own,
    when,
)
from edge.papers.fhir.known import Resource, observation
from edge.papers.fhir.observations import observations
from edge.words import say

NOT_A_DIAGNOSIS = "Decision support, not a diagnosis."


def fhir_bundle(file: CaseFile) -> Resource:
    """The case as a collection, ready for `json.dumps`; `preliminary` until a person has signed it."""
    named = {known.name: observation(known, _common(file, known.name)) for known in observations(file)}
    resources = [_report(file, list(named)), *named.values(), _specimen(file), _device(file)]
    entries = [{"fullUrl": _url(each["id"]), "resource": each} for each in resources]
    return {
        "resourceType": "Bundle",
        "id": _id(file, "bundle"),
        "meta": {"versionId": str(file.case.version)},
        "identifier": _identifier(file, file.case.version),
        "type": "collection",
        **when("timestamp", _issued(file)),
        "entry": entries,
    }


def status(file: CaseFile) -> str:
    """Of the report and its observations: a signature makes them final, a signature under a new version amended.

    A version that was replaced is not final any more: after it was, the report has been modified (R4's "amended").
    """
    if file.preliminary:
        return "preliminary"
    return "amended" if file.case.version > 1 or file.replaced else "final"


def _versions(file: CaseFile) -> Resource:
    """Which report this one replaces, and by which it was replaced: nobody may read it without heeding that."""
    said: Resource = {}
    if file.case.version > 1 and not file.preliminary:
        said["extension"] = [{"url": REPLACES, "valueReference": _version(file, file.case.version - 1)}]
    return {**said, **_replaced(file)}


def _replaced(file: CaseFile) -> Resource:
    if file.successor is None or not file.successor.signed:
        return {}
    by = _version(file, file.successor.version)
    return {"modifierExtension": [{"url": REPLACED_BY, "valueReference": by}]}


def _version(file: CaseFile, version: int) -> Resource:
    """The report of a version, which is in another Bundle."""
    return {"type": "DiagnosticReport", "identifier": _identifier(file, version)}


def _identifier(file: CaseFile, version: int) -> Resource:
    return {"system": CASES, "value": f"{file.station.id}/{file.case.number}/{version}"}


def _report(file: CaseFile, names: list[str]) -> Resource:
    panel = PANELS.get(file.case.specimen)
    standard = [] if panel is None else [coding(LOINC, *panel)]
    signature = None if file.preliminary else file.signature
    signed = {} if signature is None else {"resultsInterpreter": [person(file, signature.name)]}
    return {
        "resourceType": "DiagnosticReport",
        "id": _id(file, "report"),
        "text": _narrative(file),
        **_versions(file),
        "identifier": [
            {"system": CASES, "value": f"{file.station.id}/{file.case.number}"},
            _identifier(file, file.case.version),
        ],
        "status": status(file),
        "category": [{"coding": [coding(SERVICES, "HM", "Hematology")]}],
        "code": own("cell-count", "Cell count of a stained smear by a program", *standard),
        "subject": _subject(file),
        **when("effectiveDateTime", file.case.begun),
        **when("issued", _issued(file)),
        **_performer(file),
        **signed,
        "specimen": [{"reference": _url(_id(file, "specimen"))}],
        "result": [{"reference": _url(_id(file, name))} for name in names],
        "conclusion": _conclusion(file),
    }


def _common(file: CaseFile, name: str) -> Resource:
    """What all observations of a case have."""
    return {
        "id": _id(file, name),
        **_replaced(file),
        "status": status(file),
        "subject": _subject(file),
        **when("effectiveDateTime", file.case.begun),
        **_performer(file),
        "specimen": {"reference": _url(_id(file, "specimen"))},
        "device": {"reference": _url(_id(file, "device"))},
    }


def _performer(file: CaseFile) -> Resource:
    """Whoever counted with the kit."""
    return {"performer": [person(file, file.operator)]} if file.operator else {}


def _specimen(file: CaseFile) -> Resource:
    case = file.case
    known = SPECIMEN_TYPES.get(case.specimen)
    stain = STAINS.get(case.stain, case.stain)
    kind = {"text": case.specimen} if known is None else {"coding": [coding(SNOMED, *known)], "text": known[1]}
    return {
        "resourceType": "Specimen",
        "id": _id(file, "specimen"),
        "identifier": [{"system": SPECIMENS_OF, "value": f"{file.station.id}/{case.number}"}],
        "type": kind,
        "subject": _subject(file),
        "processing": [{"description": f"Smear, stained: {stain}"}],
    }


def _device(file: CaseFile) -> Resource:
    kit = file.station
    return {
        "resourceType": "Device",
        "id": _id(file, "device"),
        "identifier": [{"system": KITS, "value": kit.id}],
        "deviceName": [{"name": f"Marrowkit, {kit.name}", "type": "user-friendly-name"}],
        "version": [
            {"type": {"text": "software"}, "value": kit.software},
            {"type": {"text": "model"}, "value": f"{file.bundle.ref.name} {file.bundle.ref.version}"},
        ],
        "property": [*_proof(file.bundle), *_control(file.control)],
    }


def _proof(bundle: BundleFacts) -> list[Resource]:
    ref, parity = bundle.ref, bundle.parity
    outcome = "no test vectors" if parity is None else ("passed" if parity.passed else "failed")
    said = {
        "model-digest": ("SHA-256 of the model's signed manifest", ref.digest),
        "model-variant": ("Variant of the model in use", ref.variant),
        "model-proof": ("Proof of the model on this device", outcome),
    }
    return [_property(code, words, value) for code, (words, value) in said.items()]


def _control(control: ControlState | None) -> list[Resource]:
    if control is None:
        return []
    return [_property("control-slide", "Control slide before this case", f"{control.slide}: {control.verdict}")]


def _property(code: str, words: str, value: str) -> Resource:
    return {"type": own(code, words), "valueCode": [{"text": value}]}


def _conclusion(file: CaseFile) -> str:
    label = DECISIONS[file.decision.label]
    reasons = [str(say(reason)) for reason in file.decision.reasons]
    return " ".join(
        [NOT_A_DIAGNOSIS, *_overtaken(file), f"{label}.", *reasons, f"Digest of the result: {content_digest(file)}."]
    )


def _overtaken(file: CaseFile) -> list[str]:
    later = file.successor
    if later is None:
        return []
    words = f"Replaced by version {later.version}" if later.signed else f"Opened again as version {later.version}"
    return [f"{words}, {later.when[:10]}."]


def _narrative(file: CaseFile) -> Resource:
    words = f"{file.case.pseudonym}: {_conclusion(file)}"
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(words)}</p></div>'}


def _subject(file: CaseFile) -> Resource:
    return {"type": "Patient", "identifier": {"system": PSEUDONYMS, "value": file.case.pseudonym}}


def _issued(file: CaseFile) -> str:
    signed = file.signature.when if file.signature is not None else None
    return signed or file.case.finished or file.case.begun


def _id(file: CaseFile, name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:marrowkit:{file.station.id}/{file.case.number}/{file.case.version}/{name}"))


def _url(identity: str) -> str:
    return f"urn:uuid:{identity}"
