"""What was outlined as a nucleus but is not purple enough to be one: red cells, their shadows, dirt out of focus.

Nuclei take up both dyes and stop green light far more than blue. Haemoglobin stops blue as much as green, and so do the
greyish red cells of slides that were washed in hard water, however dense they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import NormalField, density
from edge.segment.spread import Pieces


@dataclass(frozen=True, slots=True)
class PaleLimits:
    """How purple a nucleus is at least: its mean optical density in green light less that in blue.

    least       where nothing else is shown: nuclei of eight laboratories have 0.127 or more, red cells 0.12 at most
    of_usual    share of the field's usual nucleus, the upper quartile
    """

    least: float = 0.1
    of_usual: float = 0.4


def without_pale(normal: NormalField, nuclei: Pieces, limits: PaleLimits) -> Pieces:
    """`nuclei` without those that are not purple enough."""
    if not nuclei.any():
        return nuclei
    purple = _mean_purple(normal, nuclei)
    present = purple[purple > 0]
    usual = float(np.percentile(present, 75)) if present.size else 0.0
    floor = max(limits.least, limits.of_usual * usual)
    kept = np.where(purple >= floor, np.arange(len(purple)), 0).astype(nuclei.dtype)
    return np.asarray(kept.take(nuclei))


def _mean_purple(normal: NormalField, nuclei: Pieces) -> NDArray[np.float64]:
    """Mean optical density in green less blue of every id, 0 where an id does not occur."""
    inside = nuclei > 0
    ids = nuclei[inside]
    absorbed = density(normal.transmittance[inside])
    total = np.bincount(ids, weights=absorbed[:, 1] - absorbed[:, 2], minlength=int(nuclei.max(initial=0)) + 1)
    return np.asarray(total / np.maximum(np.bincount(ids, minlength=len(total)), 1))
