"""A Jetson's camera in a child process: its command line, and a stand-in that speaks the same bytes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import numpy as np
import pytest

from firmware_bridge.errors import PartMissing, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.options import CsiOptions
from firmware_bridge.picture import Device
from firmware_bridge.sources import csi
from firmware_bridge.sources.csi import CsiSource, command
from firmware_bridge.uri import parse_uri

Opener = Callable[..., CsiSource]
WRITE = """
import os, sys, time
pipe = os.fdopen(int(sys.argv[1]), "wb")
def send(level, part=1.0, width=64):
    row = bytes([level, 0, 9]) * width
    data = (row + b"@" * (-len(row) % 4)) * 64
    pipe.write(data[: int(len(data) * part)])
    pipe.flush()
"""
DEAF = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens sources over a fake child program, and closes them."""
    sources: list[CsiSource] = []

    def open_(program: str, timeout: float = 5.0, width: int = 64) -> CsiSource:
        uri = parse_uri(f"csi://0?width={width}&height=64&timeout={timeout}")
        sources.append(CsiSource(uri, lambda fd: [sys.executable, "-c", WRITE + program, str(fd)]))
        return sources[-1]

    yield open_
    for source in sources:
        source.close()


def test_the_command_line_names_sensor_size_rate_and_what_is_held() -> None:
    line = command(1, CsiOptions(width=640, height=480, fps=60, exposure_ms=2.0, gain=4.0, lock=True), 7)
    assert line[:4] == ["gst-launch-1.0", "--quiet", "nvarguscamerasrc", "sensor-id=1"]
    assert "exposuretimerange=2000000 2000000" in line
    assert {"gainrange=4 4", "aelock=true", "awblock=true"} <= set(line)
    assert "video/x-raw(memory:NVMM),width=640,height=480,framerate=60/1,format=NV12" in line
    assert "video/x-raw,width=640,height=480,format=RGB" in line
    assert line[-4:] == ["!", "fdsink", "fd=7", "sync=false"]
    assert "aelock=true" not in command(0, CsiOptions(), 7)


def test_pictures_come_out_of_the_pipe_one_after_the_other(opened: Opener) -> None:
    source = opened("for level in (10, 20, 30): send(level)\ntime.sleep(9)")
    pictures = [source.read() for _ in range(3)]
    for number, picture in enumerate(pictures):
        assert picture is not None
        assert picture.sequence == number
        assert picture.pixels.shape == (64, 64, 3)
        assert tuple(np.unique(picture.pixels.reshape(-1, 3), axis=0)[0]) == (10 * number + 10, 0, 9)


@pytest.mark.parametrize(
    ("program", "fault", "words"),
    [
        ("sys.exit('no cameras available')", SourceUnavailable, "no cameras available"),
        ("send(1)\nsys.exit('broken')", SourceLost, "broken"),
        ("send(1)\nsend(2, 0.5)", SourceLost, "ended"),
        ("send(1)\nsend(2, 0.5)\ntime.sleep(9)", SourceLost, "no whole picture"),
        (
            "send(1)\nimport signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(9)",
            SourceLost,
            "no whole",
        ),
    ],
)
def test_a_child_that_ends_stops_or_hangs_is_told_and_gone(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, program: str, fault: type[SourceFault], words: str
) -> None:
    monkeypatch.setattr(csi, "LEAVES_WITHIN_S", 0.1)
    source = opened(program, timeout=0.4 if "sleep" in program else 5.0)
    if "send(1)" in program:
        assert source.read() is not None
    with pytest.raises(fault, match=words) as caught:
        source.read()
    assert caught.value.remedy
    assert source._child.poll() is not None


class Undying:
    """A child that hangs in the kernel, where no signal reaches it."""

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        return None

    kill = terminate

    def wait(self, timeout: float | None = None) -> int:
        assert timeout is not None, "waits for ever"
        raise subprocess.TimeoutExpired("gst-launch-1.0", timeout)


def test_a_child_that_cannot_be_killed_is_left_behind_and_told(opened: Opener) -> None:
    source = opened("send(1)\ntime.sleep(9)", timeout=0.1)
    child, source._child = source._child, Undying()  # type: ignore[assignment]
    assert source.read() is not None
    with pytest.raises(SourceLost, match="cannot be ended") as told:
        source.read()
    assert "nvargus-daemon" in told.value.remedy
    source.close()
    child.kill()
    child.wait()


def test_closing_ends_a_read_that_waits_and_the_child(opened: Opener) -> None:
    source = opened("send(1)\ntime.sleep(9)", timeout=9)
    assert source.read() is not None
    threading.Timer(0.05, source.close).start()
    assert source.read() is None
    source.close()
    assert source._child.poll() is not None


def test_without_gstreamer_it_says_what_to_install() -> None:
    with pytest.raises(PartMissing, match="not installed"):
        CsiSource(parse_uri("csi://0"), lambda fd: ["no-such-program-anywhere"])


def test_what_the_driver_prints_is_no_part_of_a_picture_and_is_told_when_it_ends(opened: Opener) -> None:
    """nvarguscamerasrc prints “GST_ARGUS: …” on standard output whenever it likes."""
    chatter = "print('GST_ARGUS: Creating output stream' + ' again' * 200, flush=True)\n"
    source = opened(f"for level in (10, 20, 30):\n    {chatter}    send(level)\nsys.exit('Argus: no sensor')")
    for level in (10, 20, 30):
        picture = source.read()
        assert picture is not None
        assert np.array_equal(picture.pixels, np.full((64, 64, 3), (level, 0, 9), np.uint8))
    with pytest.raises(SourceLost, match="Argus: no sensor"):
        source.read()


@pytest.mark.parametrize("width", [64, 65, 66, 67])
def test_rows_of_any_width_are_cut_where_gstreamer_ends_them(opened: Opener, width: int) -> None:
    source = opened(f"send(10, 1, {width}); send(20, 1, {width}); time.sleep(9)", width=width)
    for level in (10, 20):
        picture = source.read()
        assert picture is not None
        assert np.array_equal(picture.pixels, np.full((64, width, 3), (level, 0, 9), np.uint8))


def test_it_tells_the_settings_that_it_was_given() -> None:
    uri = parse_uri("csi://0?width=64&height=64&exposure_ms=5&gain=2")
    source = CsiSource(uri, lambda fd: [sys.executable, "-c", f"{WRITE}send(9)\ntime.sleep(9)", str(fd)])
    picture = source.read()
    source.close()
    assert picture is not None
    assert picture.settings == {"fps": 30, "exposure_ms": 5.0, "gain": 2.0}


def test_its_light_is_verified_after_the_child_was_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another child whose automatic chose otherwise: that is what a reconnection may do."""
    now_s = [0.0]
    monkeypatch.setattr(csi, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
    levels = iter(("[200, 200]", "[120] * 8"))
    script = "for level in {}:\n    pipe.write(bytes([level]) * 64 * 64 * 3); pipe.flush()\ntime.sleep(9)"

    def program(fd: int) -> list[str]:
        return [sys.executable, "-c", WRITE + script.format(next(levels)), str(fd)]

    def looked(source: CsiSource, times: int) -> tuple[str, ...]:
        for _ in range(times):
            assert source.read() is not None
            now_s[0] += 3.0
        source.close()
        return tuple(each.what for each in source.complaints)

    first = CsiSource(parse_uri("csi://0?width=64&height=64&lock=1&timeout=9"), program)
    assert isinstance(first, Device)
    assert looked(first, 2) == ()
    (complaint,) = looked(first.again(), 8)
    assert "40 % darker" in complaint
