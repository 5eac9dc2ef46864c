"""Does a variant give the answers it was signed with, on this very device, and how fast?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from edge.bundle.manifest import Calibration
from edge.bundle.opened import Bundle
from edge.bundle.tensors import LOGITS, Floats, VectorSet, probabilities, read_vectors
from edge.errors import BundleUnsupported, EngineFault
from edge.runtime.engines import ENGINES, EngineOptions, open_session
from edge.runtime.session import Session

TIMED_RUNS = 5

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class ParityReport:
    """How one variant did.

    max_difference  largest absolute difference in probability over the test vectors; None if it did not run
    tolerance       the largest that the manifest allows
    ms_per_batch    median time for all test vectors at once; None if it did not run
    problem         why it did not run or did not pass; empty if it passed
    """

    variant: str
    engine: str
    passed: bool
    tolerance: float
    max_difference: float | None = None
    ms_per_batch: float | None = None
    problem: str = ""


def check_variant(
    bundle: Bundle,
    variant: str,
    options: EngineOptions | None = None,
    engines: Mapping[str, str] = ENGINES,
    clock: Clock = time.perf_counter,
) -> ParityReport:
    """Run the bundle's test vectors through a variant, here. An engine's fault is a report, not an exception.

    Raises:
        BundleDamaged: the vectors or the variant's files have changed.
    """
    tolerance = bundle.manifest.variant(variant).tolerance
    vectors = read_vectors(bundle.read(bundle.manifest.vectors.file))
    try:
        session = open_session(bundle, variant, options, engines)
        try:
            difference = _difference(session, vectors, bundle.manifest.calibration)
            took_ms = _median_ms(session, vectors, clock)
        finally:
            session.close()
    except (EngineFault, BundleUnsupported) as fault:
        return failed(bundle, variant, str(fault))
    problem = "" if difference <= tolerance else f"differs by {difference:.4f} where {tolerance:.4f} is allowed"
    return ParityReport(variant, session.engine, not problem, tolerance, difference, took_ms, problem)


def failed(bundle: Bundle, variant: str, problem: str) -> ParityReport:
    """The report of a variant that did not run."""
    said = bundle.manifest.variant(variant)
    return ParityReport(variant, said.engine, False, said.tolerance, problem=problem)


def _difference(session: Session, vectors: VectorSet, calibration: Calibration) -> float:
    answer = session.run(vectors.inputs).get(LOGITS)
    if answer is None or answer.shape != vectors.logits.shape:
        raise EngineFault(f"The network gives no {LOGITS!r} of shape {vectors.logits.shape}.", "It is never used.")
    gap = np.abs(probabilities(answer, calibration) - probabilities(vectors.logits, calibration))
    return _finite_max(gap)


def _finite_max(gap: Floats) -> float:
    if not np.isfinite(gap).all():
        raise EngineFault("The network's answers are not all numbers.", "It is never used.")
    return float(gap.max())


def _median_ms(session: Session, vectors: VectorSet, clock: Clock) -> float:
    def timed() -> float:
        start = clock()
        session.run(vectors.inputs)
        return (clock() - start) * 1000

    return statistics.median(timed() for _ in range(TIMED_RUNS))
