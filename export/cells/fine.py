"""The kit's normalisation at a finer scale, for labels: outlines stay sharp when tiles are turned and resized."""

from __future__ import annotations

import cv2
import numpy as np

from edge.optics.normal import WORKING_UM_PER_PX, NormalField, normalise
from edge.optics.planes import Field
from edge.types import Pixels

LABEL_UM_PER_PX = 0.14
CLEAR_BLUR_PX = 0.8


def fine_field(pixels: Pixels, um_per_px: float) -> NormalField:
    """`pixels` at LABEL_UM_PER_PX: `normalise`, told a pixel size that makes its own pixels that small."""
    return normalise(pixels, um_per_px * WORKING_UM_PER_PX / LABEL_UM_PER_PX)


def clear_picture(passed: Field) -> Pixels:
    """A transmittance as a picture on white, slightly smoothed: uint8, 255 is clear."""
    return np.clip(cv2.GaussianBlur(passed, (0, 0), CLEAR_BLUR_PX) * 255, 0, 255).astype(np.uint8)
