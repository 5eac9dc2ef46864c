"""The README names every command with all its options, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

import firmware_bridge
from firmware_bridge.__main__ import COMMANDS, bridge_app

TEXT = (Path(firmware_bridge.__file__).parent / "README.md").read_text()
ROWS = dict(re.findall(r"^\| `marrowkit-bridge ([a-z-]+)[^|]*\|([^|]*)\|", TEXT, re.MULTILINE))
OPTION = re.compile(r"--[a-z][a-z-]*")


def options_of(name: str) -> set[str]:
    command = get_command(bridge_app()).commands[name]  # type: ignore[attr-defined]
    return {text for each in command.params for text in each.opts if text.startswith("--")} - {"--help"}


def test_every_command_is_there() -> None:
    assert ROWS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_all_its_options_there(name: str) -> None:
    assert set(OPTION.findall(ROWS[name])) == options_of(name)


def test_no_example_uses_an_option_that_is_none() -> None:
    examples = re.findall(r"marrowkit-bridge ([a-z-]+)([^|`\n#]*)", TEXT)
    assert len(examples) > len(COMMANDS)
    for name, rest in examples:
        assert set(OPTION.findall(rest)) <= options_of(name)
