"""Frames from files go on past every bad one; live frames are the newest."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.intake import frames, open_frames, open_live
from edge.intake.live import LiveOptions
from edge.types import Frame
from firmware_bridge.errors import BadPicture, BadSourceUri, Fault, FlatFieldDamaged, SourceLost, SourceUnavailable
from firmware_bridge.flatfield import FlatField, save_flat_field
from firmware_bridge.recording import read_index
from firmware_bridge.scope import Scope, read_settings
from firmware_bridge.sim.boards import SimPort, make_board


def write_grey(path: Path, level: int) -> Path:
    cv2.imwrite(str(path), np.full((6, 8, 3), level, np.uint8))
    return path


def told(found: Frame | Fault) -> str:
    return Path(found.name).name if isinstance(found, Frame) else type(found).__name__


@pytest.fixture
def fields(tmp_path: Path) -> Path:
    place = tmp_path / "fields"
    place.mkdir()
    write_grey(place / "f10.png", 30)
    write_grey(place / "f2.png", 10)
    (place / "f3.png").write_bytes(b"broken")
    (place / "inside").mkdir()
    write_grey(place / "inside" / "deeper.png", 99)
    return place


def test_files_and_folders_each_in_order_and_the_bad_ones_in_their_place(fields: Path, tmp_path: Path) -> None:
    last = write_grey(tmp_path / "last.bmp", 50)
    got = list(frames([tmp_path / "absent.png", fields, last]))
    assert [told(found) for found in got] == ["SourceUnavailable", "f2.png", "BadPicture", "f10.png", "last.bmp"]
    assert [found.sequence for found in got if isinstance(found, Frame)] == [1, 3, 4]


def test_a_file_is_named_as_given_and_judged_by_content(fields: Path) -> None:
    odd = fields / "picture.dat"
    shutil.copy(fields / "f2.png", odd)
    (frame,) = frames([odd])
    assert isinstance(frame, Frame)
    assert frame.name == str(odd)
    assert frame.um_per_px is None
    assert frame.pixels.shape == (6, 8, 3)


def test_a_folder_without_pictures_is_a_fault_and_the_rest_goes_on(fields: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    got = list(frames([tmp_path / "empty", fields / "f2.png"]))
    assert [told(found) for found in got] == ["SourceUnavailable", "f2.png"]


def test_no_paths_no_frames() -> None:
    assert list(frames([])) == []


def test_every_picture_of_a_source_in_order(fields: Path) -> None:
    got = list(open_frames(str(fields)))
    assert [told(found) for found in got] == ["f2.png", "BadPicture", "f10.png"]


def test_a_loss_is_the_last_thing_told(fields: Path) -> None:
    stream = open_frames(str(fields))
    assert isinstance(next(stream), Frame)
    shutil.rmtree(fields)
    assert [type(found) for found in stream] == [SourceLost]


@pytest.mark.parametrize(
    ("uri", "fault"), [("nonsense", BadSourceUri), ("camera:78", SourceUnavailable), ("{fields}/f3.png", BadPicture)]
)
def test_what_cannot_be_opened_is_said_at_once(fields: Path, uri: str, fault: type[Fault]) -> None:
    with pytest.raises(fault):
        open_frames(uri.format(fields=fields))


def test_a_mistyped_address_is_refused_and_an_absent_camera_awaited(fields: Path) -> None:
    with pytest.raises(BadSourceUri):
        open_live("nonsense")
    with open_live(f"folder://{fields}/absent") as live:
        assert live.wait_newer(-1, 0.05) is None
        assert (live.state.phase, live.state.age_s) == ("reconnecting", None)
        shutil.copytree(fields / "inside", fields / "absent")
        frame = live.wait_newer(-1, 10)
        assert frame is not None
        assert frame.name.endswith("deeper.png")


def test_live_frames_are_numbered_and_know_their_scale() -> None:
    with open_live("sim:?width=96&height=64&fps=60&um_per_px=0.3") as live:
        first = live.wait_newer(-1, 10)
        assert first is not None
        later = live.wait_newer(first.sequence, 10)
        assert later is not None
        assert later.sequence > first.sequence
        assert (later.um_per_px, later.pixels.shape) == (0.3, (64, 96, 3))
        assert live.state.phase == "running"
        assert live.latest() is not None
        assert live.uri.startswith("sim:")


def test_live_from_a_single_picture_keeps_it(fields: Path) -> None:
    with open_live(str(fields / "f2.png")) as live:
        assert live.wait_newer(-1, 10) is not None
        assert live.wait_newer(0, 10) is None
        assert live.state.phase == "ended"
        assert live.latest() is not None


SIM = "sim:?width=96&height=64&fps=60&um_per_px=0.3"


def test_live_frames_are_recorded_and_the_recording_says_how_it_is(tmp_path: Path) -> None:
    with open_live(SIM, LiveOptions(record=tmp_path / "film")) as live:
        assert live.wait_newer(3, 10) is not None
        assert live.recording is not None
        assert (live.recording.phase, live.recording.fault) == ("recording", None)
    numbers = [entry.sequence for entry in read_index(tmp_path / "film")]
    assert numbers
    assert numbers == sorted(set(numbers))


def stage_file(folder: Path, port: str) -> None:
    axis = "units_per_um = 0.001\nlow_um = -900\nhigh_um = 900\n"
    text = f'board = "marlin"\nport = "{port}"\n' + "".join(f"[{name}]\n{axis}" for name in "xyz")
    (folder / "scope.toml").write_text(text)


def test_a_recording_logs_the_stage_that_the_data_folder_names(tmp_path: Path) -> None:
    board = make_board("marlin")
    board.mechanics.set_count((0.25, 0.0, -0.125))
    with SimPort(board) as port:
        stage_file(tmp_path, port.path)
        with open_live(SIM, LiveOptions(tmp_path / "film", tmp_path)) as live:
            assert live.wait_newer(3, 10) is not None
        with Scope(read_settings(tmp_path / "scope.toml")) as again:  # the port has been given back
            assert again.fault is None
    stages = [entry.stage for entry in read_index(tmp_path / "film")]
    assert stages
    assert set(map(str, stages)) == {str({"x_um": 250.0, "y_um": 0.0, "z_um": -125.0})}


def test_a_stage_that_is_named_and_not_there_stops_the_recording_with_its_reason(tmp_path: Path) -> None:
    stage_file(tmp_path, "/nonexistent/tty")
    with open_live(SIM, LiveOptions(tmp_path / "film", tmp_path)) as live:
        assert live.wait_newer(-1, 10) is not None
        assert live.recording is not None
        assert live.recording.phase == "stopped"
        assert "no board at /nonexistent/tty" in str(live.recording.fault)


def test_a_recording_that_cannot_begin_keeps_nobody_from_looking(tmp_path: Path) -> None:
    (tmp_path / "film").touch()
    with open_live(SIM, LiveOptions(record=tmp_path / "film")) as live:
        assert live.wait_newer(-1, 10) is not None
        assert live.recording is not None
        assert live.recording.phase == "stopped"
        assert live.recording.fault is not None


def test_nothing_is_recorded_unless_it_is_asked_for() -> None:
    with open_live(SIM) as live:
        assert live.recording is None


def test_live_frames_are_made_even_by_the_objectives_flat_field(tmp_path: Path) -> None:
    with pytest.raises(FlatFieldDamaged, match="no flat field for 100x"):
        open_live(SIM, LiveOptions(data=tmp_path, objective="100x"))
    light = np.full((64, 96, 3), 0.5, np.float32)
    light[:, :48] = 1.0
    save_flat_field(tmp_path, "100x", FlatField(light))
    with open_live(SIM + "&cells=0&exposure=0.3", LiveOptions(data=tmp_path, objective="100x")) as live:
        frame = live.wait_newer(-1, 10)
        assert frame is not None
        assert frame.pixels[:, 60:].mean() > 1.2 * frame.pixels[:, :36].mean()
