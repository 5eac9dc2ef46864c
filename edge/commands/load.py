"""`marrowkit load`: what viewers of the live picture cost a running case, with and without them in turn, in one run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from edge.commands.options import AsJson
from firmware_bridge.errors import Fault

SOURCE = "sim:"
READY_S, ANSWER_S, LEAVE_S = 90.0, 120.0, 20.0
BESIDE_EDGE = Path(__file__).resolve().parents[2]
RETRY_S = 0.5
SETTLE_S = 1.0
"""Viewers come and go this long before the next fields are timed."""
ADDRESS = re.compile(r":(\d+)/")


class LoadFailed(Fault):
    """The page did not come up, or a field was not examined."""

    code = "load"


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Times per field, from the request to the answer that it is recorded.

    alone_ms, watched_ms   median and 90th percentile without and with viewers, `fields` each
    ratio                  of the medians
    pictures_per_s         of the slowest and of the fastest viewer, while fields were examined
    load                   processes that wanted a core in the minute before: above 0.5 others were at work, too
    """

    viewers: int
    fields: int
    alone_ms: tuple[float, float]
    watched_ms: tuple[float, float]
    ratio: float
    pictures_per_s: tuple[float, float]
    cores: int
    load: float


def load(
    viewers: Annotated[int, typer.Option(min=1, help="How many watch the live picture.")] = 8,
    fields: Annotated[int, typer.Option(min=2, help="Fields per block.")] = 6,
    blocks: Annotated[int, typer.Option(min=1, help="Blocks without viewers, and as many with them.")] = 4,
    source: Annotated[str, typer.Option(help="Where pictures come from.")] = SOURCE,
    as_json: AsJson = False,
) -> None:
    """Measure how much longer a field takes while others watch. The page runs in a process of its own."""
    before = os.getloadavg()[0]
    alone, watched, rates = [], [], []
    with _serving(source) as port:
        case = _asked(port, "POST", "/api/v1/cases", {"pseudonym": "LOAD-1"})["id"]
        _fields(port, case, 2)  # engines and caches warm
        for _ in range(blocks):
            alone += _fields(port, case, fields)
            with _watching(port, viewers) as got:
                watched += _fields(port, case, fields)
            rates += [each["pictures"] / got[0]["seconds"] for each in got[1:]]
    report = LoadReport(
        viewers,
        blocks * fields,
        _spread(alone),
        _spread(watched),
        round(median(watched) / median(alone), 3),
        (round(min(rates), 1), round(max(rates), 1)),
        os.cpu_count() or 1,
        round(before, 2),
    )
    print(json.dumps(asdict(report)) if as_json else "\n".join(_sheet(report)))


def _sheet(report: LoadReport) -> Iterator[str]:
    yield f"Cores       {report.cores}, load {report.load} before"
    for name, (middle, slow) in (("Alone", report.alone_ms), (f"{report.viewers} viewers", report.watched_ms)):
        yield f"{name:<12}{middle:7.0f} ms a field, 90th percentile {slow:.0f}, {report.fields} fields"
    yield f"{'Ratio':<12}{report.ratio:7.2f}"
    low, high = report.pictures_per_s
    yield f"Each viewer saw {low:.1f} to {high:.1f} pictures a second."


def _spread(times_ms: list[float]) -> tuple[float, float]:
    return round(median(times_ms), 1), round(quantiles(times_ms, n=10)[-1], 1)


@contextmanager
def _serving(source: str) -> Iterator[int]:
    """The page in a new process and data folder; its port."""
    with TemporaryDirectory(prefix="marrowkit-load-") as folder:
        command = [sys.executable, "-m", "edge", "serve", "--source", source, "--port", "0", "--data", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=BESIDE_EDGE) as serving:
            try:
                port = _port(serving)
                _wait_for_a_picture(port)
                yield port
            finally:
                serving.terminate()
                serving.wait(LEAVE_S)


def _port(serving: subprocess.Popen[str]) -> int:
    line = serving.stdout.readline() if serving.stdout else ""
    found = ADDRESS.search(line)
    if found is None:
        raise LoadFailed(f"The page did not come up: {line.strip() or 'it said nothing'}.", "Try marrowkit doctor.")
    return int(found[1])


def _wait_for_a_picture(port: int) -> None:
    end_s = time.monotonic() + READY_S
    while time.monotonic() < end_s:
        status, told = _answer(port, "GET", "/health")
        if status == 200 and told["source"]["age_s"] is not None:
            return
        time.sleep(0.2)
    raise LoadFailed("There is no picture to examine.", "Name a --source that has some.")


def _fields(port: int, case: int, count: int) -> list[float]:
    """Capture so many fields; milliseconds that each took."""
    times_ms: list[float] = []
    end_s = time.monotonic() + ANSWER_S * count
    while len(times_ms) < count:
        began_s = time.perf_counter()
        status, told = _answer(port, "POST", f"/api/v1/cases/{case}/fields")
        if status < 400:
            times_ms.append(1000 * (time.perf_counter() - began_s))
        elif status != 503 or time.monotonic() > end_s:
            raise LoadFailed(f"A field was refused: {told.get('detail')}", "Try marrowkit doctor.")
        else:  # the machine is so busy that the camera's picture is old: not what is measured here
            time.sleep(RETRY_S)
    return times_ms


@contextmanager
def _watching(port: int, viewers: int) -> Iterator[list[dict[str, Any]]]:
    """Viewers while the block runs; after it, seconds and what each of them got."""
    got: list[dict[str, Any]] = []
    command = [sys.executable, "-m", "edge.commands.viewers", str(port), str(viewers)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=BESIDE_EDGE
    ) as watching:
        began_s = time.monotonic()
        time.sleep(SETTLE_S)
        yield got
        seconds = time.monotonic() - began_s
        said, _ = watching.communicate(timeout=LEAVE_S)
    got += [{"seconds": seconds}, *json.loads(said)]
    time.sleep(SETTLE_S)


def _asked(port: int, method: str, path: str, value: object = None) -> dict[str, Any]:
    """The answer, which must be a good one."""
    status, told = _answer(port, method, path, value)
    if status >= 400:
        raise LoadFailed(f"{method} {path} was answered {status}: {told.get('detail')}", "Try marrowkit doctor.")
    return told


def _answer(port: int, method: str, path: str, value: object = None) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
    try:
        body = None if value is None else json.dumps(value)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
    finally:
        connection.close()
    return answer.status, told
