"""How far the threshold of a station moves, from ordinary cells alone: no blast and no label is needed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edge.calibrate.limits import USUAL, SiteLimits
from edge.calibration import LEAST_BIAS, MOST_BIAS, SiteThreshold

Floats = NDArray[np.float64]


def site_bias(log_odds: Floats, threshold: float, limits: SiteLimits = USUAL) -> float:
    """What to add to the pooled log-odds so that at most `limits.alarms` of ordinary cells (n,) reach `threshold`.

    Shrunk towards 0 by n / (n + `half_cells`), as few cells tell little of a tail, and clipped to −0.75 … +0.3: what
    ordinary cells cannot show is how many blasts a stricter threshold loses. 0 without cells.
    """
    n = len(log_odds)
    if not n:
        return 0.0
    asked = logit(threshold) - float(np.quantile(log_odds, 1 - limits.alarms, method="higher"))
    return float(np.clip(asked * n / (n + limits.half_cells), LEAST_BIAS, MOST_BIAS))


def fit_threshold(log_odds: Floats, threshold: float, limits: SiteLimits = USUAL) -> SiteThreshold:
    """The bias with what it changes; left at 0 where there are fewer than `limits.cells`."""
    fitted = len(log_odds) >= limits.cells
    bias = site_bias(log_odds, threshold, limits) if fitted else 0.0
    before, after = (_share(log_odds + moved, threshold) for moved in (0.0, bias))
    return SiteThreshold(fitted=fitted, bias=bias, cells=len(log_odds), share_before=before, share_after=after)


def moved_threshold(threshold: float, bias: float) -> float:
    """The probability, as the bundle alone gives it, from which on a cell is called a blast with `bias`."""
    return 1 / (1 + math.exp(bias - logit(threshold)))


def logit(probability: float) -> float:
    """Log-odds, of a probability kept a millionth from 0 and 1."""
    kept = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))


def _share(log_odds: Floats, threshold: float) -> float:
    return float(np.mean(log_odds >= logit(threshold))) if len(log_odds) else 0.0
