"""One temperature for all logits, by labelled cells (Guo et al. 2017)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from edge.bundle.tensors import Floats
from export.building.marks import Ints

RANGE = (0.05, 20.0)
DIGITS = 4


def fitted(logits: Floats, truth: Ints) -> float:
    """The temperature of least log loss for logits (n, labels), within 0.05 to 20; labels count equally.

    A label seen n times is expected with (n + 1) / (n + 2), not with 1 (Platt 1999): a few cells that are all right do
    not make it sure without end.
    """
    many = np.bincount(truth, minlength=logits.shape[1])
    weights = 1.0 / many[truth]
    due = _expected(truth, many)

    def loss(log_temperature: float) -> float:
        said = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-(weights * (due * said).sum(axis=1)).sum() / weights.sum())

    found = minimize_scalar(loss, bounds=np.log(RANGE), method="bounded")
    return round(float(np.exp(found.x)), DIGITS)


def _expected(truth: Ints, many: Ints) -> NDArray[np.float64]:
    """Each cell's probabilities as they are to be, (n, labels)."""
    labels = len(many)
    own = (many + 1) / (many + 2)
    due = np.repeat(((1 - own) / (labels - 1))[truth][:, None], labels, axis=1)
    due[np.arange(len(truth)), truth] = own[truth]
    return np.asarray(due, np.float64)
