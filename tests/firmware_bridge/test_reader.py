"""Whoever closes a source leaves no thread inside a library; a process ends whole also while one hangs there."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture
from firmware_bridge.reader import Reader, join_readers, readers
from firmware_bridge.supervision import Supervised, Watch

CAMERA = Watch(ends=False, silent_s=3.0, frozen_s=None)
CLOSED_AMID_READS = """
import sys
from firmware_bridge.newest import Newest
from firmware_bridge.supervision import supervise
for _ in range(3):
    with Newest(supervise(sys.argv[1])) as live:
        live.wait_newer(-1, 10)
"""
HANGING = """
import sys, threading
from firmware_bridge.reader import Reader, leave_after
import firmware_bridge.reader as reader
reader.join_readers.__defaults__ = (0.1,)
def command():
    inside = threading.Event()
    def hang():
        inside.set()
        {hang}
    Reader(hang, "hangs")
    inside.wait()
    print("said")
    {end}
leave_after(command)
"""


class Busy:
    """Cannot be interrupted inside a read, as a decoder cannot."""

    uri = "busy:"

    def __init__(self) -> None:
        self.inside = threading.Event()
        self.left = False

    def read(self) -> Picture:
        self.inside.set()
        time.sleep(0.2)
        self.left = True
        return Picture(np.zeros((2, 2, 3), np.uint8), 0, 0.0, self.uri)

    def close(self) -> None:
        return None


def test_after_close_nobody_is_inside_the_source() -> None:
    before, busy = set(readers()), Busy()
    live = Newest(Supervised("busy:", lambda: busy, CAMERA))
    assert busy.inside.wait(5)
    live.close()
    assert busy.left
    assert set(readers()) <= before


def test_a_reader_that_closes_its_own_source_does_not_wait_for_itself() -> None:
    done: list[bool] = []

    def leave() -> None:
        me = threading.current_thread()
        assert isinstance(me, Reader)
        me.leave()
        done.append(True)

    Reader(leave, "leaves").join(5)
    assert done == [True]


def test_waiting_for_readers_has_an_end() -> None:
    go_on = threading.Event()
    hanging = Reader(lambda: go_on.wait(10), "hangs")
    join_readers(0.01)
    assert hanging in readers()
    go_on.set()
    join_readers(5)
    assert hanging not in readers()


def test_a_process_that_closed_a_video_amid_its_reads_ends_whole(tmp_path: Path) -> None:
    path = tmp_path / "v.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (1280, 960))
    noise = np.random.default_rng(0).integers(0, 256, (960, 1280, 3), np.uint8)
    for k in range(20):
        writer.write(np.roll(noise, k, axis=0))
    writer.release()
    done = subprocess.run([sys.executable, "-c", CLOSED_AMID_READS, str(path)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("end", "code"), [("pass", 0), ("sys.exit(3)", 3), ("raise SystemExit(None)", 0)])
@pytest.mark.parametrize("hang", ["threading.Event().wait(60)", "pass"])
def test_a_process_ends_with_its_own_code_and_words_whether_a_reader_hangs_or_not(
    end: str, code: int, hang: str
) -> None:
    script = HANGING.format(end=end, hang=hang)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (code, b"said\n", b"")
