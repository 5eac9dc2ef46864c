"""What supervisor and queue cost for each picture, against plain OpenCV on the same file."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2

from firmware_bridge.newest import Newest
from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Picture, Source
from firmware_bridge.sources import open_source
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.supervision import Supervised, Watch
from firmware_bridge.uri import SourceUri

PICTURES, ROUNDS = 120, 7
WATCHED = Watch(ends=True, silent_s=10.0, frozen_s=10.0)
"""A recording, looked at as closely as a camera."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """Milliseconds for each picture, medians over rounds that took turns.

    opencv_ms      `cv2.VideoCapture.read`, BGR
    source_ms      our source on top of it: RGB, numbers, times
    supervised_ms  supervisor and queue on top of that
    ratio          supervised over opencv, median of the rounds' ratios
    ratio_queue    supervised over source, the same
    """

    opencv_ms: float
    source_ms: float
    supervised_ms: float
    ratio: float
    ratio_queue: float


class Unpaced:
    """The pictures of a source as fast as they come: `Newest` waits for recorded times otherwise."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.uri = source.uri

    def read(self) -> Picture | None:
        """The next picture, as if it were taken now."""
        picture = self._source.read()
        return None if picture is None else replace(picture, recorded=False)

    def close(self) -> None:
        """Close the source."""
        self._source.close()


def overhead() -> Overhead:
    """Measure it on a video of the simulated smear, 1280 × 960, MJPEG."""
    with tempfile.TemporaryDirectory() as folder:
        video = _video(Path(folder))
        ways: tuple[Callable[[Path], None], ...] = (_opencv, _source, _supervised)
        rounds = [[_ms(way, video) for way in ways] for _ in range(ROUNDS)]
    opencv_ms, source_ms, supervised_ms = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = statistics.median(supervised / opencv for opencv, _, supervised in rounds)
    queue = statistics.median(supervised / source for _, source, supervised in rounds)
    return Overhead(opencv_ms, source_ms, supervised_ms, ratio, queue)


def _video(folder: Path) -> Path:
    path = folder / "smear.avi"
    source = SimSource(SourceUri("sim", "", SimOptions(dwell=PICTURES)))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30.0, (1280, 960))
    for _ in range(PICTURES):
        picture = source.read()
        if picture is not None:
            writer.write(cv2.cvtColor(picture.pixels, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def _ms(way: Callable[[Path], None], video: Path) -> float:
    began_s = time.perf_counter()
    way(video)
    return 1000.0 * (time.perf_counter() - began_s) / PICTURES


def _opencv(video: Path) -> None:
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    while capture.read()[0]:
        pass
    capture.release()


def _source(video: Path) -> None:
    source = open_source(str(video))
    while source.read() is not None:
        pass
    source.close()


def _supervised(video: Path) -> None:
    supervised = Supervised(str(video), lambda: open_source(str(video)), WATCHED)
    with Newest(Unpaced(supervised), lambda: supervised.link) as newest:
        seen = -1
        while (picture := newest.wait_newer(seen, 10.0)) is not None:
            seen = picture.sequence
