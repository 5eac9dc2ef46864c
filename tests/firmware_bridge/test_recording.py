"""Recordings: what was acknowledged is played again to the last bit, whatever happened to disk and power."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadPicture, RecordingStopped, SourceUnavailable
from firmware_bridge.picture import Picture
from firmware_bridge.recording import INDEX_NAME, Entry, Recorder, Writer, read_index
from firmware_bridge.recording import recorder as recording
from firmware_bridge.sources import open_source

STAGE = {"x_um": 1.5, "y_um": -2.0, "z_um": 0.25, "lamp": 1.0}


def picture(number: int, taken_ms: float | None = None) -> Picture:
    pixels = np.random.default_rng(number).integers(0, 256, (12, 16, 3), np.uint8)
    when = 40.0 * number if taken_ms is None else taken_ms
    return Picture(pixels, number, when, "camera:0", 0.11, {"exposure_ms": 12.5, "device": "/dev/video0"}, STAGE)


def record(folder: Path, numbers: range) -> None:
    writer = Writer(folder, least_free_bytes=0)
    for number in numbers:
        writer.add(picture(number))


def record_more(writer: Writer) -> None:
    for number in range(1, 4):
        writer.add(picture(number))


def played(folder: Path, options: str = "", most: int = 99) -> list[Picture]:
    source = open_source(f"replay://{folder}{options}")
    return [each for each in (source.read() for _ in range(most)) if each is not None]


def test_what_is_played_is_what_was_recorded(tmp_path: Path) -> None:
    record(tmp_path / "new" / "folder", range(4))
    pictures = played(tmp_path / "new" / "folder")
    assert len(pictures) == 4
    for number, again in enumerate(pictures):
        assert np.array_equal(again.pixels, picture(number).pixels)
        assert (again.sequence, again.taken_ms, again.um_per_px) == (number, 40.0 * number, 0.11)
        assert (again.settings, again.stage) == (picture(number).settings, STAGE)


def test_somebody_else_may_know_where_the_stage_is(tmp_path: Path) -> None:
    Writer(tmp_path, 0).add(picture(0), {"x_um": 9.0})
    assert played(tmp_path)[0].stage == {"x_um": 9.0}


def test_a_recording_is_gone_on_with_in_number_and_time(tmp_path: Path) -> None:
    record(tmp_path, range(3))
    record(tmp_path, range(2))
    pictures = played(tmp_path)
    assert [each.sequence for each in pictures] == [0, 1, 2, 3, 4]
    assert (np.diff([each.taken_ms for each in pictures]) > 0).all()


def test_in_a_loop_number_and_time_go_on(tmp_path: Path) -> None:
    record(tmp_path, range(3))
    pictures = played(tmp_path, "?loop=1", 7)
    assert [each.sequence for each in pictures] == list(range(7))
    assert np.diff([each.taken_ms for each in pictures]) == pytest.approx([40.0] * 6)


ENTRIES = st.builds(
    Entry,
    st.from_regex(r"[0-9]{6}\.png", fullmatch=True),
    st.integers(0, 10**9),
    st.floats(0, 1e12),
    st.integers(0, 2**32 - 1),
    st.none() | st.floats(0.01, 1),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.floats(-1e6, 1e6), max_size=3),
    st.none() | st.dictionaries(st.sampled_from(["x_um", "z_um"]), st.floats(-1e6, 1e6)),
)


@given(st.lists(ENTRIES, max_size=4), st.integers(0, 500))
def test_an_index_cut_anywhere_holds_every_line_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, entries: list[Entry], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("index")
    content = b"".join(entry.line() for entry in entries)[:cut]
    (folder / INDEX_NAME).write_bytes(content)
    assert read_index(folder) == entries[: content.count(b"\n")]


def test_half_a_line_is_cut_off_before_it_is_gone_on_with(tmp_path: Path) -> None:
    record(tmp_path, range(2))
    with (tmp_path / INDEX_NAME).open("ab") as file:
        file.write(b'{"file": "0000')
    record(tmp_path, range(1))
    assert len(played(tmp_path)) == 3


@pytest.mark.parametrize(
    "line", [b"nonsense", b"{}", b"[]", b'{"file": "../x", "sequence": 0, "taken_ms": 0, "crc32": 0}', b"\xff"]
)
def test_a_damaged_index_is_refused(tmp_path: Path, line: bytes) -> None:
    record(tmp_path, range(1))
    good = (tmp_path / INDEX_NAME).read_bytes()
    (tmp_path / INDEX_NAME).write_bytes(line + b"\n" + good)
    with pytest.raises(BadPicture, match="Line 1"):
        open_source(f"replay://{tmp_path}")
    with pytest.raises(RecordingStopped, match=r"Line 1.*The picture goes on"):
        record(tmp_path, range(1))


ODD = (
    *({"settings": each} for each in (5, None, [["gain", 1]], {"gain": None}, {"gain": [1]})),
    *({"um_per_px": each} for each in ("x", 0, -0.1, True, float("inf"))),
    *({"stage": each} for each in (7, {"x_um": "q"}, {"x_um": float("nan")})),
    *({"taken_ms": each} for each in (True, "1", None)),
    *({name: each} for name in ("sequence", "crc32") for each in (-1, True, 1.0)),
    {"file": 5},
)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_what_no_recorder_writes_is_refused_before_a_page_stumbles_over_it(tmp_path: Path, odd: dict[str, Any]) -> None:
    record(tmp_path, range(1))
    index = tmp_path / INDEX_NAME
    index.write_text(json.dumps({**json.loads(index.read_bytes()), **odd}) + "\n", "utf-8")
    with pytest.raises(BadPicture, match="Line 1"):
        read_index(tmp_path)


def test_a_recording_of_which_a_damaged_line_was_taken_out_loses_no_other_picture(tmp_path: Path) -> None:
    record(tmp_path, range(4))
    lines = (tmp_path / INDEX_NAME).read_bytes().splitlines(keepends=True)
    (tmp_path / INDEX_NAME).write_bytes(b"".join([lines[0], *lines[2:]]))
    record(tmp_path, range(1))
    assert len(played(tmp_path)) == 4


@pytest.mark.parametrize("content", [None, b""])
def test_without_a_recording_there_is_nothing_to_play(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / INDEX_NAME).write_bytes(content)
    with pytest.raises(SourceUnavailable):
        open_source(f"replay://{tmp_path}")


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_picture_that_is_not_what_was_recorded_is_bad_and_the_rest_goes_on(tmp_path: Path, damage: str) -> None:
    record(tmp_path, range(3))
    path = tmp_path / "000001.png"
    path.unlink() if damage == "gone" else path.write_bytes((tmp_path / "000000.png").read_bytes())
    source = open_source(f"replay://{tmp_path}")
    assert source.read() is not None
    with pytest.raises(BadPicture):
        source.read()
    assert source.read() is not None


@pytest.mark.parametrize("fails_at", range(4))
def test_a_disk_that_fills_at_any_step_stops_it_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    writer, synced, real = Writer(tmp_path, 0), 0, os.fsync
    writer.add(picture(0))

    def filling(handle: int) -> None:
        nonlocal synced
        synced += 1
        if synced > fails_at:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", filling)
    with pytest.raises(RecordingStopped, match="No space left"):
        record_more(writer)
    monkeypatch.undo()
    assert len(played(tmp_path)) == 1 + fails_at // 3
    record(tmp_path, range(1))
    assert len(played(tmp_path)) == 2 + fails_at // 3


def test_room_is_left_on_the_disk(tmp_path: Path) -> None:
    with pytest.raises(RecordingStopped, match="MB are free"):
        Writer(tmp_path, least_free_bytes=10**18).add(picture(0))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingStopped, match="file"):
        Writer(tmp_path / "file" / "inside")


class Stream:
    """Pictures as a recorder asks for them: so many numbers further each time, until there are no more."""

    def __init__(self, step: int, count: int) -> None:
        self.numbers = iter(range(0, step * count, step))
        self.empty = threading.Event()

    def wait_newer(self, _sequence: int, _timeout_s: float) -> Picture | None:
        number = next(self.numbers, None)
        if number is None:
            self.empty.set()
            return None
        return picture(number)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "LOOK_S", 0.01)


@pytest.mark.usefixtures("quick")
def test_a_recorder_writes_what_it_can_and_counts_the_rest(tmp_path: Path) -> None:
    stream = Stream(step=3, count=5)
    with Recorder(stream, Writer(tmp_path, 0), lambda: STAGE) as running:
        assert stream.empty.wait(10)
        state = running.state
    assert (state.phase, state.pictures, state.missed, state.fault) == ("recording", 5, 8, None)
    assert [each.sequence for each in played(tmp_path)] == [0, 3, 6, 9, 12]


@pytest.mark.usefixtures("quick")
def test_a_full_disk_stops_a_recorder_and_says_so(tmp_path: Path) -> None:
    running = Recorder(Stream(1, 5), Writer(tmp_path, least_free_bytes=10**18))
    running._thread.join(10)
    assert (running.state.phase, running.state.pictures) == ("stopped", 0)
    assert running.state.fault is not None
    assert "The picture goes on" in running.state.fault.what


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("broken", ["setting", "stage"])
def test_a_recorder_that_fails_in_another_way_says_so_too(tmp_path: Path, broken: str) -> None:
    """Its thread died on a setting of NaN, which no index can hold, and it went on calling itself recording."""
    stream = Stream(1, 5)
    if broken == "setting":
        unfit = replace(picture(0), settings={"exposure_ms": float("nan")})
        stream.wait_newer = lambda _sequence, _timeout_s: unfit  # type: ignore[method-assign]
    running = Recorder(stream, Writer(tmp_path, 0), lambda: {"x_um": 1 / 0} if broken == "stage" else None)
    running._thread.join(10)
    assert running.state.phase == "stopped"
    assert running.state.fault is not None
    assert "unexpected" in running.state.fault.what


KILLED = """
import sys
from pathlib import Path
from tests.firmware_bridge.test_recording import Writer, picture
writer = Writer(Path(sys.argv[1]), 0)
for number in range(10**6):
    writer.add(picture(number))
    print(number, flush=True)
"""


def test_what_was_acknowledged_before_a_kill_is_played(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as child:
        assert child.stdout is not None
        said = [int(child.stdout.readline()) for _ in range(7)][-1]
        child.kill()
    pictures = played(tmp_path, most=10**6)
    assert len(pictures) > said
    assert all(np.array_equal(each.pixels, picture(each.sequence).pixels) for each in pictures)
    assert json.loads((tmp_path / INDEX_NAME).read_bytes().split(b"\n")[0])["sequence"] == 0
