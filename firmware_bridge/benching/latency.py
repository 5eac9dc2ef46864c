"""How old a picture is when a slow pipeline takes it, and whether that or the memory grows."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture
from firmware_bridge.supervision import Supervised, Watch

INPUT_FPS, ANALYSES_PER_S = 30.0, 4.0
SIZE = (960, 1280)
_WATCH = Watch(ends=True, silent_s=3.0, frozen_s=3.0)
_DIFFERENT = 8


@dataclass(frozen=True, slots=True)
class Latency:
    """Age of the pictures that the pipeline took, since they were taken.

    frames            that the camera made
    interval_ms       between two of them
    handover_ms, handover_p99_ms  of that, from the camera to where the pipeline can take it
    median_ms, p99_ms, worst_ms   age; up to an interval of it is the picture's own, waiting for the pipeline
    within            share of them younger than an interval
    late_p99_ms       how late this machine woke the camera's own sleep: none of our code; a picture is older than an
                      interval where the next one was late
    load              of the machine in the last minute, beside its number of processors
    first_ms, last_ms  median age in the first and the last quarter
    first_mb, last_mb  resident memory after the first quarter and at the end
    dropped           pictures that nobody took
    """

    frames: int
    interval_ms: float
    handover_ms: float
    handover_p99_ms: float
    median_ms: float
    p99_ms: float
    worst_ms: float
    within: float
    late_p99_ms: float
    load: tuple[float, int]
    first_ms: float
    last_ms: float
    first_mb: float
    last_mb: float
    dropped: int


class Metronome:
    """A camera that takes pictures of noise at an even rate and never waits for anybody."""

    uri = "bench:"

    def __init__(self, frames: int) -> None:
        rng = np.random.default_rng(0)
        self._noise = [rng.integers(0, 256, (*SIZE, 3), np.uint8) for _ in range(_DIFFERENT)]
        self._frames = frames
        self._sequence = -1
        self._due_s = time.monotonic()
        self.late_s: list[float] = []

    def read(self) -> Picture | None:
        """The next picture, when it is due."""
        self._sequence += 1
        if self._sequence >= self._frames:
            return None
        self._due_s += 1.0 / INPUT_FPS
        time.sleep(max(0.0, self._due_s - time.monotonic()))
        self.late_s.append(time.monotonic() - self._due_s)
        pixels = self._noise[self._sequence % _DIFFERENT].copy()
        return Picture(pixels, self._sequence, 1000.0 * time.monotonic(), self.uri)

    def close(self) -> None:
        """Nothing is open."""


def latency(frames: int) -> Latency:
    """Measure it over so many frames, in real time: 10,000 take 333 seconds."""
    camera = Metronome(frames)
    supervised = Supervised("bench:", lambda: camera, _WATCH)
    with Newest(supervised, lambda: supervised.link) as newest:
        taken = _analyse(newest)
        dropped = newest.state.dropped
    quarter = max(1, len(taken) // 4)
    ages, handovers = (np.array([getattr(each, name) for each in taken]) for name in ("age_ms", "handover_ms"))
    return Latency(
        frames=frames,
        interval_ms=1000.0 / INPUT_FPS,
        handover_ms=float(np.median(handovers)),
        handover_p99_ms=float(np.quantile(handovers, 0.99)),
        median_ms=float(np.median(ages)),
        p99_ms=float(np.quantile(ages, 0.99)),
        worst_ms=float(ages.max()),
        within=float(np.mean(ages < 1000.0 / INPUT_FPS)),
        late_p99_ms=1000.0 * float(np.quantile(camera.late_s, 0.99)),
        load=(os.getloadavg()[0], os.cpu_count() or 1),
        first_ms=float(np.median(ages[:quarter])),
        last_ms=float(np.median(ages[-quarter:])),
        first_mb=taken[quarter - 1].memory_mb,
        last_mb=taken[-1].memory_mb,
        dropped=dropped,
    )


@dataclass(frozen=True, slots=True)
class _Taken:
    age_ms: float
    handover_ms: float
    memory_mb: float


def _analyse(newest: Newest) -> list[_Taken]:
    """Take the newest picture, work on it for a quarter of a second, and so on to the end."""
    taken: list[_Taken] = []
    seen = -1
    while (picture := newest.wait_newer(seen, 10.0)) is not None:
        age_ms = 1000.0 * time.monotonic() - picture.taken_ms
        taken.append(_Taken(age_ms, max(0.0, age_ms - 1000.0 * (newest.state.age_s or 0.0)), _resident_mb()))
        seen = picture.sequence
        time.sleep(1.0 / ANALYSES_PER_S)
    return taken


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
