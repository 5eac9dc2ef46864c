"""What a classifier's answers are worth: accuracy, recall of each class, calibration, and agreement with another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]

BINS = 15
"""Of confidence, equally wide, for the calibration error (Guo et al. 2017)."""


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Of n answers; shares are 0–1.

    top1       share that is right
    recall     share of each class that is right, NaN for a class that does not occur, (classes,)
    ece        expected calibration error
    agreement  share whose most likely class is that of the reference
    apart      largest difference of any probability from the reference's
    """

    top1: float
    recall: NDArray[np.float64]
    ece: float
    agreement: float
    apart: float


def marks(probability: Floats, truth: Ints, reference: Floats) -> Marks:
    """Marks of `probability` (n, classes) by the true classes (n,), beside `reference` (n, classes).

    Raises:
        ValueError: no answers.
    """
    if not len(truth):
        raise ValueError("no answers to mark")
    said, due = probability.argmax(axis=1), reference.argmax(axis=1)
    return Marks(
        top1=float((said == truth).mean()),
        recall=recalls(said, truth, probability.shape[1]),
        ece=calibration_error(probability, truth),
        agreement=float((said == due).mean()),
        apart=float(np.abs(probability - reference).max()),
    )


def recalls(said: Ints, truth: Ints, classes: int) -> NDArray[np.float64]:
    """Share of each class that was said, (classes,); NaN where the class does not occur."""
    many = np.bincount(truth, minlength=classes).astype(np.float64)
    right = np.bincount(truth[said == truth], minlength=classes)
    shares: NDArray[np.float64] = np.divide(right, many, out=np.full(classes, np.nan), where=many > 0)
    return shares


def calibration_error(probability: Floats, truth: Ints) -> float:
    """Expected calibration error: how far confidence is from accuracy, on average over bins of confidence (Guo et al.
    2017, equation 3)."""
    confidence, right = probability.max(axis=1), probability.argmax(axis=1) == truth
    inside = np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
    gap = np.bincount(inside, weights=right - confidence, minlength=BINS)
    return float(np.abs(gap).sum() / len(truth))
