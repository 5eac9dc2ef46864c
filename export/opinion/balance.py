"""How often each cell is shown: labels in fixed shares, and within a label every set alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from export.opinion.labels import SOME_OTHER, Indices
from export.opinion.table import Texts
from models.marrowkit2026_opinion.net import LABELS

SHARES: Mapping[str, float] = MappingProxyType(
    {"blast": 0.34, "lymphoid": 0.30, "erythroid": 0.06, "granulocyte": 0.12, "precursor": 0.10, "monocyte": 0.08}
)
"""Blasts and what they are confused with make up two thirds."""
SOME_OTHER_SHARE = 0.10
OPINION_SHARES: Mapping[int, float] = MappingProxyType(
    {SOME_OTHER: SOME_OTHER_SHARE, **{at: SHARES[label] for at, label in enumerate(LABELS)}}
)

Weights = NDArray[np.float64]


def balanced(labels: Indices, sources: Texts, shares: Mapping[int, float] = OPINION_SHARES) -> Weights:
    """Weights (n,) that sum to 1: the shares of the labels that occur, by their places; each set with
    an equal part of every label it has, each cell with an equal part of its set's."""
    keys = list(zip(labels.tolist(), sources.tolist(), strict=True))
    cells = Counter(keys)
    sets = Counter(label for label, _ in cells)
    weights = np.array([shares[key[0]] / sets[key[0]] / cells[key] for key in keys])
    return np.asarray(weights / weights.sum(), np.float64)


def evenly(positive: NDArray[np.bool_], sources: Texts) -> Weights:
    """Weights (n,) that sum to 1 on either side, where there is one: each set with an equal part of its side."""
    keys = list(zip(positive.tolist(), sources.tolist(), strict=True))
    cells = Counter(keys)
    sets = Counter(side for side, _ in cells)
    return np.array([1 / sets[key[0]] / cells[key] for key in keys], np.float64)
