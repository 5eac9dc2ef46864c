"""What a signature covers, as one canonical text, and whether all of it is still as it was signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from edge.bundle.canonical import canonical_json
from edge.casework.books import Books
from edge.casework.history import corrections_of, value_of
from edge.casework.results import CaseResult, as_document
from edge.errors import StoreDamaged
from edge.record.case_life import Fact, Signature
from edge.record.corrections import CellKey, Correction

SCHEMA = 1


def sealed(books: Books, result: CaseResult) -> tuple[str, str]:
    """The content of a case as it is now, and its SHA-256."""
    content = {"schema": SCHEMA, **_stated(books, result), "fields": _fields(books, result.case.id)}
    text = canonical_json(content).decode()
    return text, _sha256(text.encode())


def seal(books: Books, result: CaseResult) -> str:
    """SHA-256 of what is shown of a case and signed, as `sealed` but without reading a picture: whoever signs or amends
    says by it what they have seen.
    """
    fields = [[row.number, row.frame_digest, row.ok] for row in result.fields]
    return _sha256(canonical_json({**_stated(books, result), "fields": fields}))


def _stated(books: Books, result: CaseResult) -> dict[str, Any]:
    case = result.case
    return {
        "case": _said(asdict(case)),
        "corrections": _corrections(books.corrections.of(case.id)),
        "figures": as_document(result.figures),
        "manual": _value(result.facts, "manual"),
        "control": _value(result.facts, "control"),
        "bundle": {"ref": asdict(result.model.ref), "title": result.model.title, "digests": list(result.bundles)},
    }


def is_intact(books: Books, case_id: int, signature: Signature) -> bool:
    """Whether the text, the pictures, the documents and the steps are those that were signed; reads every picture.

    Of the version that is signed now, also what is said of the case.
    """
    content = json.loads(signature.content)
    steps = [step for step in books.steps.of(case_id) if step.number <= signature.step]
    now = {field["number"]: field for field in _fields(books, case_id)}
    return (
        _sha256(signature.content.encode()) == signature.digest
        and all(now.get(field["number"]) == field for field in content["fields"])
        and _corrections(corrections_of(steps)) == content["corrections"]
        and _still_said(books, case_id, signature, content)
    )


def _still_said(books: Books, case_id: int, signature: Signature, content: Mapping[str, Any]) -> bool:
    case, facts = books.record.case(case_id), books.life.facts(case_id)
    if case.version != signature.version:
        return True
    now = [_said(asdict(case)), _value(facts, "manual"), _value(facts, "control")]
    return now == [content["case"], content["manual"], content["control"]]


def _said(case: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "pseudonym", "specimen", "stain", "objective", "note", "version", "clock_hint")
    return {name: case[name] for name in names}


def _fields(books: Books, case_id: int) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "digest": row.frame_digest,
            "ok": row.ok,
            "document": _sha256(canonical_json(books.record.document(case_id, row.number))),
            "pictures": [_picture(books, name) for name in (row.image, row.cell_labels, row.nucleus_labels)],
        }
        for row in books.record.fields(case_id)
    ]


def _picture(books: Books, name: str) -> list[str]:
    try:
        return [name, _sha256(books.record.picture(name).read_bytes())]
    except StoreDamaged:
        return [name, "missing"]


def _corrections(corrections: Mapping[CellKey, Correction]) -> list[list[Any]]:
    return [[field, cell, value_of(said)] for (field, cell), said in sorted(corrections.items())]


def _value(facts: Mapping[str, Fact], kind: str) -> Any:
    fact = facts.get(kind)
    return None if fact is None else {"value": dict(fact.value), "operator": fact.operator, "when": fact.clock_hint}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
