"""Where a kit keeps its data."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from firmware_bridge.errors import BadDataFolder

DATA_VARIABLE = "MARROWKIT_DATA"


def data_folder(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: as given, else $MARROWKIT_DATA, else the XDG data home's `marrowkit`. It need not exist.

    Raises:
        BadDataFolder: a file is in its place.
    """
    folder = given or _named(environment)
    if _is_file(folder):
        raise BadDataFolder(f"The data folder {str(folder)!r} is a file.", "Name a folder with --data.")
    return folder


def _named(environment: Mapping[str, str]) -> Path:
    named = environment.get(DATA_VARIABLE)
    if named:
        return Path(named)
    home = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return (Path(home) / "marrowkit").expanduser()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # nobody may look there: whoever uses the folder says so
        return False
