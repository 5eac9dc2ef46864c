"""Two opinions become one: pooled log-odds, a label, and doubt where doubt is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CERTAIN = 1e-6
"""Probabilities are kept this far from 0 and 1, so that one sure opinion never silences the other."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """How a bundle pools its two systems; probabilities are of the positive labels together.

    weights     of the network and of the RBF, each at least 0; they need not sum to 1
    bias        added to the pooled log-odds (site calibration moves it)
    threshold   at or above it the cell gets a positive label
    abstain     (low, high): a pooled probability within it is doubtful
    conviction  one system at least this sure of positive and the other of negative: doubtful
    """

    weights: tuple[float, float] = (0.5, 0.5)
    bias: float = 0.0
    threshold: float = 0.5
    abstain: tuple[float, float] = (0.35, 0.65)
    conviction: float = 0.8

    def __post_init__(self) -> None:
        low, high = self.abstain
        if min(self.weights) < 0 or sum(self.weights) <= 0:
            raise ValueError(f"weights {self.weights} are not positive")
        if not (0 <= low <= self.threshold <= high <= 1 and 0.5 <= self.conviction <= 1):
            raise ValueError(f"threshold {self.threshold} is not inside {self.abstain}, or conviction is below 0.5")


@dataclass(frozen=True, eq=False)
class Fused:
    """What n cells are after both opinions.

    probability  (n, labels), rows sum to 1
    positive     (n,) pooled probability of the positive labels together
    label        (n,) column of the chosen label
    doubtful     (n,)
    """

    probability: Floats
    positive: Floats
    label: NDArray[np.intp]
    doubtful: NDArray[np.bool_]


def fuse(network: Floats, rbf_positive: Floats, is_positive: NDArray[np.bool_], how: Fusion) -> Fused:
    """Pool the network's `probability` (n, labels) with the RBF's of the positive labels together (n,).

    The weighted log-odds of the two decide between positive and the rest; within each side the network, which alone
    may know more labels than the RBF, shares the probability out. `is_positive` (labels,) marks the positive labels.
    """
    network_positive = network[:, is_positive].sum(axis=1)
    positive = pooled(network_positive, rbf_positive, how)
    probability = np.where(is_positive, _shared(network, is_positive, positive), 0.0)
    probability += np.where(~is_positive, _shared(network, ~is_positive, 1 - positive), 0.0)
    chosen_side = np.where((positive >= how.threshold)[:, None], is_positive, ~is_positive)
    label = np.argmax(np.where(chosen_side, probability, -1.0), axis=1)
    return Fused(probability, positive, label, doubtful(network_positive, rbf_positive, positive, how))


def pooled(network_positive: Floats, rbf_positive: Floats, how: Fusion) -> Floats:
    """The logistic of the weighted sum of both log-odds, (n,): a logarithmic opinion pool (Genest and Zidek 1986)."""
    of_network, of_rbf = how.weights
    logit = of_network * _logit(network_positive) + of_rbf * _logit(rbf_positive) + how.bias
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float64)


def doubtful(network_positive: Floats, rbf_positive: Floats, positive: Floats, how: Fusion) -> NDArray[np.bool_]:
    """Where the two hold opposite opinions with conviction, or the pool is in the abstention band, (n,)."""
    low, high = how.abstain
    sure, unsure = how.conviction, 1 - how.conviction
    opposed = ((network_positive >= sure) & (rbf_positive <= unsure)) | (
        (network_positive <= unsure) & (rbf_positive >= sure)
    )
    return np.asarray(opposed | ((positive >= low) & (positive <= high)))


def _logit(probability: Floats) -> Floats:
    kept = np.clip(probability, CERTAIN, 1 - CERTAIN)
    return np.asarray(np.log(kept / (1 - kept)), dtype=np.float64)


def _shared(network: Floats, side: NDArray[np.bool_], total: Floats) -> Floats:
    """`total` (n,) shared among the labels of one side as the network shares its own, evenly where it gave none."""
    own = np.where(side, np.maximum(network, np.finfo(float).tiny), 0.0)
    return np.asarray(own / own.sum(axis=1, keepdims=True) * total[:, None], dtype=np.float64)
