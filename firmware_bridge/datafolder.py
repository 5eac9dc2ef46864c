"""Where a kit keeps its data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

DATA_VARIABLE = "MARROWKIT_DATA"


def data_folder(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: as given, else $MARROWKIT_DATA, else the XDG data home's `marrowkit`. It need not exist."""
    if given is not None:
        return given
    named = environment.get(DATA_VARIABLE)
    if named:
        return Path(named)
    home = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return (Path(home) / "marrowkit").expanduser()
