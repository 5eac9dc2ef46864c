"""A measured figure with its 95 % interval, from one numerator and one denominator per image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
TAILS_PERCENT = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a bundle's manifest lists its metrics: value, 95 % interval, of how many what."""

    name: str
    on: str
    value: float
    low: float
    high: float
    n: int
    unit: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """What is measured: the sum of the shares over the sum of the wholes, one of each per image.

    A mean over images has wholes of 1; a recall has boxes found and boxes.
    """

    name: str
    on: str
    shares: Sequence[float]
    wholes: Sequence[float]


def figure(ratio: Ratio, seed: int = 0) -> Figure:
    """The figure with its percentile bootstrap interval over images (Efron 1979): cells of one image are alike."""
    shares, wholes = np.asarray(ratio.shares, np.float64), np.asarray(ratio.wholes, np.float64)
    drawn = np.random.default_rng(seed).integers(len(shares), size=(RESAMPLES, len(shares)))
    resampled = shares[drawn].sum(axis=1) / np.maximum(wholes[drawn].sum(axis=1), 1e-12)
    low, high = np.percentile(resampled, TAILS_PERCENT)
    value = shares.sum() / max(wholes.sum(), 1e-12)
    return Figure(ratio.name, ratio.on, float(value), float(low), float(high), len(shares), "image")
