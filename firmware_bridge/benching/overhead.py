"""What supervisor and queue cost for each picture, against plain OpenCV on the same file."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2

from firmware_bridge.newest import Newest
from firmware_bridge.options import SimOptions
from firmware_bridge.sources import open_source
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.supervision import Supervised, Watch
from firmware_bridge.uri import SourceUri

PICTURES, ROUNDS = 120, 15
WATCHED = Watch(ends=True, silent_s=10.0, frozen_s=10.0)
"""A recording, looked at as closely as a camera."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for each picture, of all threads' processor time and of the clock on the wall."""

    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True, slots=True)
class Overhead:
    """Medians over rounds in which the ways took turns, each round with another one first.

    Wall time alone says little: a reader that decodes ahead on a second core hides work, and a busy machine adds some.

    cores       that the process was allowed
    opencv      `cv2.VideoCapture.read`, BGR
    rgb         the same, and RGB made of it by OpenCV, as every pipeline needs
    source      our source: RGB, numbers, times
    supervised  supervisor and queue around it
    added       (supervised - source) / opencv: what supervisor and queue add, in processor time, median of the rounds
    added_wall  the same by the clock on the wall
    whole       supervised / opencv, RGB included, in processor time
    whole_wall  the same by the clock on the wall
    """

    cores: int
    opencv: Cost
    rgb: Cost
    source: Cost
    supervised: Cost
    added: float
    added_wall: float
    whole: float
    whole_wall: float


def overhead() -> tuple[Overhead, ...]:
    """Measure it on a video of the simulated smear, 1280 × 960, MJPEG: on one core, then on all that there are."""
    allowed = os.sched_getaffinity(0)
    with tempfile.TemporaryDirectory() as folder:
        video = _video(Path(folder))
        try:
            return tuple(_on(cores, video) for cores in ({min(allowed)}, allowed))
        finally:
            os.sched_setaffinity(0, allowed)


def _on(cores: set[int], video: Path) -> Overhead:
    os.sched_setaffinity(0, cores)  # of this thread, and of those that it starts
    rounds = [_round(turn, video) for turn in range(ROUNDS)]

    def median(of: Callable[[Mapping[str, Cost]], float]) -> float:
        return statistics.median(map(of, rounds))

    costs = {way: Cost(median(lambda r: r[way].cpu_ms), median(lambda r: r[way].wall_ms)) for way in WAYS}  # noqa: B023
    return Overhead(
        cores=len(cores),
        **costs,
        added=median(lambda r: (r["supervised"].cpu_ms - r["source"].cpu_ms) / r["opencv"].cpu_ms),
        added_wall=median(lambda r: (r["supervised"].wall_ms - r["source"].wall_ms) / r["opencv"].wall_ms),
        whole=median(lambda r: r["supervised"].cpu_ms / r["opencv"].cpu_ms),
        whole_wall=median(lambda r: r["supervised"].wall_ms / r["opencv"].wall_ms),
    )


def _round(turn: int, video: Path) -> Mapping[str, Cost]:
    """Each way once; every time another one begins."""
    names = list(WAYS)
    first = turn % len(names)
    return {name: _cost(WAYS[name], video) for name in names[first:] + names[:first]}


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


def _cost(way: Callable[[Path], None], video: Path) -> Cost:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    way(video)
    wall_ms = 1000.0 * (time.perf_counter() - wall_s) / PICTURES
    return Cost(1000.0 * (time.process_time() - cpu_s) / PICTURES, wall_ms)


def _opencv(video: Path) -> None:
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    while capture.read()[0]:
        pass
    capture.release()


def _rgb(video: Path) -> None:
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    while (taken := capture.read())[0]:
        cv2.cvtColor(taken[1], cv2.COLOR_BGR2RGB)
    capture.release()


def _source(video: Path) -> None:
    source = open_source(str(video))
    while source.read() is not None:
        pass
    source.close()


def _supervised(video: Path) -> None:
    supervised = Supervised(str(video), lambda: open_source(str(video)), WATCHED)
    with Newest(supervised, paced=False) as newest:
        seen = -1
        while (picture := newest.wait_newer(seen, 10.0)) is not None:
            seen = picture.sequence


WAYS: Mapping[str, Callable[[Path], None]] = {
    "opencv": _opencv,
    "rgb": _rgb,
    "source": _source,
    "supervised": _supervised,
}
