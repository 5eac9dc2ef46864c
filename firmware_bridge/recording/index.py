"""The index of a recording: one line of JSON for each picture, written when the picture is safely on the disk.

    {"file": "000000.png", "sequence": 0, "taken_ms": 12.5, "crc32": 7, "um_per_px": 0.11, "settings": {}, "stage": {}}

A line that a power cut tore in half is the last one, and is left out; its picture was not acknowledged.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from firmware_bridge.errors import BadPicture, SourceUnavailable
from firmware_bridge.picture import Picture

INDEX_NAME = "index.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of a recording.

    file      its name in the folder
    crc32     of the file's bytes
    the rest  as in `Picture`
    """

    file: str
    sequence: int
    taken_ms: float
    crc32: int
    um_per_px: float | None = None
    settings: Mapping[str, str | float] = field(default_factory=dict)
    stage: Mapping[str, float] | None = None

    def line(self) -> bytes:
        """As it stands in the index, with its line end."""
        return json.dumps(asdict(self), allow_nan=False, separators=(",", ":")).encode() + b"\n"


def entry_of(picture: Picture, file: str, crc32: int, stage: Mapping[str, float] | None = None) -> Entry:
    """What the index says of a picture; `stage` where somebody else than the source knows it."""
    where = picture.stage if stage is None else stage
    return Entry(file, picture.sequence, picture.taken_ms, crc32, picture.um_per_px, dict(picture.settings), where)


def read_index(folder: Path) -> list[Entry]:
    """Every picture that was acknowledged, in order.

    Raises:
        SourceUnavailable: there is no recording in this folder.
        BadPicture: a line other than the last is damaged.
    """
    try:
        lines = (folder / INDEX_NAME).read_bytes().split(b"\n")
    except OSError as cause:
        what = f"There is no recording in {folder} ({cause.strerror})."
        raise SourceUnavailable(what, f"Name a folder with an {INDEX_NAME}.") from cause
    return [_entry(line, number + 1, folder) for number, line in enumerate(lines[:-1])]


def _entry(line: bytes, number: int, folder: Path) -> Entry:
    try:
        entry = Entry(**json.loads(line))
        _require(entry)
    except (ValueError, TypeError) as cause:
        what = f"Line {number} of {folder / INDEX_NAME} is damaged."
        raise BadPicture(what, "Copy the recording again, or take that line out.") from cause
    return entry


def _require(entry: Entry) -> None:
    """Names stay in the folder, figures are figures, and nothing else stands where they belong."""
    is_plain = Path(entry.file).name == entry.file != ".."
    has_counts = all(type(each) is int and each >= 0 for each in (entry.sequence, entry.crc32))
    has_scale = entry.um_per_px is None or (_is_figure(entry.um_per_px) and entry.um_per_px > 0)
    has_settings = all(isinstance(each, str) or _is_figure(each) for each in _values(entry.settings))
    has_place = entry.stage is None or all(map(_is_figure, _values(entry.stage)))
    if not (is_plain and has_counts and _is_figure(entry.taken_ms) and has_scale and has_settings and has_place):
        raise ValueError(entry)


def _is_figure(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _values(table: Any) -> list[Any]:
    if not isinstance(table, dict):
        raise TypeError(table)
    return list(table.values())
