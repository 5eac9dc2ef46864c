"""The stain matrix of one reference picture, for networks that begin with a stain deconvolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import density
from edge.optics.planes import Field
from export.errors import NoImages
from export.stain.macenko import stains_of


def stain_matrix(transmittance: Field) -> NDArray[np.float64]:
    """Unit densities of two stains by Macenko and of what is left, at right angles to both, one per column, (3, 3).

    Raises:
        NoImages: the picture (h, w, 3), 0–1, shows too little stain, or one only.
    """
    stains = stains_of(density(transmittance))
    if stains is None:
        raise NoImages("The reference picture shows too little stain, or one stain only.", "Take another picture.")
    first, second = stains.vectors
    rest = np.cross(first, second)
    return np.stack([first, second, rest / np.linalg.norm(rest)], 1)
