"""From logits to probabilities that mean what they say: one temperature and a bias per label (Guo 2017)."""

from __future__ import annotations

import numpy as np

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import Floats, probabilities
from export.opinion.balance import Weights
from export.opinion.labels import SOME_OTHER, Indices, not_blast
from models.marrowkit2026_opinion.net import LABELS
from models.ordaz2014_fuzzy_rbf import platt

LEAST_SLOPE = 0.05
LEAST_SHARE = 1e-12
DIGITS = 4
UNCHANGED = Calibration(temperature=1.0, bias=(0.0,) * len(LABELS))


def log_loss(shares: Floats, labels: Indices, weights: Weights) -> float:
    """Weighted mean of −log p(label); −log Σ p over all that are no blast for SOME_OTHER."""
    named = shares[np.arange(len(labels)), np.maximum(labels, 0)]
    right = np.where(labels == SOME_OTHER, shares[:, not_blast()].sum(axis=1), named)
    return float(-(weights * np.log(np.maximum(right, LEAST_SHARE))).sum() / weights.sum())


def calibrated(logits: Floats, labels: Indices, weights: Weights) -> Calibration:
    """The calibration of least loss over the cells whose label is known; never one that is worse than none for all.

    Args:
        logits: out of fold, (n, labels).
        labels: see `export.opinion.labels`.
        weights: how much each cell counts, (n,).
    """
    named = labels != SOME_OTHER
    found = platt.calibrated(logits[named].astype(np.float64), labels[named], weights[named])
    temperature = round(1 / max(found.slope, LEAST_SLOPE), DIGITS)
    best = Calibration(temperature=temperature, bias=tuple(found.offset.round(DIGITS).tolist()))
    return min(best, UNCHANGED, key=lambda each: log_loss(probabilities(logits, each), labels, weights))
