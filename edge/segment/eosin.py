"""Eosinophils: how much eosin the cytoplasm of a cell has taken up.

Chromatin takes up azure and eosin, and azure stops red light. What takes up eosin alone, as the granules of eosinophils
do, stops green light and lets red pass: a density in green that comes without one in red is eosin's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import density
from edge.optics.planes import Field, Mask

def eosin_share(transmittance: Field, nucleus: Mask, cytoplasm: Mask) -> float:
    """Density in green less that in red of a cell's cytoplasm, over the green density of its nucleus, from medians.

    Drawn eosinophils have 0.23 to 0.44; of 139 other drawn white cells 98 in 100 have 0.2 or less.
    """
    chromatin, rest = _median_density(transmittance, nucleus), _median_density(transmittance, cytoplasm)
    return float((rest[1] - rest[0]) / max(chromatin[1], 1e-3))


def _median_density(transmittance: Field, where: Mask) -> NDArray[np.float32]:
    """Of each channel, (3,): the density of the median light, which is the median of the densities."""
    return density(np.median(transmittance[where], axis=0)[None, None].astype(np.float32))[0, 0]
