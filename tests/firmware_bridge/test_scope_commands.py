"""`marrowkit-bridge focus` and `scan`, over simulated boards and pictures."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from firmware_bridge import __main__ as command
from firmware_bridge.commands.microscope import found
from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.scope.memory import HOME
from firmware_bridge.sim.boards import SimPort, make_board
from tests.boards import stand

FAST = "sim:?width=128&height=96&fps=120&um_per_px=0.4"
"""51 × 38 µm."""


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


def test_the_aid_shows_a_bar_and_a_hint(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bridge(monkeypatch, "focus", FAST, "--looks", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[0].split() == ["#" * 40, "100%", "turn"]


def test_focus_by_motor_finds_the_plane_of_the_slide_that_the_simulated_stage_moves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out_of_focus = f"{FAST}&defocus_um=6"
    assert bridge(monkeypatch, "focus", out_of_focus, "--simulated", "grbl", "--travel-um", "15") == 0
    found = re.fullmatch(r"found: z (-?[0-9.]+) µm after [0-9]+ pictures\n", capsys.readouterr().out)
    assert found is not None
    assert float(found[1]) == pytest.approx(-6.0, abs=1.0)


def test_glass_beside_the_smear_has_no_focus(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bridge(monkeypatch, "focus", f"{FAST}&x_um=-1000", "--simulated", "sangaboard", "--travel-um", "10") == 1
    assert capsys.readouterr().out.startswith("flat: ")


def test_a_scan_fills_a_folder_and_the_same_command_has_nothing_left_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fields"
    arguments = ("scan", FAST, str(out), "--simulated", "grbl", "--region", "0,0,90,38", "--field", "51,38")
    assert bridge(monkeypatch, *arguments) == 0
    assert "done: 2 kept, 0 empty" in capsys.readouterr().out
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")}
    assert sorted(before) == ["field-00000.png", "field-00001.png"]
    assert bridge(monkeypatch, *arguments) == 0
    assert {path.name: path.stat().st_mtime_ns for path in out.glob("*.png")} == before


def test_pictures_of_another_scan_do_not_pass_for_this_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the program is killed before a field is kept, its file tells whether it was: it must be this scan's."""
    (tmp_path / "field-00001.png").write_bytes(b"another slide")
    assert bridge(monkeypatch, "scan", FAST, str(tmp_path), *STRIP, "--home") == 1
    assert "holds pictures of a scan" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["field-00001.png"]


STRIP = ("--simulated", "grbl", "--region", "0,0,90,38", "--field", "51,38")


@pytest.mark.parametrize(("fault", "what"), [("unplug@20:1s", "was unplugged"), ("frozen@20:500", "the same picture")])
def test_a_scan_waits_for_its_camera_and_keeps_no_picture_twice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, what: str
) -> None:
    assert bridge(monkeypatch, "scan", f"{FAST}&faults={fault}", str(tmp_path), *STRIP) == 0
    shown = capsys.readouterr().out
    assert re.search(r"waiting for the camera \(try 1 to open it again\): .*" + what, shown)
    assert "done: 2 kept, 0 empty, 0 blurred" in shown
    assert len({path.read_bytes() for path in tmp_path.glob("*.png")}) == 2


def test_a_camera_that_stays_away_stops_a_scan_by_its_name_and_the_scan_goes_on_with_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = f"{FAST}&faults=unplug@20:1000s"
    assert bridge(monkeypatch, "scan", gone, str(tmp_path), *STRIP, "--patience-s", "5") == 1
    told = capsys.readouterr()
    assert "The simulated camera is not plugged in. Plug it in again." in told.err
    assert "failed at" in told.out
    assert not list(tmp_path.glob("*.png"))
    assert bridge(monkeypatch, "scan", FAST, str(tmp_path), *STRIP, "--origin-kept") == 0
    assert "done: 2 kept" in capsys.readouterr().out


