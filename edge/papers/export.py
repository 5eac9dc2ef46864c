"""A file that is to leave the kit: its name, how large it is, and its content when it is written."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

LONGEST_NAME = 80
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows keeps for its devices."""


@dataclass(frozen=True, slots=True)
class Export:
    """One file.

    name        with folders, separated by /, every part as `safe_name` gives it
    size_bytes  known before it is read, for the room that is asked for
    read        its content
    """

    name: str
    size_bytes: int
    read: Callable[[], bytes]

    @property
    def path(self) -> PurePosixPath:
        """The name as a relative path."""
        return PurePosixPath(self.name)


def held(name: str, content: bytes) -> Export:
    """A file whose content is at hand."""
    return Export(name, len(content), lambda: content)


def as_json(name: str, plain: Any) -> Export:
    """A JSON file for people and programs: sorted, indented, without NaN."""
    text = json.dumps(plain, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return held(name, (text + "\n").encode())


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def safe_name(text: str) -> str:
    """The text as a file's name that every file system of a stick takes (FAT, exFAT, NTFS, ext4) and no shell minds."""
    plain = unicodedata.normalize("NFC", text)
    kept = re.sub(r"[^\w.-]+", "-", plain).strip(".-")
    short = kept.encode()[:LONGEST_NAME].decode(errors="ignore").strip(".-") or "unnamed"
    return f"{short}-" if short.split(".")[0].lower() in RESERVED else short
