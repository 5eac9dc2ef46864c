"""From which probability on a cell is called a blast, and where that call is doubtful; from predictions out of fold.

The rule: of the thresholds at which at least 90 % of blasts are found, the one with the largest sum of sensitivity and
specificity (Youden 1950), every set of cells weighing alike on its side. The band of doubt holds the tenth of all cells
that lies nearest to it in log-odds, blasts and others weighing alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from export.opinion.balance import Weights

LEAST_SENSITIVITY = 0.90
DOUBTFUL_SHARE = 0.10
STEPS = 200
"""Probabilities are told apart in steps of 0.005."""

Positives = NDArray[np.bool_]
Values = NDArray[np.float64]


def operating_point(values: Values, positive: Positives, weights: Weights, grid: Values | None = None) -> float:
    """The threshold by the rule; where no threshold finds enough blasts, the one that finds most.

    Args:
        values: what grows with the likelihood of a blast, (n,).
        positive: which cells are blasts, (n,).
        weights: see `export.opinion.balance.evenly`.
        grid: thresholds to choose from, ascending; probabilities in steps of 0.005 unless told.
    """
    among = np.arange(1, STEPS) / STEPS if grid is None else grid
    called = values[:, None] >= among
    sensitivity = np.average(called[positive], axis=0, weights=weights[positive])
    specificity = np.average(~called[~positive], axis=0, weights=weights[~positive])
    enough = sensitivity >= min(LEAST_SENSITIVITY, float(sensitivity.max()))
    youden = np.where(enough, sensitivity + specificity, -1.0)
    best = np.flatnonzero(youden >= youden.max() - 1e-12)
    return float(among[best[len(best) // 2]])


def band_of_doubt(probability: Values, weights: Weights, threshold: float) -> tuple[float, float]:
    """Low and high end of the band around the threshold that holds `DOUBTFUL_SHARE` of the weight."""
    away = np.abs(log_odds(probability) - log_odds(threshold))
    order = np.argsort(away, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    reach = float(away[order[min(int(np.searchsorted(share, DOUBTFUL_SHARE)), len(order) - 1)]])
    low, high = (float(1 / (1 + np.exp(-log_odds(threshold) + side))) for side in (reach, -reach))
    return min(threshold, round(low, 3)), max(threshold, round(high, 3))


def log_odds(probability: NDArray[np.float64] | float) -> Values:
    """log(p / (1 − p)), finite at 0 and 1."""
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(kept / (1 - kept)), np.float64)
