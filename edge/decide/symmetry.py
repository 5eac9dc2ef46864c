"""The same cell turned and mirrored: a smear has no up, so an opinion is the mean over all ways to lay a cell down."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edge.bundle.tensors import IMAGE, LOGITS, Floats
from edge.decide.views import Planes
from edge.runtime.session import Session, Tensors

SYMMETRIES = 8
"""Four quarter turns, each mirrored or not: those of a square, which lose no pixel."""


def laid(planes: Planes) -> Iterator[Planes]:
    """Cells (cells, channels, s, s) in each of the eight ways; the first is as they are."""
    for way in range(SYMMETRIES):
        mirrored = planes[..., ::-1] if way >= SYMMETRIES // 2 else planes
        yield np.ascontiguousarray(np.rot90(mirrored, way % (SYMMETRIES // 2), axes=(-2, -1)))


def logits(session: Session, given: Tensors, symmetric: bool) -> Floats:
    """A network's logits (cells, labels), as `answers` gives them."""
    return answers(session, given, symmetric)[LOGITS]


def answers(session: Session, given: Tensors, symmetric: bool) -> dict[str, Floats]:
    """Everything that a network says of its cells; if `symmetric`, averaged over all ways that they can lie.

    Raises:
        EngineFault: the network fails.
    """
    ways = laid(given[IMAGE]) if symmetric else [given[IMAGE]]
    found = [session.run({**given, IMAGE: each}) for each in ways]
    return {name: np.asarray(np.mean([each[name] for each in found], axis=0), np.float32) for name in found[0]}
