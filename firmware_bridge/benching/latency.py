"""How old a picture is when a slow pipeline takes it, and whether that or the memory grows."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture
from firmware_bridge.supervision import Supervised, Watch

INPUT_FPS, ANALYSES_PER_S = 30.0, 4.0
SIZE = (960, 1280)
_WATCH = Watch(ends=True, silent_s=3.0, frozen_s=3.0)
_DIFFERENT = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """Of some milliseconds: median, 95th and 99th percentile, largest."""

    p50: float
    p95: float
    p99: float
    worst: float


@dataclass(frozen=True, slots=True)
class Latency:
    """How late pictures reach the pipeline.

    frames       that the camera made
    interval_ms  between two of them, as it should be
    handover_ms  from a picture's arrival to where the pipeline can take it
    stale_ms     for how long a newer picture had arrived already when the pipeline got the one that it got
    age_ms       of the pictures taken; up to a gap of it is the wait of picture and pipeline for each other
    gap_ms       between two arrivals: the camera of this bench lives on the same machine, late where that is busy
    first_ms, last_ms  median age in the first and the last quarter
    first_mb, last_mb  resident memory after the first quarter and at the end
    dropped      pictures that nobody took
    load         processes that wanted a core, a minute's average at the beginning and at the end
    cores        of the machine
    """

    frames: int
    interval_ms: float
    handover_ms: Spread
    stale_ms: Spread
    age_ms: Spread
    gap_ms: Spread
    first_ms: float
    last_ms: float
    first_mb: float
    last_mb: float
    dropped: int
    load: tuple[float, float]
    cores: int


class Metronome:
    """A camera that takes pictures of noise at an even rate and never waits for anybody."""

    uri = "bench:"

    def __init__(self, frames: int) -> None:
        rng = np.random.default_rng(0)
        self._noise = [rng.integers(0, 256, (*SIZE, 3), np.uint8) for _ in range(_DIFFERENT)]
        self._frames = frames
        self._sequence = -1
        self._due_s = time.monotonic()
        self.arrived_s: list[float] = []

    def read(self) -> Picture | None:
        """The next picture, when it is due."""
        self._sequence += 1
        if self._sequence >= self._frames:
            return None
        self._due_s += 1.0 / INPUT_FPS
        time.sleep(max(0.0, self._due_s - time.monotonic()))
        pixels = self._noise[self._sequence % _DIFFERENT].copy()
        self.arrived_s.append(time.monotonic())
        return Picture(pixels, self._sequence, 1000.0 * self.arrived_s[-1], self.uri)

    def close(self) -> None:
        """Nothing is open."""


def latency(frames: int) -> Latency:
    """Measure it over so many frames, in real time: 10,000 take 333 seconds."""
    camera, load = Metronome(frames), os.getloadavg()[0]
    supervised = Supervised("bench:", lambda: camera, _WATCH)
    with Newest(supervised) as newest:
        taken = [each for each in _analyse(newest) if each.sequence < frames - 1]  # the last one ages when all is over
        dropped = newest.state.dropped
    quarter = max(1, len(taken) // 4)
    ages_ms = [each.age_ms for each in taken]
    return Latency(
        frames=frames,
        interval_ms=1000.0 / INPUT_FPS,
        handover_ms=_spread([each.handover_ms for each in taken]),
        stale_ms=_spread([_stale_ms(each, camera.arrived_s) for each in taken]),
        age_ms=_spread(ages_ms),
        gap_ms=_spread(1000.0 * np.diff(camera.arrived_s)),
        first_ms=float(np.median(ages_ms[:quarter])),
        last_ms=float(np.median(ages_ms[-quarter:])),
        first_mb=taken[quarter - 1].memory_mb,
        last_mb=taken[-1].memory_mb,
        dropped=dropped,
        load=(load, os.getloadavg()[0]),
        cores=os.cpu_count() or 1,
    )


def _spread(of_ms: Sequence[float] | NDArray[np.float64]) -> Spread:
    p50, p95, p99 = np.quantile(of_ms, (0.5, 0.95, 0.99))
    return Spread(float(p50), float(p95), float(p99), float(np.max(of_ms)))


@dataclass(frozen=True, slots=True)
class _Taken:
    sequence: int
    at_s: float
    age_ms: float
    handover_ms: float
    memory_mb: float


def _stale_ms(taken: _Taken, arrived_s: Sequence[float]) -> float:
    """Since when the next picture had been there; 0 where none had come."""
    following = arrived_s[taken.sequence + 1 : taken.sequence + 2]
    return max((1000.0 * (taken.at_s - at_s) for at_s in following if at_s < taken.at_s), default=0.0)


def _analyse(newest: Newest) -> list[_Taken]:
    """Take the newest picture, work on it for a quarter of a second, and so on to the end."""
    taken: list[_Taken] = []
    seen = -1
    while (picture := newest.wait_newer(seen, 10.0)) is not None:
        now_s = time.monotonic()
        age_ms = 1000.0 * now_s - picture.taken_ms
        handover_ms = max(0.0, age_ms - 1000.0 * (newest.state.age_s or 0.0))
        taken.append(_Taken(picture.sequence, now_s, age_ms, handover_ms, _resident_mb()))
        seen = picture.sequence
        time.sleep(1.0 / ANALYSES_PER_S)
    return taken


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
