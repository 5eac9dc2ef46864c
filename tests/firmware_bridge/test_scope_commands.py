"""`marrowkit-bridge focus` and `scan`, over simulated boards and pictures."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from firmware_bridge import __main__ as command
from tests.boards import settings

FAST = "sim:?width=128&height=96&fps=120"


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


def written(tmp_path: Path) -> str:
    """A settings file of a fast simulated stage."""
    path = tmp_path / "scope.toml"
    made = settings("grbl", speed_um_s=50_000.0).model_dump()
    lines = [f"{key} = {json.dumps(value)}" for key, value in made.items() if not isinstance(value, dict)]
    for name in "xyz":
        lines += [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in made[name].items())]
    path.write_text("\n".join(lines))
    return str(path)


def test_the_aid_shows_a_bar_and_a_hint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bridge(monkeypatch, "focus", FAST, "--looks", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["#" * 40, "100%", "turn"]


def test_focus_by_motor_says_what_came_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = bridge(monkeypatch, "focus", FAST, "--settings", written(tmp_path), "--travel-um", "5")
    told = capsys.readouterr().out
    assert told.startswith("found: " if code == 0 else ("flat: ", "edge: "))
    assert "pictures" in told


def test_a_scan_fills_a_folder_and_the_same_command_has_nothing_left_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fields"
    arguments = ("scan", FAST, str(out), "--settings", written(tmp_path), "--region", "0,0,25,10", "--field", "14,10")
    assert bridge(monkeypatch, *arguments) == 0
    assert "done: 2 kept, 0 empty" in capsys.readouterr().out
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert sorted(before) == ["field-00000.png", "field-00001.png"]
    assert bridge(monkeypatch, *arguments) == 0
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")} == before


@pytest.mark.parametrize(
    ("region", "field", "words"),
    [("0,0,25", "14,10", "not 4 figures"), ("0,0,25,x", "14,10", "not 4"), ("0,0,0,0", "14,10", "cannot be scanned")],
)
def test_a_region_that_makes_no_sense_is_told(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    region: str,
    field: str,
    words: str,
) -> None:
    arguments = ("scan", FAST, str(tmp_path), "--settings", "none.toml", "--region", region, "--field", field)
    assert bridge(monkeypatch, *arguments) == 1
    assert words in capsys.readouterr().err
