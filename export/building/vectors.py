"""The test vectors of a classifier: drawn cells, so that no patient's picture travels in a bundle.

They prove a processor and an engine, not the network: how good 8 bits are is measured on held-out crops. A network may
never have seen anything like a drawing, and 8 bits may cost it much there. So of many drawings those are taken on which
every variant is near float32 here, from the least sure to the surest answer: a processor that calculates otherwise
shows on those.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from edge.bundle.manifest import Calibration, Preprocessing
from edge.bundle.tensors import IMAGE, LOGITS, Floats, VectorSet, probabilities
from edge.decide.network import prepared
from edge.features import measure_cells
from edge.optics.labels import label_windows
from edge.optics.normal import WORKING_UM_PER_PX, normalise
from edge.runtime.session import Session
from export.building.given import Given, rows, together
from export.default_bundle.generated import CROWDED, generated
from export.errors import LimitsBroken

CANDIDATES = 64
MOST_CELLS, LEAST_CELLS, MOST_BYTES = 16, 4, 3_000_000
"""As many as fit into so many bytes, within these numbers."""
BATCH = 16
OTHER_CPU = 0.02
"""What another processor may add to what 8 bits cost on this one (issue 3: within 0.02 of this machine's answers)."""
MOST_TOLERANCE = 0.15
"""A processor that saturates shows 0.23 and more (DECISIONS.md): beyond this nothing would be proven."""


def drawings(inputs: Preprocessing) -> Given:
    """64 cells of the simulated microscope as the network is given them."""
    found: list[Given] = []
    for given in _fields(inputs):
        found.append(given)
        if sum(len(each[IMAGE]) for each in found) >= CANDIDATES:
            break
    return rows(together(found), slice(CANDIDATES))


def asked(session: Session, given: Given) -> Floats:
    """Logits (n, labels)."""
    batches = (rows(given, slice(at, at + BATCH)) for at in range(0, len(given[IMAGE]), BATCH))
    return np.concatenate([session.run(batch)[LOGITS] for batch in batches])


def chosen(drawn: Given, original: Floats, found: Sequence[Floats], calibration: Calibration) -> VectorSet:
    """Those of the drawings that prove a variant, with float32's answers.

    Args:
        drawn: all drawings.
        original: float32's logits of them, (n, labels).
        found: every variant's.
        calibration: from logits to probabilities.

    Raises:
        LimitsBroken: 8 bits cost a variant so much on every drawing that none would prove anything.
    """
    gap = np.max([apart(each, original, calibration) for each in found], axis=0)
    near = np.flatnonzero(gap <= MOST_TOLERANCE - OTHER_CPU)
    wanted = _many(drawn)
    if len(near) < wanted:
        what = f"On {len(near)} of {len(gap)} drawn cells only is every variant near float32; {wanted} are needed."
        raise LimitsBroken(what, "Keep more layers in float, or calibrate with other crops.")
    by_sureness = near[np.argsort(original[near].max(axis=1) - original[near].mean(axis=1), kind="stable")]
    taken = by_sureness[np.linspace(0, len(near) - 1, wanted).astype(np.intp)]
    return VectorSet(dict(rows(drawn, taken)), np.ascontiguousarray(original[taken]))


def tolerance(vectors: VectorSet, session: Session, calibration: Calibration, least: float) -> float:
    """What a variant may differ on a kit: what it does here, and what another processor adds; at least `least`."""
    here = float(apart(asked(session, vectors.inputs), vectors.logits, calibration).max())
    return max(least, math.ceil(1000 * (here + OTHER_CPU)) / 1000)


def apart(found: Floats, original: Floats, calibration: Calibration) -> Floats:
    """The largest difference of a probability, cell by cell, (n,)."""
    gap: Floats = np.abs(probabilities(found, calibration) - probabilities(original, calibration))
    return np.asarray(gap.max(axis=1), np.float32)


def _many(drawn: Given) -> int:
    return int(np.clip(MOST_BYTES // drawn[IMAGE][0].nbytes, LEAST_CELLS, MOST_CELLS))


def _fields(inputs: Preprocessing) -> Iterator[Given]:
    for field in generated(CROWDED):
        normal = normalise(field.pixels, WORKING_UM_PER_PX)
        windows = list(label_windows(field.outlines.cells))
        given = prepared(inputs, normal, field.outlines, windows, measure_cells(normal, field.outlines))
        yield {name: np.asarray(each, np.float32) for name, each in given.items()}
