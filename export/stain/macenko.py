"""A picture's two stains, found from its own pixels, and the same picture in another film's stains.

Source: Macenko et al., A method for normalizing histology slides for quantitative analysis, ISBI 2009, 1107–1110.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import Density
from edge.optics.planes import Field

FAINT = 0.15
"""Density, at least in one channel, from which a pixel is stained; the paper's β."""
SHARE = 1.0
"""Percentile of the angles that counts as their extreme; the paper's α."""
STRONG = 99.0
"""Percentile of a stain's amount that two films are matched at."""
FEWEST_PX = 50
_FLAT = 1e-3
"""Least sine of the angle between two stains: below it there is one stain."""


@dataclass(frozen=True, eq=False)
class Stains:
    """Unit densities of two stains (2, 3), first the one that stops more red light, and how much a film holds (2,)."""

    vectors: NDArray[np.float64]
    amounts: NDArray[np.float64]


def stains_of(density: Density) -> Stains | None:
    """The stains of a picture from its optical density (h, w, 3); None where it shows too little stain, or one only."""
    stained = density.reshape(-1, 3)[density.reshape(-1, 3).max(axis=1) > FAINT].astype(np.float64)
    if len(stained) < FEWEST_PX:
        return None
    plane = np.linalg.eigh(np.cov(stained.T))[1][:, [2, 1]]
    plane = plane * np.where(plane.sum(axis=0) < 0, -1.0, 1.0)
    across = stained @ plane
    low, high = np.percentile(np.arctan2(across[:, 1], across[:, 0]), [SHARE, 100 - SHARE])
    vectors = _directions(plane, (float(low), float(high)))
    if np.linalg.norm(np.cross(*vectors)) < _FLAT:
        return None
    return Stains(vectors, np.maximum(np.percentile(amounts_of(stained, vectors), STRONG, axis=0), _FLAT))


def amounts_of(density: NDArray[np.floating], vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of each stain explains densities (n, 3) best, (n, 2)."""
    return np.asarray(density @ np.linalg.pinv(vectors), np.float64)


def restained(density: Density, own: Stains, other: Stains) -> Field:
    """Optical density (h, w, 3) as if the film had been stained with the other stains; what neither stain explains
    stays as it is."""
    flat = density.reshape(-1, 3).astype(np.float64)
    amounts = amounts_of(flat, own.vectors)
    left = flat - amounts @ own.vectors
    changed = amounts * (other.amounts / own.amounts) @ other.vectors + left
    return np.maximum(changed, 0.0).reshape(density.shape).astype(np.float32)


def _directions(plane: NDArray[np.float64], angles: tuple[float, float]) -> NDArray[np.float64]:
    """Unit densities at the two angles within the plane (3, 2), the one that stops more red light first."""
    both = np.stack([plane @ (np.cos(angle), np.sin(angle)) for angle in angles])
    both = np.maximum(both, 0.0)
    both /= np.maximum(np.linalg.norm(both, axis=1, keepdims=True), _FLAT)
    return both[np.argsort(-both[:, 0])]
