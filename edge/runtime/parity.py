"""Does a variant give the answers it was signed with, on this very device, and how fast?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from edge.bundle.manifest import Calibration, NetworkName
from edge.bundle.opened import Bundle
from edge.bundle.tensors import LOGITS, Floats, VectorSet, probabilities, read_vectors, sigmoid
from edge.errors import BundleUnsupported, EngineFault
from edge.runtime.engines import ENGINES, EngineOptions, open_sessions
from edge.runtime.session import Session

TIMED_RUNS = 5
PIXELS_PERCENTILE = 99.9

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ParityReport:
    """How one variant did.

    tolerance     by network, the difference in probability that the manifest allows
    difference    by network, the one that was found, see `difference_of`; empty if it did not run
    ms_per_batch  median time for all test vectors of a network at once, summed over networks; None if it did not run
    problem       why it did not run or did not pass; empty if it passed
    """

    variant: str
    engine: str
    passed: bool
    tolerance: Mapping[NetworkName, float]
    difference: Mapping[NetworkName, float] = field(default_factory=dict)
    ms_per_batch: float | None = None
    problem: str = ""


def check_variant(
    bundle: Bundle,
    variant: str,
    options: EngineOptions | None = None,
    engines: Mapping[str, str] = ENGINES,
    clock: Clock = time.perf_counter,
) -> ParityReport:
    """Run the bundle's test vectors through a variant's networks, here. An engine's fault is a report, no exception.

    Raises:
        BundleDamaged: the vectors or the variant's files have changed.
    """
    manifest = bundle.manifest
    tolerance = dict(manifest.variant(variant).tolerance)
    vectors = {network: read_vectors(bundle.read(manifest.vectors[network])) for network in manifest.networks}
    try:
        with _opened(bundle, variant, options, engines) as sessions:
            found = {name: difference_of(name, sessions[name], vectors[name], manifest.calibration) for name in vectors}
            took_ms = sum(_median_ms(sessions[name], vectors[name], clock) for name in vectors)
            engine = sessions["opinion"].engine
    except (EngineFault, BundleUnsupported) as fault:
        return failed(bundle, variant, str(fault))
    problem = "; ".join(_excesses(found, tolerance))
    return ParityReport(variant, engine, not problem, tolerance, found, took_ms, problem)


def failed(bundle: Bundle, variant: str, problem: str) -> ParityReport:
    """The report of a variant that did not run."""
    said = bundle.manifest.variant(variant)
    return ParityReport(variant, said.engine, False, dict(said.tolerance), problem=problem)


def difference_of(network: NetworkName, session: Session, vectors: VectorSet, calibration: Calibration) -> float:
    """How far a network's probabilities lie from those of the float32 original, 0–1.

    Of `opinion` the largest difference; of `cells` the 99.9th percentile over pixels and channels: where a cell ends,
    single pixels flip with the last bit, and no cell is lost by that.

    Raises:
        EngineFault: no output of that shape, or not all of it numbers.
    """
    answer = session.run(vectors.inputs).get(LOGITS)
    if answer is None or answer.shape != vectors.logits.shape:
        raise EngineFault(f"The network gives no {LOGITS!r} of shape {vectors.logits.shape}.", "It is never used.")
    if not np.isfinite(answer).all():
        raise EngineFault("The network's answers are not all numbers.", "It is never used.")
    if network == "cells":
        return float(np.percentile(_gap(sigmoid(answer), sigmoid(vectors.logits)), PIXELS_PERCENTILE))
    return float(_gap(probabilities(answer, calibration), probabilities(vectors.logits, calibration)).max())


def _gap(answer: Floats, expected: Floats) -> Floats:
    gap: Floats = np.abs(answer - expected)
    return gap


@contextmanager
def _opened(
    bundle: Bundle, variant: str, options: EngineOptions | None, engines: Mapping[str, str]
) -> Iterator[dict[NetworkName, Session]]:
    sessions = open_sessions(bundle, variant, options, engines)
    try:
        yield sessions
    finally:
        for session in sessions.values():
            session.close()


def _excesses(found: Mapping[NetworkName, float], tolerance: Mapping[NetworkName, float]) -> Iterator[str]:
    for network, difference in found.items():
        if difference > tolerance[network]:
            yield f"{network} differs by {difference:.4f} where {tolerance[network]:.4f} is allowed"


def _median_ms(session: Session, vectors: VectorSet, clock: Clock) -> float:
    def timed() -> float:
        start = clock()
        session.run(vectors.inputs)
        return (clock() - start) * 1000

    return statistics.median(timed() for _ in range(TIMED_RUNS))
