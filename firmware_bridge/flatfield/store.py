"""Flat fields on disk, one file for each objective: a line of JSON, then the light as little-endian float32.

{"version": 1, "objective": "100x", "shape": [72, 96, 3], "sha256": "…"}\\n ‹rows × columns × 3 × 4 bytes›
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from firmware_bridge.durable import write_durably
from firmware_bridge.errors import BadSourceUri, FlatFieldDamaged
from firmware_bridge.flatfield.field import GRID_PX, MOST_GAIN, FlatField, Gain

FOLDER = "flatfields"
_VERSION = 1
_OBJECTIVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}")


def save_flat_field(data: Path, objective: str, field: FlatField) -> Path:
    """Keep a flat field for this objective, in place of an earlier one; its file.

    Raises:
        BadSourceUri: the objective's name cannot be a file's.
        OSError: the disk does not take it; an earlier one stays.
    """
    path = _path(data, objective)
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = field.light.astype("<f4").tobytes()
    head = {
        "version": _VERSION,
        "objective": objective,
        "shape": field.light.shape,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    write_durably(path, json.dumps(head).encode() + b"\n" + raw)
    return path


def load_flat_field(data: Path, objective: str) -> FlatField:
    """The flat field of this objective.

    Raises:
        BadSourceUri: the objective's name cannot be a file's.
        FlatFieldDamaged: there is none, or it is not what was stored.
    """
    path = _path(data, objective)
    remedy = f"Take it: marrowkit-bridge flatfield URI --objective {objective}."
    try:
        line, _, raw = path.read_bytes().partition(b"\n")
    except OSError as cause:
        raise FlatFieldDamaged(f"There is no flat field for {objective} ({cause.strerror}).", remedy) from cause
    try:
        return FlatField(_checked(json.loads(line), raw, objective))
    except (ValueError, KeyError, TypeError) as cause:
        raise FlatFieldDamaged(f"The flat field {path} is damaged ({cause}).", remedy) from cause


def _checked(head: Any, raw: bytes, objective: str) -> Gain:
    if (head["version"], head["objective"]) != (_VERSION, objective):
        raise ValueError("it is another objective's, or of another version")
    if hashlib.sha256(raw).hexdigest() != head["sha256"]:
        raise ValueError("its bytes are not those that were stored")
    light = np.frombuffer(raw, "<f4").reshape(head["shape"]).astype(np.float32)
    fits = light.ndim == 3 and light.shape[2] == 3 and 2 <= max(light.shape) <= GRID_PX
    if not (fits and np.isfinite(light).all() and light.min() >= 1.0 / MOST_GAIN and light.max() <= 1.0):
        raise ValueError("its figures make no sense")
    return light


def _path(data: Path, objective: str) -> Path:
    if not _OBJECTIVE.fullmatch(objective):
        raise BadSourceUri(f"“{objective}” is not the name of an objective.", "Write it like 100x or 40x-dry.")
    return data / FOLDER / f"{objective}.flat"
