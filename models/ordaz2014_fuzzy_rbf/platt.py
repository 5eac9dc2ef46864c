"""From raw scores to probabilities that mean what they say: softmax(slope · score + offset), fitted out of fold.

For two labels this is Platt's sigmoid (1999); for more it is temperature scaling with a bias per label (Guo 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 100
SETTLED = 1e-10
DAMPING = 1e-6
"""Ridge on slope and offset: keeps Newton's matrix invertible, and the slope finite where labels separate fully."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """slope ≥ 0 and one offset per label; the first label's is 0."""

    slope: float
    offset: Floats


def softmax(logits: Floats) -> Floats:
    """Rows of logits to rows that sum to 1."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def calibrated(scores: Floats, label_index: NDArray[np.intp], weights: Floats) -> Calibration:
    """Slope and offsets of least weighted log loss for scores (n, L), by Newton's method with halved steps."""
    design = _design(scores)
    target = np.eye(scores.shape[1])[label_index]
    weights = weights / weights.sum()
    found = np.zeros(design.shape[2])
    for _ in range(ROUNDS):
        step = _newton_step(design, target, weights, found)
        found = _shortened(design, target, weights, found, step)
        if np.abs(step).max() < SETTLED:
            break
    return Calibration(max(float(found[0]), 0.0), np.concatenate([[0.0], found[1:]]))


def _design(scores: Floats) -> Floats:
    """(n, L, L): what each parameter (slope, offsets 2…L) multiplies in each label's logit."""
    count, labels = scores.shape
    design = np.zeros((count, labels, labels))
    design[:, :, 0] = scores
    design[:, 1:, 1:] = np.eye(labels - 1)
    return design


def _loss(design: Floats, target: Floats, weights: Floats, parameters: Floats) -> float:
    right = (softmax(design @ parameters) * target).sum(axis=1)
    penalty = DAMPING * float(parameters @ parameters) / 2
    return float(-(weights * np.log(np.maximum(right, 1e-300))).sum() + penalty)


def _newton_step(design: Floats, target: Floats, weights: Floats, parameters: Floats) -> Floats:
    p = softmax(design @ parameters)
    gradient = np.einsum("n,nl,nlk->k", weights, p - target, design) + DAMPING * parameters
    mean = np.einsum("nl,nlk->nk", p, design)
    spread = design - mean[:, None, :]
    hessian = np.einsum("n,nl,nlj,nlk->jk", weights, p, spread, spread, optimize=True)
    return np.asarray(np.linalg.solve(hessian + DAMPING * np.eye(len(parameters)), gradient), dtype=np.float64)


def _shortened(design: Floats, target: Floats, weights: Floats, start: Floats, step: Floats) -> Floats:
    """The step, halved until it no longer makes the loss worse."""
    before = _loss(design, target, weights, start)
    for halvings in range(30):
        there: Floats = start - step / 2**halvings
        if _loss(design, target, weights, there) <= before:
            return there
    return start
