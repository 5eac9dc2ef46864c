"""One measurement of `marrowkit bench` and its outcome, as they travel between it and the process that measures.

Each variant runs in a process of its own: peak memory is a process's, and an engine that crashes takes only itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

CHILD = "edge.commands.benchchild"
# `-m` imports from the working folder first, and that may be a stranger's USB stick.
BESIDE_EDGE = Path(__file__).resolve().parents[2]
TIME_LIMIT_S = 1800.0
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure: `runs` times altogether, the pictures in turn, and each of them at least once."""

    bundle: str | None
    data: str
    variant: str
    pictures: tuple[str, ...]
    runs: int


@dataclass(frozen=True, slots=True)
class Spread:
    """A time in milliseconds over the runs: the middle one, and the one that nine of ten do not exceed."""

    median_ms: float
    p90_ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a variant did.

    runs            fields examined and timed, after the warm-up
    refused         pictures that their quality, scale or damage kept from being examined
    cells           median of nucleated cells per field
    steps           step to time, in the order in which they run; `rest` is what no step claims
    total           the whole way from the file to its JSON; None if nothing ran
    peak_memory_mb  of the whole process, 10⁶ bytes
    ratio           total over that of the fastest variant
    problem         why there are no figures; empty if there are
    """

    variant: str
    runs: int = 0
    refused: int = 0
    cells: float = 0.0
    steps: Mapping[str, Spread] = field(default_factory=dict)
    total: Spread | None = None
    peak_memory_mb: float | None = None
    ratio: float | None = None
    problem: str = ""


def measure_apart(job: Job) -> Outcome:
    """Measure in a new process; its death or silence is an outcome too."""
    command = [sys.executable, "-m", CHILD]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asdict(job)),
            capture_output=True,
            text=True,
            cwd=BESIDE_EDGE,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(job.variant, problem=f"gave no answer within {TIME_LIMIT_S:.0f} s")
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return Outcome(job.variant, problem=f"could not be measured: {said[-1]}")
    return outcome_from(done.stdout.splitlines()[-1])


def outcome_from(line: str) -> Outcome:
    """The outcome that `json.dumps(asdict(outcome))` wrote."""
    plain = json.loads(line)
    steps = {name: Spread(**spread) for name, spread in plain["steps"].items()}
    total = None if plain["total"] is None else Spread(**plain["total"])
    return Outcome(**{**plain, "steps": steps, "total": total})
