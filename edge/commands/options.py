"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

DATA_VARIABLE = "MARROWKIT_DATA"

DataDir = Annotated[
    Path | None,
    typer.Option("--data", help=f"Data folder. Default: ${DATA_VARIABLE}, else ~/.local/share/marrowkit."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def data_folder(given: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The data folder: as given, else $MARROWKIT_DATA, else the XDG data home's `marrowkit`. It need not exist."""
    if given is not None:
        return given
    named = environment.get(DATA_VARIABLE)
    if named:
        return Path(named)
    home = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return (Path(home) / "marrowkit").expanduser()
