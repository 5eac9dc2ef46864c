from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware_bridge import __main__ as command
from firmware_bridge.benching import latency, overhead, simulation
from firmware_bridge.commands import controls
from firmware_bridge.flatfield import load_flat_field
from firmware_bridge.imagefile import read_image
from firmware_bridge.options import SimOptions
from firmware_bridge.recording import read_index
from firmware_bridge.sim.troubles import KINDS
from firmware_bridge.sources.devices import Camera, Machine
from firmware_bridge.uri import SCHEMES
from tests.firmware_bridge.test_camera_settings import FakeUvc


def bridge(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of `marrowkit-bridge` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["marrowkit-bridge", *arguments])
    with pytest.raises(SystemExit) as exit_:
        command.main()
    return int(exit_.value.code or 0)


def test_a_snapshot_is_a_picture(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "field.png"
    assert bridge(monkeypatch, "snapshot", "sim:?width=128&height=96", str(out), "--skip", "1") == 0
    assert read_image(out).shape == (96, 128, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["field.png"]
    assert "128 × 96" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("uri", "skip", "words"),
    [
        ("camera:77", "0", "There is no camera"),
        ("nonsense", "0", "not the address"),
        ("{folder}/one.png", "1", "ended before picture 2"),
    ],
)
def test_a_fault_is_two_sentences_and_no_file(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    uri: str,
    skip: str,
    words: str,
) -> None:
    bridge(monkeypatch, "snapshot", "sim:?width=64&height=64", str(tmp_path / "one.png"))
    capsys.readouterr()
    out = tmp_path / "out.png"
    assert bridge(monkeypatch, "snapshot", uri.format(folder=tmp_path), str(out), "--skip", skip) == 1
    assert words in capsys.readouterr().err
    assert not out.exists()


def test_a_place_that_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bridge(monkeypatch, "snapshot", "sim:?width=64&height=64", str(tmp_path / "absent" / "x.png")) == 1
    assert f"{tmp_path / 'absent' / 'x.png'}: No such file or directory. Make room" in capsys.readouterr().err


def test_sources_lists_every_scheme(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert bridge(monkeypatch, "sources") == 0
    listed = capsys.readouterr().out
    assert all(form.example in listed and form.help in listed for form in SCHEMES.values())


def test_every_fault_of_the_simulation_is_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bridge(monkeypatch, "sources")
    listed = capsys.readouterr().out
    assert all(kind in listed and what in listed for kind, what in KINDS.items())


def test_a_recording_can_be_played(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim = "sim:?width=64&height=64&um_per_px=0.5&fps=100"
    assert bridge(monkeypatch, "record", sim, str(tmp_path / "r"), "--pictures", "5") == 0
    assert "replay://" in capsys.readouterr().out
    again = str(tmp_path / "again")
    assert bridge(monkeypatch, "record", f"replay://{tmp_path}/r", again) == 0
    assert len(read_index(tmp_path / "again")) >= 1
    assert len(read_index(tmp_path / "r")) == 5
    assert read_index(tmp_path / "again")[-1].crc32 == read_index(tmp_path / "r")[-1].crc32


@pytest.mark.parametrize(
    ("address", "words", "waits"),
    [
        ("http://127.0.0.1:9/", "Nothing usable answers at http://127.0.0.1:9/", True),
        ("file:///none/at/all.avi", "all.avi", True),
        ("sim:?faults=foo@3", "foo@3", False),
        ("sim:?width=wide", "“wide”", False),
        ("sim:?width=64&height=64&faults=unplug@0:1000s", "not plugged in", True),
    ],
)
def test_a_recording_of_nothing_says_why(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    address: str,
    words: str,
    waits: bool,
) -> None:
    assert bridge(monkeypatch, "record", address, str(tmp_path / "r"), "--seconds", "1.2") == 1
    told = capsys.readouterr()
    assert words in told.err
    assert ("waiting for the camera (try 1 to open it again): " in told.out) == waits
    assert (tmp_path / "r").exists() == waits


def test_a_full_disk_is_an_error_of_the_record_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    assert bridge(monkeypatch, "record", "sim:?width=64&height=64", str(tmp_path)) == 1
    assert "Make room" in capsys.readouterr().err


def test_a_flat_field_is_taken_from_clear_glass_and_refused_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim = "sim:?slide=1&width=320&height=240&um_per_px=0.22&fps=120&x_um="
    taken = ("--objective", "100x", "--data", str(tmp_path))
    assert bridge(monkeypatch, "flatfield", sim + "-900", *taken) == 0
    assert load_flat_field(tmp_path, "100x").light.min() > 0.5
    capsys.readouterr()
    assert bridge(monkeypatch, "flatfield", sim + "100", *taken) == 1
    assert "not empty" in capsys.readouterr().err
    assert bridge(monkeypatch, "flatfield", f"file://{tmp_path}/none.png", *taken) == 1


def test_cameras_are_listed_with_the_address_that_they_keep(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one, twin, other = (
        Camera(Path(f"/dev/video{number}"), "HD", "1:2", serial, str(number))
        for number, serial in enumerate(("A", "S", "S"))
    )
    monkeypatch.setattr(Machine, "cameras", lambda _: [one, twin, other])
    assert bridge(monkeypatch, "cameras") == 0
    told = capsys.readouterr().out
    assert all(address in told for address in ("camera:serial=A", "camera:1", "camera:2"))
    monkeypatch.setattr(Machine, "cameras", lambda _: [])
    bridge(monkeypatch, "cameras")
    assert "No camera is plugged in" in capsys.readouterr().out


def test_controls_are_listed_with_their_ranges(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(controls, "UvcDevice", FakeUvc)
    monkeypatch.setattr(controls, "device_path", lambda _: Path("/dev/video0"))
    assert bridge(monkeypatch, "controls", "camera:0") == 0
    assert "exposure_ms       25  (0.3 to 204.7, in steps of 0.1)  automatic now" in capsys.readouterr().out
    assert bridge(monkeypatch, "controls", "sim:") == 1


def test_the_bench_measures_and_prints_one_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(overhead, "PICTURES", 4)
    monkeypatch.setattr(overhead, "ROUNDS", 1)
    monkeypatch.setattr(simulation, "PICTURES", 2)
    monkeypatch.setattr(simulation, "LOOKS", {"small": SimOptions(width=64, height=64, um_per_px=0.5)})
    allowed = os.sched_getaffinity(0)
    assert bridge(monkeypatch, "bench", "--frames", "30", "--json") == 0
    measured = json.loads(capsys.readouterr().out)
    assert measured["latency"]["frames"] == 30
    assert measured["overhead"][0]["cores"] == 1
    assert all(each["costs"][way]["cpu_ms"] > 0 for each in measured["overhead"] for way in overhead.WAYS)
    assert all(set(each["added"]) == {"station", "waited"} for each in measured["overhead"])
    assert os.sched_getaffinity(0) == allowed
    assert measured["sim_fps"]["small"] > 0
    assert bridge(monkeypatch, "bench", "--frames", "30") == 0
    assert "supervisor and queue add to cv2.VideoCapture" in capsys.readouterr().out


def test_a_picture_is_stale_since_the_next_one_came_and_only_then() -> None:
    def taken(at_s: float) -> latency._Taken:
        return latency._Taken(1, at_s, 0.0, 0.0, 0.0)

    arrived_s = [0.0, 1.0, 2.0, 3.0]
    assert [latency._stale_ms(taken(at_s), arrived_s) for at_s in (1.5, 2.0, 2.25, 3.5)] == [0.0, 0.0, 250.0, 1500.0]
    assert latency._stale_ms(taken(9.0), arrived_s[:2]) == 0.0


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "firmware_bridge", "sources"], capture_output=True, check=True)
    assert b"sim:" in done.stdout
    assert done.stderr == b""
