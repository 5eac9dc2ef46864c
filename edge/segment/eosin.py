"""Eosinophils: how much eosin the cytoplasm of a cell has taken up.

Chromatin takes up azure and eosin, and azure stops red light. What takes up eosin alone, as the granules of eosinophils
do, stops green light and some blue, and lets red pass. Purple cytoplasm lets blue pass as well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import density
from edge.optics.planes import Field, Mask


def eosin_share(transmittance: Field, nucleus: Mask, cytoplasm: Mask) -> float:
    """How much a cell's cytoplasm stops green more than red, or blue if that is less, over how much its nucleus stops
    green: densities of the mean light.

    Drawn eosinophils have 0.23 and more; what others have is told in DECISIONS.md.
    """
    chromatin, rest = _density(transmittance, nucleus), _density(transmittance, cytoplasm)
    return float(min(rest[1] - rest[0], rest[2]) / max(chromatin[1], 1e-3))


def _density(transmittance: Field, where: Mask) -> NDArray[np.float32]:
    """Of each channel, (3,)."""
    mean = np.array(cv2.mean(transmittance, where.view(np.uint8))[:3], np.float32)
    return np.asarray(density(mean[None, None])[0, 0], np.float32)
