"""The channels in which nuclei stand out from the cytoplasm of their own cell."""

from __future__ import annotations

import cv2
import numpy as np

from edge.optics.channels import most_channel
from edge.optics.normal import DARKEST
from edge.optics.planes import Field, Plane
from edge.optics.saturation import SMOOTH_PX

PURPLE = 2.0
"""Weight of the hue beside the green light; 1 to 5 outline nuclei all but equally well."""


def nuclear_channel(transmittance: Field) -> Plane:
    """Purple less green, −3…2, highest in nuclei; float32 (height, width). Not smoothed: its edges are the picture's.

    Chromatin, which takes up both dyes, lets blue pass and stops green. What takes up eosin alone, the granules of
    eosinophils most of all, stops both: by their saturation they could not be told from the nucleus.
    """
    clear = _clipped(transmittance)
    green = clear[..., 1]
    return np.asarray(PURPLE * (clear[..., 2] - green) / most_channel(clear) - green, np.float32)


def blue_channel(transmittance: Field) -> Plane:
    """Blue less green light, −1…1: in it the granules of eosinophils lie nearer to clear than to chromatin."""
    clear = _clipped(transmittance)
    return np.asarray(clear[..., 2] - clear[..., 1], np.float32)


def smoothed(channel: Plane) -> Plane:
    """Without noise and without the grain of chromatin."""
    return np.asarray(cv2.GaussianBlur(channel, (0, 0), SMOOTH_PX), np.float32)


def _clipped(transmittance: Field) -> Field:
    return np.asarray(np.clip(transmittance, DARKEST, 1.0, dtype=np.float32), np.float32)
