"""Parity in a process of its own: an engine that crashes, hangs or eats the memory takes nothing else with it.

An old processor meets an instruction it does not have (openvino#26715), and the whole process is gone; were that the
station, it would die at every start.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from edge.bundle.opened import Bundle
from edge.runtime.engines import ENGINES, EngineOptions
from edge.runtime.parity import ParityReport, failed

CHILD = "edge.runtime.child"
# `-m` imports from the working folder first, and that may be a stranger's USB stick.
BESIDE_EDGE = Path(__file__).resolve().parents[2]
TIME_LIMIT_S = 300.0


@dataclass(frozen=True, slots=True)
class Job:
    """One variant to check: the bundle by path and digest (it is verified already), the variant, the circumstances.

    cache_dir  as text; None: nothing is kept
    """

    path: str
    digest: str
    variant: str
    engines: Mapping[str, str]
    threads: int
    cache_dir: str | None
    cache_limit_mb: int

    @property
    def options(self) -> EngineOptions:
        """The engines' options."""
        folder = None if self.cache_dir is None else Path(self.cache_dir)
        return EngineOptions(self.threads, folder, self.cache_limit_mb)


def check_apart(
    bundle: Bundle,
    variant: str,
    options: EngineOptions | None = None,
    engines: Mapping[str, str] = ENGINES,
    limit_s: float = TIME_LIMIT_S,
) -> ParityReport:
    """As `parity.check_variant`, in a process of its own; its death or silence is a report too."""
    used = options or EngineOptions()
    kept = None if used.cache_dir is None else str(used.cache_dir.resolve())
    place = (str(bundle.path.resolve()), bundle.digest)
    job = Job(*place, variant, dict(engines), used.threads, kept, used.cache_limit_mb)
    try:
        done = subprocess.run(
            [sys.executable, "-m", CHILD],
            input=json.dumps(asdict(job)),
            capture_output=True,
            text=True,
            cwd=BESIDE_EDGE,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return failed(bundle, variant, f"gave no answer within {limit_s:.0f} s")
    except OSError as error:
        return failed(bundle, variant, f"could not be started: {error.strerror}")
    if done.returncode:
        return failed(bundle, variant, _death(done))
    return ParityReport(**json.loads(done.stdout.splitlines()[-1]))


def _death(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode < 0:
        return f"the engine crashed ({signal.Signals(-done.returncode).name}) on this device"
    return f"could not be checked: {done.stderr.strip()[-300:]}"
