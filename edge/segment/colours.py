"""The colour of each nucleus: what it stops of red, green and blue light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import NormalField, density
from edge.segment.spread import Pieces

Colours = NDArray[np.float64]
"""Mean optical densities in red, green and blue of every id, (ids, 3), 0 where an id does not occur."""


def mean_colours(normal: NormalField, nuclei: Pieces) -> Colours:
    """Mean optical densities of all nuclei of a field."""
    inside = np.flatnonzero(nuclei)
    if not inside.size:
        return np.zeros((1, 3))
    ids, absorbed = nuclei.ravel()[inside], density(normal.transmittance.reshape(-1, 3)[inside])
    counts = np.maximum(np.bincount(ids), 1)
    return np.stack([np.bincount(ids, absorbed[:, channel]) / counts for channel in range(3)], axis=1)


def only(nuclei: Pieces, kept: NDArray[np.bool_]) -> Pieces:
    """`nuclei` without the ids that are not kept, (ids,); 0 stays 0."""
    return np.where(kept, np.arange(len(kept)), 0).astype(nuclei.dtype).take(nuclei)
