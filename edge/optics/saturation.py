"""Saturation less green: the channel in which nuclei stand out from a whole field."""

from __future__ import annotations

import cv2
import numpy as np

from edge.optics.channels import least_channel, most_channel
from edge.optics.normal import DARKEST
from edge.optics.planes import Field, Plane

SMOOTH_PX = 0.7
"""Blur before the channels are compared: half the optical limit."""


def stain_channel(transmittance: Field) -> Plane:
    """Saturation less green, −1…1: about −1 for clear background, above 0 for nuclei; float32 (height, width)."""
    smooth = np.asarray(cv2.GaussianBlur(transmittance, (0, 0), SMOOTH_PX), np.float32)
    clear = np.asarray(np.clip(smooth, DARKEST, 1.0, dtype=np.float32), np.float32)
    brightest = most_channel(clear)
    return np.asarray((brightest - least_channel(clear)) / brightest - clear[..., 1], np.float32)
