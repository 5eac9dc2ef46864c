"""How sharp a picture is: the mean squared gradient, at two scales. Knows nothing of what is in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from firmware_bridge.picture import Pixels

FINE_PX, COARSE_PX = 2, 8
"""Pixels that are averaged before gradients are taken: noise goes, and the coarse scale sees far out of focus."""

GREEN = 1


@dataclass(frozen=True, slots=True)
class Sharpness:
    """Squared gradients over squared brightness, so that lamp and exposure do not matter.

    fine    falls to nothing within a few micrometres of defocus
    coarse  tells far out of focus which way is nearer
    """

    fine: float
    coarse: float

    @property
    def crispness(self) -> float:
        """Fine over coarse: depends on focus far more than on how much there is to see."""
        return self.fine / self.coarse if self.coarse > 0 else 0.0


def sharpness(pixels: Pixels) -> Sharpness:
    """The measure of an RGB picture, (height, width, 3) uint8 with at least 32 pixels on each side.

    Source: squared gradient, Santos et al., J. Microsc. 188 (1997) 264. Green carries most of the contrast of a
    Romanowsky stain.
    """
    green = np.ascontiguousarray(pixels[..., GREEN])
    return Sharpness(_energy(green, FINE_PX), _energy(green, COARSE_PX))


def _energy(green: Pixels, scale_px: int) -> float:
    height, width = green.shape
    small = cv2.resize(green, (width // scale_px, height // scale_px), interpolation=cv2.INTER_AREA).astype(np.float32)
    across, down = small[:, 1:] - small[:, :-1], small[1:] - small[:-1]
    mean = float(small.mean())
    return (float(np.square(across).mean()) + float(np.square(down).mean())) / max(mean * mean, 1.0)
