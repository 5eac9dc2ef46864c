"""The digest of a case's result: what a signature stands for, and what every page of a paper names."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from edge.papers.case_file import CaseFile

SHORT = 16
"""Hexadecimal digits of the short form: 64 bits."""
LATER = ("signature", "answer", "consent", "station")
"""What may come or change after the result stands, and so is no part of it."""
DERIVED = ("systems",)
"""What follows from the cells, and so needs no digest: kits that did not tell it yet call the same case the same."""


def content_digest(file: CaseFile) -> str:
    """SHA-256 of the result, hexadecimal: facts, fields, cells with their pictures, counts, decision, corrections.

    Signing, the expert's answer, consent to training, a newer software and another proof of the same bundle leave it as
    it is; anything that a reader of the report would call the result changes it.
    """
    plain = {key: value for key, value in asdict(_settled(file)).items() if key not in LATER + DERIVED}
    told = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_as_text)
    return hashlib.sha256(told.encode()).hexdigest()


def short(digest: str) -> str:
    """The first digits, in groups that can be read aloud."""
    return " ".join(digest[at : at + 4] for at in range(0, SHORT, 4))


def _settled(file: CaseFile) -> CaseFile:
    """The case as it is however far signing has come, and whatever proves the bundle."""
    return replace(file, case=replace(file.case, state="finished"), bundle=replace(file.bundle, title="", parity=None))


def _as_text(value: Any) -> str:
    """Pictures by their digests; whatever else is no JSON must not pass as text."""
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"{type(value).__name__} has no digest")
