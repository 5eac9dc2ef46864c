"""Nuclei, where no red cell tells the scale: whether an assumed one is possible, and a likelier one where it is not.

Nuclei of white cells and their precursors are 6 to 16 µm across (SYSTEMS.md: lymphocytes 7, blasts 8 to 14). That is
far too wide a range to measure by, but a picture whose nuclei would be 3 µm across was not taken at the assumed scale.
"""

from __future__ import annotations

import cv2
import numpy as np

from edge.optics.otsu import two_thresholds
from edge.optics.planes import Mask
from edge.optics.saturation import stain_channel
from edge.optics.survey import Survey, survey
from edge.scale.options import STANDARD
from edge.types import Pixels

USUAL_UM = 9.0
"""What the widest nucleus of a picture is taken for where the assumed scale is impossible."""
USUAL_SD = 0.3
"""Relative uncertainty of that: from a small lymphocyte to a large blast is 1.6 of it either way."""
POSSIBLE_UM = 5.5, 16.0
"""Widest nucleus of a picture at a scale that may be right; wider cells are soon taken for clumps."""
LEAST_SHARE = 0.1
"""Diameter over the picture's shorter side below which it may be a platelet of a wide field."""
LEAST_ROUND = 0.6
"""Diameter of the largest inscribed circle over that of the circle of equal area, below which it is a clump."""
LEAST_PURPLE = 0.1
"""Least mean density in green less that in blue: `edge.segment.pale` tells where it comes from."""


def possible_um_per_px(pixels: Pixels, assumed_um_per_px: float) -> float | None:
    """The scale by the widest nucleus of `pixels` (RGB uint8), where at the assumed one it would be none; else None."""
    field = survey(pixels, STANDARD.budget_px)
    nucleus = widest_nucleus(field)
    if nucleus is None:
        return None
    diameter_px = equal_diameter_px(nucleus) * field.factor
    small = diameter_px * assumed_um_per_px < POSSIBLE_UM[0] and diameter_px > LEAST_SHARE * min(pixels.shape[:2])
    large = diameter_px * assumed_um_per_px > POSSIBLE_UM[1] and _is_round(nucleus)
    return USUAL_UM / diameter_px if small or large else None


def widest_nucleus(field: Survey) -> Mask | None:
    """The largest connected part of what is in the upper of three classes of saturation less green (Otsu); None where
    that is not purple."""
    if not field.picture.any():
        return None
    channel = stain_channel(np.power(np.float32(10), -field.density))
    upper = (channel > two_thresholds(channel[field.picture])[1]) & field.picture
    nucleus = _largest(cv2.morphologyEx(upper.view(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0)
    purple = (field.density[..., 1] - field.density[..., 2])[nucleus]
    return nucleus if purple.size and float(purple.mean()) >= LEAST_PURPLE else None


def _largest(mask: Mask) -> Mask:
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    return np.asarray(labels == 1 + int(areas.argmax())) if areas.size else np.zeros_like(mask)


def _is_round(nucleus: Mask) -> bool:
    inscribed_px = 2 * float(cv2.distanceTransform(nucleus.view(np.uint8), cv2.DIST_L2, 3).max())
    return inscribed_px >= LEAST_ROUND * equal_diameter_px(nucleus)


def equal_diameter_px(mask: Mask) -> float:
    """Diameter of the circle of the same area as the mask's largest connected part; 0 where it is empty."""
    _, _, statistics, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    return 2 * float(np.sqrt(statistics[1:, cv2.CC_STAT_AREA].max(initial=0) / np.pi))
