"""What a check of this device finds, and where it looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Level = Literal["OK", "INFO", "WARNING", "ISSUE"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report; a station cannot work with an ISSUE."""

    level: Level
    check: str
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: the data folder, the bundle by name, the root of the file system, the clock (seconds)."""

    data: Path
    bundle: str | None = None
    root: Path = Path("/")
    now_s: Callable[[], float] = time.time
