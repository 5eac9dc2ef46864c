"""The top of a parabola through samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def vertex(places: Sequence[float], values: Sequence[float]) -> float | None:
    """Where the parabola of least squares through three or more samples turns; None where it does not."""
    centre = float(np.mean(places))
    span = float(np.ptp(places)) or 1.0
    bend, slope, _ = np.polyfit((np.asarray(places) - centre) / span, np.asarray(values), 2)
    if not abs(bend) > 1e-12 * max(1.0, abs(slope)):
        return None
    return centre - span * float(slope / (2 * bend))
