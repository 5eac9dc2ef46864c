"""A support bundle: everything that helps to find out what is wrong with a kit, and nothing of a patient.

Versions, settings, what the doctor finds, the latest problems with their codes, and sums. No code of a case, no note,
no picture, no PIN, no password of a camera.
"""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from typing import Any

from edge.record.clock import clock_hint
from edge.web.parts import WebParts, without_password
from edge.web.seen_problems import Seen

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


def bundle(parts: WebParts, seen: Seen) -> bytes:
    """The zip: `support.json` and a line that says what it is."""
    content = json.dumps(document(parts, seen), indent=2, ensure_ascii=False, allow_nan=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("support.json", content)
        archive.writestr("README.txt", README)
    return buffer.getvalue()


def document(parts: WebParts, seen: Seen) -> dict[str, Any]:
    """What is in it."""
    return {
        "clock_hint": clock_hint(),
        "versions": _versions(),
        "machine": {"system": platform.platform(), "python": sys.version, "processor": platform.machine()},
        "settings": parts.casework.settings.all().model_dump(),
        "bundle": _bundle(parts),
        "source": _source(parts),
        "control": _control(parts),
        "record": _record(parts),
        "problems": [asdict(each) for each in seen.latest()],
        "findings": [dict(each) for each in parts.findings()],
    }


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
    return {"uri": without_password(parts.live.uri), **figures, "unreadable": state.unreadable, "fault": fault}


def _control(parts: WebParts) -> dict[str, Any]:
    state = parts.casework.controls.state()
    return {"level": state.level, "policy": state.policy, "due": state.due, "verdict": state.verdict}


def _record(parts: WebParts) -> dict[str, Any]:
    listing = parts.casework.books.listing
    fields, cells = listing.totals()
    sums = {"cases": dict(Counter(listing.states())), "fields": fields, "cells": cells}
    return {**sums, "free_bytes": parts.record.free_bytes()}
