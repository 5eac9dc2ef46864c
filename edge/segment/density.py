"""Cells by colour alone: a three-class threshold on saturation less green, the field divided by its light.

Nuclei are both saturated and dark in green; red cells are saturated but pale, background is neither. Otsu's two
thresholds part the three. It needs no training and is the yardstick for the network, but knows no shapes: it cannot
part touching cells, nor tell cytoplasm from red cells well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import NormalField
from edge.optics.otsu import two_thresholds
from edge.optics.planes import Plane
from edge.optics.saturation import stain_channel
from edge.segment.likelihood import Likelihood

SOFTNESS = 0.05
"""Width of the step from outside to inside, in units of the channel."""
LEAST_NUCLEUS = -0.05
"""Floor of the upper threshold: without it the darkest red cells of a healthy field become nuclei."""
LEAST_CELL = -0.75
"""Floor of the lower threshold: noise of the background, which is at −1."""


class DensityFinder:
    """The threshold method. No settings: its floors are the module's constants."""

    def likelihood(self, field: NormalField) -> Likelihood:
        """Soft steps at the two thresholds; it sees no seams."""
        channel = stain_channel(field.transmittance)
        inside = channel[field.picture]
        low, high = two_thresholds(inside) if inside.size else (0.0, 1.0)
        nucleus = _step(channel, max(high, LEAST_NUCLEUS))
        cell = _step(channel, max(low, LEAST_CELL))
        return Likelihood(_attached(cell, nucleus), nucleus, np.zeros_like(channel))


def _step(channel: Plane, threshold: float) -> Plane:
    return np.asarray(np.clip((channel - threshold) / SOFTNESS + 0.5, 0.0, 1.0), np.float32)


def _attached(cell: Plane, nucleus: Plane) -> Plane:
    """Only what hangs together with a nucleus is cell: the rest is red cells."""
    count, parts = cv2.connectedComponents((cell > 0.5).view(np.uint8), connectivity=4)
    has_nucleus: NDArray[np.bool_] = np.zeros(count, np.bool_)
    has_nucleus[parts[nucleus > 0.5]] = True
    has_nucleus[0] = False
    return np.asarray(np.where(has_nucleus[parts], cell, nucleus), np.float32)
