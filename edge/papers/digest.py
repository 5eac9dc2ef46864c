"""Digests of a case: of its result, which a signature stands for and every page of a paper names, and of what is
referred, by which an answer finds its case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from edge.papers.case_file import CaseFile

SHORT = 16
"""Hexadecimal digits of the short form: 64 bits."""
LATER = ("signature", "answer", "consent", "station", "successor", "people")
"""What may come or change after the result stands, and so is no part of it."""
DERIVED = ("systems",)
"""What follows from the cells, and so needs no digest: kits that did not tell it yet call the same case the same."""


def content_digest(file: CaseFile) -> str:
    """SHA-256 of the result, hexadecimal: facts, fields with their pictures, cells, counts, decision, corrections.

    A cell's picture is cut from its field's, whose digest is covered, and is not covered itself: another version of a
    JPEG library would make another of it.

    Signing, the expert's answer, consent to training, a newer software and another proof of the same bundle leave it as
    it is; anything that a reader of the report would call the result changes it.
    """
    if "content" not in file.digests:
        result = _plain(_settled(file)).items()
        file.digests["content"] = _digest({key: value for key, value in result if key not in LATER + DERIVED})
    return file.digests["content"]


def referral_digest(file: CaseFile) -> str:
    """SHA-256 of what an expert is asked about: a version of a case of this kit, its fields and its cells as counted.

    Finishing, signing and whatever else is noted while the answer is on its way leave it as it is.
    """
    return _digest(
        {
            "kit": file.station.id,
            "case": [file.case.number, file.case.pseudonym, file.case.version],
            "fields": [[each.number, each.digest, each.ok] for each in file.fields],
            "cells": [[each.field, each.id, each.label, each.counted] for each in file.cells],
        }
    )


def short(digest: str) -> str:
    """The first digits, in groups that can be read aloud."""
    return " ".join(digest[at : at + 4] for at in range(0, SHORT, 4))


def _digest(plain: Mapping[str, Any]) -> str:
    told = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return hashlib.sha256(told.encode()).hexdigest()


def _settled(file: CaseFile) -> CaseFile:
    """The case as it is however far signing has come, and whatever proves the bundle."""
    return replace(file, case=replace(file.case, state="finished"), bundle=replace(file.bundle, title="", parity=None))


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a value that make it what it is; whatever else is no JSON must not pass as text."""
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} has no digest")
    return {each.name: getattr(value, each.name) for each in fields(value) if each.compare}
