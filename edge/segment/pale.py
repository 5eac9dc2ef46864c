"""What was outlined as a nucleus but is not purple enough to be one: red cells, their shadows, dirt out of focus.

Nuclei take up both dyes and stop green light far more than blue. Haemoglobin stops blue as much as green, and so do the
greyish red cells of slides that were washed in hard water, however dense they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.segment.colours import Colours, only
from edge.segment.spread import Pieces


@dataclass(frozen=True, slots=True)
class PaleLimits:
    """How purple a nucleus is at least: its mean optical density in green light less that in blue.

    least       where nothing else is shown: nuclei of eight laboratories have 0.127 or more, red cells 0.12 at most
    of_usual    share of the field's usual nucleus, the upper quartile
    """

    least: float = 0.1
    of_usual: float = 0.4


def without_pale(nuclei: Pieces, colours: Colours, limits: PaleLimits) -> Pieces:
    """`nuclei` without those that are not purple enough; `colours` are those of the nuclei by id."""
    if not nuclei.any():
        return nuclei
    purple = colours[:, 1] - colours[:, 2]
    present = purple[purple > 0]
    usual = float(np.percentile(present, 75)) if present.size else 0.0
    return only(nuclei, purple >= max(limits.least, limits.of_usual * usual))
