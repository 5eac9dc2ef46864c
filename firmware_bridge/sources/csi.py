"""A camera on a Jetson's ribbon cable: GStreamer in a child process, which is killed where it hangs.

NVIDIA's `nvarguscamerasrc` stays stuck in the process that used it until its daemon restarts (jetbot#65); a process of
its own can be ended and started again. It writes raw pictures to a pipe, one after the other, of a size agreed before:
RGB without headers, rows filled up to whole words as GStreamer keeps them (gstreamer.freedesktop.org, "Raw Video Media
Types"). The pipe is theirs alone: what NVIDIA's library prints on standard output would shift every picture after it.
"""

from __future__ import annotations

import os
import selectors
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import BinaryIO

import numpy as np

from firmware_bridge.errors import PartMissing, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.options import CsiOptions
from firmware_bridge.picture import Picture, Pixels
from firmware_bridge.steady import Steady
from firmware_bridge.uri import SourceUri

PROGRAM = "gst-launch-1.0"
LEAVES_WITHIN_S = 2.0
_READ_BYTES = 1 << 20
_TOLD_BYTES = 400
_WORD_BYTES = 4
Program = Callable[[int], Sequence[str]]
"""From the file descriptor that pictures go to, to a command line."""


def command(sensor: int, options: CsiOptions, fd: int) -> list[str]:
    """The child's command line: sensor → NV12 in the camera's memory → RGB in ours → this file descriptor."""
    source = ["nvarguscamerasrc", f"sensor-id={sensor}", *_settings(options)]
    size = f"width={options.width},height={options.height}"
    camera = f"video/x-raw(memory:NVMM),{size},framerate={options.fps}/1,format=NV12"
    ours = f"video/x-raw,{size},format=RGB"
    steps = [source, [camera], ["nvvidconv"], [f"video/x-raw,{size},format=RGBA"], ["videoconvert"], [ours]]
    line = [PROGRAM, "--quiet"]
    for step in steps:
        line += [*step, "!"]
    return [*line, "fdsink", f"fd={fd}", "sync=false"]


def _settings(options: CsiOptions) -> list[str]:
    """Exposure in nanoseconds and gain as ranges of one value; the locks hold what was found."""
    asked = []
    if options.exposure_ms is not None:
        ns = round(1e6 * options.exposure_ms)
        asked.append(f"exposuretimerange={ns} {ns}")
    if options.gain is not None:
        asked.append(f"gainrange={options.gain:g} {options.gain:g}")
    return [*asked, "aelock=true", "awblock=true"] if options.lock else asked


def _in_force(options: CsiOptions) -> dict[str, str | float]:
    """What the camera was told; what it chooses by itself it does not tell."""
    asked = {"exposure_ms": options.exposure_ms, "gain": options.gain}
    return {"fps": options.fps, **{name: value for name, value in asked.items() if value is not None}}


