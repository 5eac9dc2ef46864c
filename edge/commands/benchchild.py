"""The other side of `edge.commands.benchjob`: a Job as JSON on standard input, its Outcome on standard output."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from edge.bundle import use_bundle
from edge.commands.benchjob import WARM_UP, Job, Outcome, Spread
from edge.commands.picturefiles import PictureFile
from edge.document import document
from edge.errors import EngineFault
from edge.runtime import open_sessions
from edge.station import Station, open_station
from firmware_bridge.errors import Fault


@dataclass(frozen=True, slots=True)
class Run:
    """One field from its file to its JSON: milliseconds per step, and the cells on it."""

    steps_ms: Mapping[str, float]
    total_ms: float
    cells: int


def work(job: Job) -> Outcome:
    """Measure what the job names.

    Raises:
        Fault: the bundle or the variant cannot be used.
    """
    with closing(_station(job)) as station:
        fit = _fit(station, job.pictures)
        turns = max(job.runs, len(fit)) if fit else 0
        tried = [_run(station, path) for path in islice(cycle(fit), turns)]
    runs = [run for run in tried if run is not None]
    refused = len(job.pictures) - len(fit)
    if not runs:
        return Outcome(job.variant, refused=refused, problem="none of the pictures could be examined")
    return Outcome(
        variant=job.variant,
        runs=len(runs),
        refused=refused,
        cells=statistics.median(run.cells for run in runs),
        steps=dict(_steps(runs)),
        total=_spread([run.total_ms for run in runs]),
        peak_memory_mb=peak_memory_mb(),
    )


def peak_memory_mb(status: Path = Path("/proc/self/status")) -> float:
    """The most memory this process has held, 10⁶ bytes.

    Not `getrusage`: its figure survives fork and exec, so that a large parent would be told as a large child.
    """
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def _station(job: Job) -> Station:
    station = open_station(job.bundle, Path(job.data))
    return station if station.bundle.variant == job.variant else _switched(station, job)


def _switched(station: Station, job: Job) -> Station:
    """The same station on another variant; what a classifier borrows stays as it is."""
    sessions: dict[Any, Any] = dict(open_sessions(use_bundle(job.bundle, Path(job.data)), job.variant))
    for network in sessions:
        station.sessions[network].close()
    finder: Any = station.finder
    return replace(
        station,
        bundle=replace(station.bundle, variant=job.variant),
        finder=replace(finder, session=sessions["cells"]) if "cells" in sessions else finder,
        network=replace(station.network, session=sessions["opinion"]),
        sessions={**station.sessions, **sessions},
    )


def _fit(station: Station, pictures: Sequence[str]) -> list[str]:
    """The pictures that can be examined; to find them warms everything up."""
    turns = max(WARM_UP, len(pictures))
    tried = {path: _run(station, path) for path in islice(cycle(pictures), turns)}
    return [path for path, run in tried.items() if run is not None]


def _run(station: Station, path: str) -> Run | None:
    """None if the picture cannot be read or is refused. Raises EngineFault, which is the variant's and not its."""
    began_s = time.perf_counter()
    try:
        frame = PictureFile(path, Path(path)).frame()
        read_s = time.perf_counter()
        examination = station.examine(frame)
    except EngineFault:
        raise
    except Fault:
        return None
    examined_s = time.perf_counter()
    json.dumps(document(examination), allow_nan=False)
    ended_s = time.perf_counter()
    if not examination.verdict.ok:
        return None
    steps_ms = {name: took for name, took in examination.timing_ms.items() if name != "total"}
    steps_ms = {"read": 1000 * (read_s - began_s), **steps_ms, "document": 1000 * (ended_s - examined_s)}
    total_ms = 1000 * (ended_s - began_s)
    return Run({**steps_ms, "rest": total_ms - sum(steps_ms.values())}, total_ms, examination.counts.nucleated)


def _steps(runs: Sequence[Run]) -> Iterator[tuple[str, Spread]]:
    """A field without cells has fewer steps: each is told over the runs that had it, in the order of the fullest."""
    for name in max((run.steps_ms for run in runs), key=len):
        yield name, _spread([run.steps_ms[name] for run in runs if name in run.steps_ms])


def _spread(times_ms: Iterable[float]) -> Spread:
    found = sorted(times_ms)
    p90_ms = statistics.quantiles(found, n=10, method="inclusive")[-1] if len(found) > 1 else found[0]
    return Spread(statistics.median(found), p90_ms)


def main() -> None:
    """Read the job, write the outcome as the last line: engines print what they like before it."""
    said = json.load(sys.stdin)
    try:
        outcome = work(Job(**{**said, "pictures": tuple(said["pictures"])}))
    except Fault as fault:
        sys.exit(str(fault))
    sys.stdout.write(f"\n{json.dumps(asdict(outcome))}\n")


if __name__ == "__main__":
    main()
