"""The settings of a scope: read, checked, frozen."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_bridge.errors import (
    BadScopeSettings,
)
from firmware_bridge.scope import read_settings

GOOD = """
board = "grbl"
port = "sim:grbl"
speed_um_s = 100
[x]
units_per_um = 0.001
low_um = -100
high_um = 100
[y]
units_per_um = 0.001
low_um = -100
high_um = 100
[z]
units_per_um = 0.001
low_um = -50
high_um = 50
backlash_um = 2
"""


def test_settings_are_read_and_frozen(tmp_path: Path) -> None:
    path = tmp_path / "scope.toml"
    path.write_text(GOOD)
    read = read_settings(path)
    assert (read.z.lowest_um, read.z.high_um) == (-48, 50)
    with pytest.raises(ValueError, match="frozen"):
        read.baud = 9600


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"grbl"', '"toaster"', "board"),
        ("units_per_um = 0.001", "units_per_um = 0", "x.units_per_um"),
        ("high_um = 50", "high_um = -60", "z"),
        ("high_um = 50", "high_um = nan", "z.high_um"),
        ("backlash_um = 2", "backlash_um = 200", "high_um must be"),
        ("speed_um_s = 100", "speed = 100", "speed"),
        ("[z]", "[q]", "z"),
        ("[x]", "[x", "Correct it"),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_the_place(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "scope.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadScopeSettings) as told:
        read_settings(path)
    assert words in told.value.remedy
    assert "scope.toml" in told.value.what


def test_absent_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadScopeSettings, match="No such file"):
        read_settings(tmp_path / "none.toml")
