"""What is stained in a field, at the strength of its red cells, and what is darker than that: nuclei."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.channels import mean_channel
from edge.optics.planes import Mask, Plane
from edge.optics.quantiles import median
from edge.optics.survey import Survey

FAINTEST = 0.012
"""Least mean optical density that counts as stained: a red cell washed out by over-exposure still has 0.02."""
NOISE_SPREADS = 4.0
"""Stained begins this many spreads of the background's own density above it."""
NOISIEST = 0.05
"""Densest that noise may be: above it the background estimate, not the noise, is what is wrong."""
NUCLEAR_GREEN, NUCLEAR_RED = 0.45, 0.20
"""Optical densities in green and red that only nuclei reach together: red cells are at most 0.30/0.43 (steel blue)
or 0.73/0.15 (magenta) in the sets we have."""
NUCLEAR_RATIO, NUCLEAR_BLUE = 2.2, 0.75
"""Nuclei are also what is this much denser than the field's red cells while it lets blue through, over green: stacked
red cells are as dense but hold blue back (haemoglobin)."""
EDGE = 0.4
"""Where the boundary of a cell is drawn, over the typical density: a little below half, for pale cells beside dense."""
FEW_PX = 50
"""Stained pixels below which nothing can be said."""


@dataclass(frozen=True, slots=True, eq=False)
class Stained:
    """The stained part of a survey.

    plane      mean optical density over the three channels, float32 (height, width), 0 where padded
    level      typical density of what is stained and not nucleus: in a smear, of its red cells
    threshold  the density at which the boundary of a cell is drawn
    mask       where the plane is above the threshold
    nuclear    where it is as dense as only nuclei are
    """

    plane: Plane
    level: float
    threshold: float
    mask: Mask
    nuclear: Mask


def stained(survey: Survey) -> Stained | None:
    """What is stained in `survey`, or None where hardly anything is."""
    plane = mean_channel(survey.density)
    red, green, blue = cv2.split(survey.density)
    nuclear = (green > NUCLEAR_GREEN) & (red > NUCLEAR_RED)
    pale = plane[(plane > _floor(plane, survey.picture)) & ~nuclear]
    if pale.size < FEW_PX:
        return None
    level = float(median(pale))
    nuclear |= (plane > NUCLEAR_RATIO * level) & (blue < NUCLEAR_BLUE * green)
    return Stained(plane, level, EDGE * level, plane > EDGE * level, nuclear)


def _floor(plane: Plane, picture: Mask) -> float:
    clear = plane[picture & (plane < NOISIEST)]
    if not clear.size:
        return NOISIEST
    return float(np.clip(NOISE_SPREADS * median(clear), FAINTEST, NOISIEST * 0.7))
