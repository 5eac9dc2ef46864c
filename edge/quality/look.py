"""Whether a picture looks like a Romanowsky-stained film: colours of light and stain, and how things end.

A film is pale glass with rounded, evenly stained things on it that end in outlines; its dyes, azure and eosin, both
take green. Tissue, photographs, pages and drawings each leave that in at least one measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import cv2
import numpy as np

from edge.optics.channels import least_channel, mean_channel, most_channel
from edge.optics.planes import Field, Mask, Plane
from edge.optics.quantiles import median
from edge.optics.stain import Stained
from edge.optics.survey import Survey
from edge.quality.options import LookOptions
from edge.types import Reason

SQUARE = np.ones((3, 3), np.uint8)
TINY = 1e-6
"""Density that keeps shares defined where there is none."""
COLOURED = 0.15
"""Density over three channels from which a pixel's hue means something."""
FEW_NUCLEAR = 20
"""Nuclear pixels below which nuclei have no hue."""
NO_NUCLEI_HUE = -0.2
"""Tissue hue said where there are no nuclei: tissue has them."""
ENOUGH_NUCLEI = 0.05
"""Nuclear share of the picture from which the hue counts in full: tissue has 0.08 and more."""


def look(field: Survey, matter: Stained) -> Mapping[str, float]:
    """The measures that `LookOptions` sets limits to, by the same names, and `tissue_hue`, `tissue_outline`."""
    red, green, blue = (float(value) for value in field.light.level)
    stained = matter.mask & field.picture
    return {
        "light_red": red / max(green, 1.0),
        "light_blue": blue / max(green, 1.0),
        **_colours(field.density, stained),
        **_texture(field, matter, stained),
        "tissue_hue": _tissue_hue(field, matter, stained),
    }


def foreign(measures: Mapping[str, float], options: LookOptions) -> Reason | None:
    """Why a picture of this look is no film, by the measure that is furthest out; None if it may be one."""
    if measures["tissue_hue"] > options.tissue_hue and measures["tissue_outline"] < options.tissue_outline:
        return Reason("stain.tissue", {"hue": round(measures["tissue_hue"], 3), "limit": options.tissue_hue})
    limits = {f.name: getattr(options, f.name) for f in fields(options) if f.name in measures}
    ranges = {name: limit for name, limit in limits.items() if isinstance(limit, tuple)}
    excess = {name: _excess(measures[name], *limit) for name, limit in ranges.items()}
    worst = max(excess, key=excess.__getitem__)
    if excess[worst] <= 0:
        return None
    low, high = ranges[worst]
    return Reason("stain.foreign", {"measure": worst, "value": round(measures[worst], 3), "low": low, "high": high})


def _excess(value: float, low: float, high: float) -> float:
    return max(low - value, value - high) / (high - low)


def _green_share(density: Field) -> Plane:
    """Green's share of the density at each pixel; a third where there is none."""
    share: Plane = (density[..., 1] + TINY) / (3 * mean_channel(density) + 3 * TINY)
    return share


def _colours(density: Field, stained: Mask) -> dict[str, float]:
    total, green = 3 * mean_channel(density) + 3 * TINY, _green_share(density)
    lets_green = _share((green < 0.28) & (total > COLOURED), stained)
    yellow = _share((density[..., 2] > 0.45 * total) & (total > COLOURED), stained)
    return {
        "green_share": float(median(green[stained])),
        "lets_green": lets_green,
        "yellow": yellow,
        "motley": min(lets_green, yellow),
        "grey": _share(most_channel(density) - least_channel(density) < 0.12 * total, stained),
    }


def _share(mask: Mask, among: Mask) -> float:
    return float(np.count_nonzero(mask & among)) / max(1, int(np.count_nonzero(among)))


def _texture(field: Survey, matter: Stained, stained: Mask) -> dict[str, float]:
    along_x, along_y = (cv2.Sobel(matter.plane, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    slope = np.asarray(cv2.magnitude(along_x, along_y), np.float32)
    solid = stained.view(np.uint8)
    edge = (cv2.morphologyEx(matter.mask.view(np.uint8), cv2.MORPH_GRADIENT, SQUARE) > 0) & field.picture
    typical, inside = median(slope[field.picture]), stained & ~edge
    ends = float(median(slope[edge])) if edge.any() else 0.0
    within = float(median(slope[inside])) if inside.any() else 0.0
    relative = matter.plane[field.picture] / matter.level
    return {
        "speckle": 1.0 - _share(cv2.erode(solid, SQUARE) > 0, stained),
        "relief": float(median(slope[stained])) / matter.level,
        "outline": ends / (float(typical) + 0.02 * matter.level),
        "blend": float(np.mean((relative > 0.25) & (relative < 0.6))),
        "tissue_outline": ends / (within + 0.02 * matter.level),
    }


def _tissue_hue(field: Survey, matter: Stained, stained: Mask) -> float:
    """Green share of what is stained and not nuclear over that of the nuclei, faded out where nuclei are few."""
    nuclear, pale = matter.nuclear & field.picture, stained & ~matter.nuclear
    if np.count_nonzero(nuclear) < FEW_NUCLEAR or not pale.any():
        return NO_NUCLEI_HUE
    green = _green_share(field.density)
    greener = median(green[pale]) - median(green[nuclear])
    share = np.count_nonzero(nuclear) / np.count_nonzero(field.picture)
    return float(greener) * min(1.0, share / ENOUGH_NUCLEI)
