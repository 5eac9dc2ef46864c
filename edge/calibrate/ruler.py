"""One scale from the red cells of many fields."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.calibrate.limits import USUAL, SiteLimits
from edge.calibration import SiteScale
from edge.scale import RulerOptions, RulerReading

Floats = NDArray[np.float64]
MAD_SD = 1.4826
"""Standard deviation over median absolute deviation of a normal distribution."""
MEDIAN_SD = 1.2533
"""Standard error of a median over that of a mean, √(π/2)."""


def fit_scale(readings: Sequence[RulerReading]) -> SiteScale:
    """The median weighted by 1/sd², and its uncertainty.

    The scatter between fields falls with their number; how large this person's red cells are does not.
    """
    um_per_px = weighted_median(*_figures(readings))
    scatter = MEDIAN_SD * MAD_SD * spread(readings) / np.sqrt(len(readings))
    own = RulerOptions().red_cell_sd
    return SiteScale(um_per_px=um_per_px, relative_sd=float(np.hypot(scatter, own)), fields=len(readings))


def spread(readings: Sequence[RulerReading]) -> float:
    """Median relative deviation of the readings from their common value."""
    values, weights = _figures(readings)
    return float(np.median(np.abs(np.log(values / weighted_median(values, weights)))))


def mixed(readings: Sequence[RulerReading], limits: SiteLimits = USUAL) -> bool:
    """Whether they come from more than one objective: they scatter, or some lie far from the rest."""
    values, _ = _figures(readings)
    far = np.abs(np.log(values / np.median(values))) > limits.apart
    return spread(readings) > limits.spread or float(np.mean(far)) > limits.strangers


def weighted_median(values: Floats, weights: Floats) -> float:
    """The value at which half of the weight is reached."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _figures(readings: Sequence[RulerReading]) -> tuple[Floats, Floats]:
    values = np.array([each.um_per_px for each in readings])
    return values, 1 / np.square([each.relative_sd for each in readings])
