"""Every sub-command is listed under its own name, with what it does."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import typer
from typer.testing import CliRunner

import edge.__main__ as kit
import export.__main__ as workshop
import firmware_bridge.__main__ as bridge


@pytest.mark.parametrize(
    ("app", "commands"),
    [(kit.app, kit.COMMANDS), (workshop.app, workshop.COMMANDS), (bridge.bridge_app(), bridge.COMMANDS)],
    ids=["kit", "workshop", "bridge"],
)
def test_help_lists_every_command_by_name(app: typer.Typer, commands: Mapping[str, str]) -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    rows = {line.strip("│ ").split("  ")[0]: line for line in shown.splitlines() if line.startswith("│")}
    assert commands.keys() <= rows.keys()
    assert all(len(rows[name].split()) > 4 for name in commands)
