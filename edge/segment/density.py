"""Cells by colour alone: a three-class threshold on saturation less green, the field divided by its light.

Nuclei are both saturated and dark in green; red cells are saturated but pale, background is neither. Two Otsu
thresholds part the three (Otsu, IEEE Trans SMC 9 (1979) 62). It needs no training and is the yardstick for the network,
but knows no shapes: it cannot part touching cells, nor tell cytoplasm from red cells well.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import NormalField
from edge.segment.likelihood import Likelihood, Plane

SMOOTH_PX = 0.7
"""Blur before the threshold: half the optical limit."""
SOFTNESS = 0.05
"""Width of the step from outside to inside, in units of the channel."""
LEAST_NUCLEUS = -0.05
"""Floor of the upper threshold: without it the darkest red cells of a healthy field become nuclei."""
LEAST_CELL = -0.75
"""Floor of the lower threshold: noise of the background, which is at −1."""


def stain_channel(transmittance: NDArray[np.float32], smooth_px: float = SMOOTH_PX) -> Plane:
    """Saturation less green, −1…1: about −1 for clear background, above 0 for nuclei; float32 (height, width)."""
    clear = np.clip(cv2.GaussianBlur(transmittance, (0, 0), smooth_px), 1.0 / 255, 1.0)
    brightest = clear.max(axis=2)
    channel: Plane = (brightest - clear.min(axis=2)) / brightest - clear[..., 1]
    return channel


def two_thresholds(values: NDArray[np.float32], bins: int = 128) -> tuple[float, float]:
    """Otsu's thresholds between three classes: the pair with the largest variance between classes."""
    counts, edges = np.histogram(values, bins)
    weight = np.concatenate(([0.0], np.cumsum(counts / max(1, counts.sum()))))
    moment = np.concatenate(([0.0], np.cumsum(counts * (edges[1:] + edges[:-1]) / 2 / max(1, counts.sum()))))
    low, high = np.meshgrid(np.arange(1, bins), np.arange(1, bins), indexing="ij")

    def between(a: NDArray[np.intp], b: NDArray[np.intp]) -> NDArray[np.float64]:
        share = np.maximum(weight[b] - weight[a], 1e-12)
        return np.asarray((moment[b] - moment[a]) ** 2 / share)

    spread = between(np.zeros_like(low), low) + between(low, high) + between(high, np.full_like(high, bins))
    best = np.unravel_index(np.argmax(np.where(low < high, spread, -1.0)), spread.shape)
    return float(edges[low[best]]), float(edges[high[best]])


class DensityFinder:
    """The threshold method. No settings: its floors are the module's constants."""

    def likelihood(self, field: NormalField) -> Likelihood:
        """Soft steps at the two thresholds; it sees no seams."""
        channel = stain_channel(field.transmittance)
        inside = channel[field.picture]
        low, high = two_thresholds(inside) if inside.size else (0.0, 1.0)
        nucleus = _step(channel, max(high, LEAST_NUCLEUS))
        cell = _step(channel, max(low, LEAST_CELL))
        return Likelihood(_attached(cell, nucleus), nucleus, np.zeros_like(channel))


def _step(channel: Plane, threshold: float) -> Plane:
    step: Plane = np.clip((channel - threshold) / SOFTNESS + 0.5, 0.0, 1.0)
    return step


def _attached(cell: Plane, nucleus: Plane) -> Plane:
    """Only what hangs together with a nucleus is cell: the rest is red cells."""
    count, parts = cv2.connectedComponents((cell > 0.5).astype(np.uint8), connectivity=4)
    has_nucleus = np.zeros(count, bool)
    has_nucleus[parts[nucleus > 0.5]] = True
    has_nucleus[0] = False
    attached: Plane = np.where(has_nucleus[parts], cell, nucleus)
    return attached
