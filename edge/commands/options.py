"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firmware_bridge.datafolder import DATA_VARIABLE, data_folder

__all__ = ["DATA_VARIABLE", "AsJson", "DataDir", "data_folder"]

DataDir = Annotated[
    Path | None,
    typer.Option("--data", help=f"Data folder. Default: ${DATA_VARIABLE}, else ~/.local/share/marrowkit."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
