"""What supervisor and queue cost for each picture, against plain OpenCV on the same file."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
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
TAKEN_EVERY_S = 0.25
WATCHED = Watch(ends=True, silent_s=10.0, frozen_s=10.0)
"""A recording, looked at as closely as a camera."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds for each picture, of all threads' processor time and of the clock on the wall."""

    cpu_ms: float
    wall_ms: float


Round = Mapping[str, Cost]
Figure = Callable[[Round], float]
Way = Callable[[Path], float]
"""Reads a whole video; tells when the last picture was there, on `time.perf_counter`."""


@dataclass(frozen=True, slots=True)
class Added:
    """What a way adds to our source alone, as a share of what plain OpenCV takes; median of the rounds."""

    cpu: float
    wall: float


@dataclass(frozen=True, slots=True)
class Overhead:
    """Medians over rounds in which the ways took turns, each round with another one first.

    Wall time alone says little: a reader that decodes ahead on a second core hides work, and a busy machine adds some.

    cores  that the process was allowed
    costs  of each of WAYS
    added  by supervisor and queue: of `station` and `waited`
    """

    cores: int
    costs: Mapping[str, Cost]
    added: Mapping[str, Added]


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
    costs = {way: Cost(_median(rounds, _cpu_of(way)), _median(rounds, _wall_of(way))) for way in WAYS}
    added = {way: Added(_share(rounds, way, _cpu_of), _share(rounds, way, _wall_of)) for way in SUPERVISED}
    return Overhead(len(cores), costs, added)


def _share(rounds: Sequence[Round], way: str, figure: Callable[[str], Figure]) -> float:
    of, source, opencv = figure(way), figure("source"), figure("opencv")
    return _median(rounds, lambda each: (of(each) - source(each)) / opencv(each))


def _median(rounds: Sequence[Round], figure: Figure) -> float:
    return statistics.median(map(figure, rounds))


def _cpu_of(way: str) -> Figure:
    return lambda each: each[way].cpu_ms


def _wall_of(way: str) -> Figure:
    return lambda each: each[way].wall_ms


def _round(turn: int, video: Path) -> Round:
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


def _cost(way: Way, video: Path) -> Cost:
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    wall_ms = 1000.0 * (way(video) - wall_s) / PICTURES
    return Cost(1000.0 * (time.process_time() - cpu_s) / PICTURES, wall_ms)


def _opencv(video: Path) -> float:
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    while capture.read()[0]:
        pass
    capture.release()
    return time.perf_counter()


def _rgb(video: Path) -> float:
    capture = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    while (taken := capture.read())[0]:
        cv2.cvtColor(taken[1], cv2.COLOR_BGR2RGB)
    capture.release()
    return time.perf_counter()


def _source(video: Path) -> float:
    source = open_source(str(video))
    while source.read() is not None:
        pass
    source.close()
    return time.perf_counter()


def _station(video: Path) -> float:
    with _newest(video) as newest:
        while (state := newest.state).phase == "running":
            newest.latest()
            time.sleep(TAKEN_EVERY_S)
    return time.perf_counter() - (state.age_s or 0.0)


def _waited(video: Path) -> float:
    with _newest(video) as newest:
        seen = -1
        while (picture := newest.wait_newer(seen, 10.0)) is not None:
            seen = picture.sequence
    return time.perf_counter()


def _newest(video: Path) -> Newest:
    return Newest(Supervised(str(video), lambda: open_source(str(video)), WATCHED), paced=False)


WAYS: Mapping[str, Way] = {
    "opencv": _opencv,
    "rgb": _rgb,
    "source": _source,
    "station": _station,
    "waited": _waited,
}
"""`cv2.VideoCapture.read`, BGR; the same, and RGB made of it by OpenCV, as every pipeline needs; our source: RGB,
numbers, times; supervisor and queue around it, the newest picture taken four times a second, as station and page do;
the same with somebody who waits for each picture, and is woken for it."""
SUPERVISED = ("station", "waited")
