"""What was measured of a trained room: one file in its folder, written by commands and never by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from edge.durable import write_durably
from export.errors import NotYetMade
from export.validating.examined import read_results
from export.validating.exams import Result

MEASURED_FILE = "examined.json"
ON_KIT = "on_kit"


@dataclass(frozen=True, slots=True)
class Timed:
    """A variant of the room's bundle: its files' bytes, milliseconds for one cell alone and in a batch of 16, and its
    own accuracy on all unseen sites together; None where there are none."""

    name: str
    engine: str
    precision: str
    file_bytes: int
    alone_ms: float
    in_batch_ms: float
    unseen_accuracy: float | None


@dataclass(frozen=True, slots=True)
class OnKit:
    """What the bundle costs: on which processor, by how many threads."""

    hardware: str
    threads: int
    digest: str
    variants: tuple[Timed, ...]

    def fastest(self, precisions: frozenset[str]) -> Timed | None:
        """The variant of these precisions that takes least time in a batch; None if there is none."""
        return min((each for each in self.variants if each.precision in precisions), key=_in_batch_ms, default=None)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a trained room did in the exams, what is said of its training, and what it costs on a kit."""

    about: Mapping[str, Any]
    results: Sequence[Result]
    on_kit: OnKit

    def result(self, name: str) -> Result | None:
        """The exam of that name; of several the last, which is of all of them together."""
        return next((each for each in reversed(self.results) if each.name == name), None)


def write_measured(folder: Path, examined: bytes, on_kit: OnKit) -> None:
    """What `examine` wrote, and the costs, into the room's folder."""
    fields = {**json.loads(examined), ON_KIT: asdict(on_kit)}
    write_durably(folder / MEASURED_FILE, (json.dumps(fields, indent=1, allow_nan=False) + "\n").encode())


def read_measured(folder: Path) -> Measured | None:
    """What was measured of the room in a folder; None where nothing was."""
    file = folder / MEASURED_FILE
    if not file.is_file():
        return None
    about, results = read_results(file.read_bytes())
    costs = about.pop(ON_KIT)
    return Measured(about, results, OnKit(**{**costs, "variants": tuple(Timed(**each) for each in costs["variants"])}))


def examined_of(run: Path) -> bytes:
    """What `examine` wrote into the folder of a training.

    Raises:
        NotYetMade: it has not been examined.
    """
    file = run / MEASURED_FILE
    if not file.is_file():
        raise NotYetMade(f"{run} has not been examined.", f"Run marrowkit-export examine {run} first.")
    return file.read_bytes()


def _in_batch_ms(each: Timed) -> float:
    return each.in_batch_ms