class CsiSource:
    """Pictures of a child process.

    Args:
        uri: of `csi:`.
        program: from the descriptor that pictures go to, to a command line that stands in for that of GStreamer.
        steady: what is known of its light where it is opened again.

    Raises:
        PartMissing: GStreamer is not installed.
    """

    def __init__(self, uri: SourceUri, program: Program | None = None, steady: Steady | None = None) -> None:
        self._address, self._program = uri, program
        self._uri = str(uri)
        self._options = uri.options_as(CsiOptions)
        self._row_bytes = -(-3 * self._options.width // _WORD_BYTES) * _WORD_BYTES
        self._bytes = self._options.height * self._row_bytes
        self._steady = steady or Steady({}, self._options.lock)
        self._steady.opened(None)
        self._complaint = tempfile.TemporaryFile()  # noqa: SIM115  closed with the child
        self._child, self._pipe = self._begun(program or partial(command, int(uri.target), self._options))
        self._buffer = bytearray()
        self._sequence = -1
        self._closed = threading.Event()
        self._reading = threading.Lock()

    @property
    def uri(self) -> str:
        """The address this source was opened with."""
        return self._uri

    @property
    def complaints(self) -> tuple[SourceFault, ...]:
        """Light that has drifted since it was locked: that is how exposure and white balance are verified."""
        return self._steady.complaints

    def again(self) -> CsiSource:
        """The same sensor in a new child, its light measured against what it was."""
        return CsiSource(self._address, self._program, self._steady)

    def read(self) -> Picture | None:
        """The next picture; None after `close`.

        Raises:
            SourceUnavailable: the child ended before the first picture: no such camera, or it belongs to someone else.
            SourceLost: the child ended, or sent no whole picture in time; it has been killed.
        """
        with self._reading:
            if not self._fill():
                return None
            pixels = self._pixels(bytes(self._buffer[: self._bytes]))
            del self._buffer[: self._bytes]
        self._sequence += 1
        now_s = time.monotonic()
        self._steady.look(pixels, now_s)
        return Picture(pixels, self._sequence, 1000.0 * now_s, self._uri, settings=_in_force(self._options))

    def close(self) -> None:
        """End the child: told, and then killed."""
        self._closed.set()
        self._end()  # a reader sees the end of the pipe, and lets go
        with self._reading:
            self._pipe.close()
            self._complaint.close()

    def _begun(self, line_to: Program) -> tuple[subprocess.Popen[bytes], BinaryIO]:
        reading, writing = os.pipe()
        try:
            child = self._child_of(line_to(writing), writing)
        except BaseException:
            os.close(reading)
            self._complaint.close()
            raise
        finally:
            os.close(writing)
        return child, os.fdopen(reading, "rb", buffering=0)

    def _child_of(self, line: Sequence[str], writing: int) -> subprocess.Popen[bytes]:
        if shutil.which(line[0]) is None:
            raise PartMissing(f"{line[0]} is not installed.", "Install GStreamer with NVIDIA's plug-ins (JetPack).")
        return subprocess.Popen(line, stdout=self._complaint, stderr=self._complaint, pass_fds=(writing,))

    def _pixels(self, data: bytes) -> Pixels:
        height, width = self._options.height, self._options.width
        rows = np.frombuffer(data, np.uint8).reshape(height, self._row_bytes)
        return np.ascontiguousarray(rows[:, : 3 * width]).reshape(height, width, 3)

    def _fill(self) -> bool:
        """Read until a whole picture is there; False after `close`."""
        deadline_s = time.monotonic() + self._options.patience_s
        while len(self._buffer) < self._bytes:
            if self._closed.is_set():
                return False
            data = self._receive(deadline_s - time.monotonic())
            if not data:
                if self._closed.is_set():
                    return False
                raise self._lost(timed_out=data is None)
            self._buffer += data
        return not self._closed.is_set()

    def _receive(self, patience_s: float) -> bytes | None:
        """What has come; empty at the end of the pipe, None when nothing came in time."""
        if self._pipe.closed:  # after `close`
            return b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._pipe, selectors.EVENT_READ)
            if not selector.select(max(0.0, patience_s)):
                return None
            return os.read(self._pipe.fileno(), _READ_BYTES)

    def _lost(self, timed_out: bool) -> SourceLost | SourceUnavailable:
        if not self._end():
            what = f"The camera's process of {self._uri} hangs in its driver and cannot be ended."
            return SourceLost(what, "Restart its daemon (sudo systemctl restart nvargus-daemon) or the computer.")
        said = self._said()
        if timed_out:
            what = f"{self._uri} has sent no whole picture for {self._options.patience_s:g} s."
            return SourceLost(what, "Check the ribbon cable; the camera's process is started again.")
        if self._sequence < 0:
            what = f"The camera's process of {self._uri} ended at once{said}."
            return SourceUnavailable(what, "Check the ribbon cable, its lock and the sensor's number.")
        return SourceLost(f"The camera's process of {self._uri} ended{said}.", "Check the ribbon cable.")

    def _said(self) -> str:
        """The last that it printed: the error comes after the chatter."""
        length = self._complaint.seek(0, os.SEEK_END)
        self._complaint.seek(max(0, length - _TOLD_BYTES))
        words = self._complaint.read(_TOLD_BYTES).decode("utf-8", "replace").split()
        return f" ({' '.join(words)})" if words else ""

    def _end(self) -> bool:
        """Whether it could be ended; one that hangs in its driver can be left behind only."""
        if self._child.poll() is None:
            self._child.terminate()
            if not self._leaves():
                self._child.kill()
                return self._leaves()
        return True

    def _leaves(self) -> bool:
        try:
            self._child.wait(LEAVES_WITHIN_S)
        except subprocess.TimeoutExpired:
            return False
        return True
