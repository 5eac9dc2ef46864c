"""What was outlined as a nucleus but is too pale to be one: red cells, their shadows, dirt out of focus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import NormalField, density
from edge.segment.spread import Pieces


@dataclass(frozen=True, slots=True)
class PaleLimits:
    """How dense a nucleus is at least, in optical density of red and green, where nuclear stain absorbs.

    least       in a field that shows nothing else: red cells have 0.03–0.12, the palest nuclei we have 0.20
    of_usual    share of the field's usual nucleus (the upper quartile): smudged nuclei have 0.4 and more
    """

    least: float = 0.13
    of_usual: float = 0.33


def without_pale(normal: NormalField, nuclei: Pieces, limits: PaleLimits) -> Pieces:
    """`nuclei` without those that are too pale."""
    if not nuclei.any():
        return nuclei
    densities = _mean_density(normal, nuclei)
    present = densities[densities > 0]
    usual = float(np.percentile(present, 75)) if present.size else 0.0
    floor = max(limits.least, limits.of_usual * usual)
    kept = np.where(densities >= floor, np.arange(len(densities)), 0).astype(nuclei.dtype)
    return np.asarray(kept.take(nuclei))


def _mean_density(normal: NormalField, nuclei: Pieces) -> NDArray[np.float64]:
    """Mean optical density of red and green of every id, 0 where an id does not occur."""
    inside = nuclei > 0
    ids = nuclei[inside]
    absorbed = density(normal.transmittance[inside])[:, :2].mean(axis=1)
    total = np.bincount(ids, weights=absorbed, minlength=int(nuclei.max(initial=0)) + 1)
    return np.asarray(total / np.maximum(np.bincount(ids, minlength=len(total)), 1))
