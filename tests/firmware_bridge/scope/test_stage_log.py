"""A recording that knows where the stage was: asked of the board with each picture, whoever moves it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from firmware_bridge import __main__ as command
from firmware_bridge.errors import BoardLost, MotionLocked
from firmware_bridge.recording import read_index
from firmware_bridge.scope import StageLog
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.sim.boards.mechanics import Triple
from tests.boards import FAMILIES, stand

PICTURES = "sim:?width=64&height=64&fps=30"
TOML = """
board = "{family}"
port = "{port}"
[x]
units_per_um = 0.001
low_um = -900
high_um = 900
[y]
units_per_um = 0.001
low_um = -900
high_um = 900
[z]
units_per_um = 0.001
low_um = -900
high_um = 900
"""


@pytest.mark.parametrize("name", FAMILIES)
def test_it_tells_where_the_board_is_moved_by_other_hands_too(name: str) -> None:
    stood = stand(name)
    log = StageLog(stood.scope)
    stood.scope.move_to(30.0, -20.0, 10.0)
    units = stood.mechanics.gear.um_per_unit
    stood.mechanics.go((5.0 / units[0], 0.0, 0.0), 0.0)
    stood.clock.sleep(0.1)
    at = log()
    assert at is not None
    assert (at["x_um"], at["y_um"], at["z_um"]) == pytest.approx((35.0, -20.0, 10.0), abs=0.7)
    assert (log.missing, log.fault) == (0, None)


def test_a_stage_in_trouble_costs_the_places_and_says_why() -> None:
    stood = stand("sangaboard", "unplug@6")
    log = StageLog(stood.scope)
    told = [log() for _ in range(4)]
    assert told[0] is not None
    assert told[-1] is None
    assert log.missing == sum(each is None for each in told)
    assert isinstance(log.fault, MotionLocked)
    assert isinstance(stood.scope.fault, BoardLost)


def test_a_place_that_is_lost_is_not_told() -> None:
    stood = stand("grbl")
    log = StageLog(stood.scope)
    stood.scope.move_to(40.0)
    stood.scope._motion.link.transport._said += stood.board.reset()  # type: ignore[attr-defined]
    assert log() is None
    stood.scope.clear()
    assert log() is None
    stood.scope.place(40.0)
    assert log() == {"x_um": 40.0, "y_um": 0.0, "z_um": 0.0}
    assert (log.missing, log.fault) == (2, None)


def recorded(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", "record", *arguments])
    with pytest.raises(SystemExit) as leaving:
        command.main()
    return int(leaving.value.code or 0)


@pytest.mark.parametrize("count", [(0.0, 0.0, 0.0), (0.25, -0.125, 0.5)])
def test_a_recording_logs_the_stage_of_a_real_port(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, count: Triple
) -> None:
    monkeypatch.setenv("MARROWKIT_DATA", str(tmp_path / "data"))
    board = make_board("marlin")
    board.mechanics.set_count(count)
    with SimPort(board) as port:
        scope = tmp_path / "scope.toml"
        scope.write_text(TOML.format(family="marlin", port=port.path))
        assert recorded(monkeypatch, PICTURES, str(tmp_path / "r"), "--pictures", "3", "--settings", str(scope)) == 0
    stages = [entry.stage for entry in read_index(tmp_path / "r")]
    where = dict(zip(("x_um", "y_um", "z_um"), (1000.0 * each for each in count), strict=True))
    assert stages == [where] * 3


def test_a_recording_of_a_simulated_microscope_logs_its_stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = "sim:?width=64&height=64&fps=60&slide=1&x_um=300"
    assert recorded(monkeypatch, source, str(tmp_path), "--pictures", "2", "--simulated", "sangaboard") == 0
    assert [entry.stage for entry in read_index(tmp_path)] == [{"x_um": 0.0, "y_um": 0.0, "z_um": 0.0}] * 2


def test_a_stage_that_is_lost_on_the_way_costs_no_picture_and_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MARROWKIT_DATA", str(tmp_path / "data"))
    with SimPort(Faulty(make_board("marlin"), "unplug@7")) as port:
        scope = tmp_path / "scope.toml"
        scope.write_text(TOML.format(family="marlin", port=port.path))
        assert recorded(monkeypatch, PICTURES, str(tmp_path / "r"), "--pictures", "4", "--settings", str(scope)) == 0
    stages = [entry.stage for entry in read_index(tmp_path / "r")]
    assert len(stages) == 4
    assert stages[-1] is None
    assert "do not tell where the stage was" in capsys.readouterr().out