def test_a_begun_scan_goes_on_only_where_somebody_says_that_its_places_hold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "fields"
    arguments = ("scan", FAST, str(out), "--simulated", "grbl", "--region", "0,0,90,38", "--field", "51,38")
    assert bridge(monkeypatch, *arguments) == 0
    progress = json.loads((out / "progress.json").read_text())
    (out / "field-00001.png").unlink()
    for more, code, words in (
        ((), 1, "--origin-kept"),
        (("--origin-kept",), 0, "done: 2 kept"),
    ):
        (out / "progress.json").write_text(json.dumps({**progress, "fields": {"0": "kept"}}))
        assert bridge(monkeypatch, *arguments, *more) == code
        shown = capsys.readouterr()
        assert words in shown.out + shown.err


def test_the_command_line_says_where_the_stage_stands_or_homes_it() -> None:
    scope = stand("grbl").scope
    found(scope, "10,-20.5,3")
    assert scope.position.triple == pytest.approx((10.0, -20.5, 3.0))
    found(scope, "")
    assert scope.position.x_um == pytest.approx(10.0)
    found(scope, "", home=True)
    assert (scope.position.triple, scope.origin) == ((0.0, 0.0, 0.0), HOME)
    for stands, home, words in (
        ("1,2", False, "3 figures"),
        ("1,2,nan", False, "3 figures"),
        ("1,2,3", True, "exclude"),
    ):
        with pytest.raises(BadScopeSettings, match=words):
            found(scope, stands, home)


def test_the_place_outlasts_the_command_and_a_board_without_power_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARROWKIT_DATA", str(tmp_path / "data"))
    board, path = make_board("grbl"), tmp_path / "scope.toml"
    board.feed(b"G92 X1 Y1 Z1\n")
    axis = "units_per_um = 0.001\nlow_um = -500\nhigh_um = 500\nbacklash_um = 5\n"
    with SimPort(board, tmp_path / "stage") as port:
        path.write_text(f'board = "grbl"\nport = "{port.path}"\n' + "".join(f"[{name}]\n{axis}" for name in "xyz"))
        focus = ("focus", FAST, "--settings", str(path), "--travel-um", "10")
        bridge(monkeypatch, *focus, "--at", "100,100,50")
        capsys.readouterr()
        bridge(monkeypatch, *focus)
        assert re.search(r": z [45][0-9]", capsys.readouterr().out)
        board.reset()
        assert bridge(monkeypatch, *focus) == 1
        assert "does not count as it did" in capsys.readouterr().err


def test_a_region_beyond_the_limits_is_refused_with_the_limits(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = ("scan", FAST, str(tmp_path), "--simulated", "grbl", "--region", "0,0,9000,38", "--field", "51,38")
    assert bridge(monkeypatch, *scan) == 1
    assert "from -4995 to 5000 µm in x" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.png"))


def test_settings_from_a_file_and_a_simulated_stage_exclude_each_other_and_a_scan_needs_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = ("scan", FAST, str(tmp_path), "--region", "0,0,90,38", "--field", "51,38")
    for more, words in (
        ((), "needs a stage"),
        (("--settings", "scope.toml", "--simulated", "grbl"), "exclude each other"),
        (("--settings", "none.toml"), "cannot be read"),
        (("--simulated", "toaster"), "no simulated board"),
    ):
        assert bridge(monkeypatch, *scan, *more) == 1
        assert words in capsys.readouterr().err


def test_a_settings_file_that_names_a_simulated_port_shares_the_body_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scope.toml"
    axis = "units_per_um = 0.001\nlow_um = -500\nhigh_um = 500\nbacklash_um = 5\n"
    path.write_text('board = "grbl"\nport = "sim:grbl"\n' + "".join(f"[{name}]\n{axis}" for name in "xyz"))
    out_of_focus = f"{FAST}&defocus_um=4"
    assert bridge(monkeypatch, "focus", out_of_focus, "--settings", str(path), "--travel-um", "10") == 0
    assert capsys.readouterr().out.startswith("found: z -")


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
