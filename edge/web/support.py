"""A support bundle: everything that helps to find out what is wrong with a kit, and nothing of a patient.

Versions, settings, what the doctor finds, the latest problems with their codes, and sums. No code of a case, no note,
no picture, no PIN, no password of a camera. What cannot be told, because the record or the whole kit is ill, says why
in its place; the rest comes.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from importlib import metadata
from typing import Any

from edge.record.clock import clock_hint
from edge.web.parts import WebParts
from edge.web.problems import fault_shape
from edge.web.seen_problems import Seen
from firmware_bridge.errors import Fault
from firmware_bridge.masking import without_secrets

PACKAGES = (
    "marrowkit",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "onnxruntime",
    "openvino",
    "fastapi",
    "starlette",
    "uvicorn",
    "pydantic",
    "cryptography",
)
README = (
    "Marrowkit support bundle: what is wrong with a kit, without any patient's data. support.json has everything.\n"
)


Document = dict[str, Any]
Findings = Callable[[], Iterable[Mapping[str, Any]]]


def packed(content: Document) -> bytes:
    """The zip: `support.json` and a line that says what it is."""
    text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("support.json", text)
        archive.writestr("README.txt", README)
    return buffer.getvalue()


def of_kit(parts: WebParts, seen: Seen) -> Document:
    """What is in it."""
    return {
        **_of_machine(parts.findings, seen),
        "settings": _or_why_not(lambda: parts.casework.settings.all().model_dump()),
        "bundle": _bundle(parts),
        "source": _source(parts),
        "control": _or_why_not(lambda: _control(parts)),
        "record": _or_why_not(lambda: _record(parts)),
    }


def of_fault(fault: Fault, findings: Findings, seen: Seen) -> Document:
    """What can be told of a kit that could not start."""
    return {**_of_machine(findings, seen), **_why_not(fault)}


def _of_machine(findings: Findings, seen: Seen) -> Document:
    return {
        "clock_hint": clock_hint(),
        "versions": _versions(),
        "machine": {"system": platform.platform(), "python": sys.version, "processor": platform.machine()},
        "problems": [asdict(each) for each in seen.latest()],
        "findings": _or_why_not(lambda: [dict(each) for each in findings()]),
    }


def _or_why_not(tell: Callable[[], Any]) -> Any:
    try:
        return tell()
    except Fault as fault:
        return _why_not(fault)


def _why_not(fault: Fault) -> Document:
    return {"fault": fault_shape(fault)}


def _versions() -> dict[str, str | None]:
    return {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _bundle(parts: WebParts) -> dict[str, Any]:
    model = parts.casework.models.current
    return {
        "ref": asdict(model.ref),
        "title": model.title,
        "proof": None if model.proof is None else asdict(model.proof),
    }


def _source(parts: WebParts) -> Mapping[str, Any]:
    state = parts.live.state
    figures = {"phase": state.phase, "age_s": state.age_s, "pictures": state.pictures, "dropped": state.dropped}
    fault = None if state.fault is None else state.fault.code
    return {"uri": without_secrets(parts.live.uri), **figures, "unreadable": state.unreadable, "fault": fault}


def _control(parts: WebParts) -> dict[str, Any]:
    state = parts.casework.controls.state()
    return {"level": state.level, "policy": state.policy, "due": state.due, "verdict": state.verdict}


def _record(parts: WebParts) -> dict[str, Any]:
    listing = parts.casework.books.listing
    fields, cells = listing.totals()
    sums = {"cases": dict(Counter(listing.states())), "fields": fields, "cells": cells}
    return {**sums, "free_bytes": parts.record.free_bytes()}
