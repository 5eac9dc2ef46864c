"""The outline of a nucleus, exactly: the network says where, the cell's own colours say how far.

Stains differ so much between laboratories that one decision boundary between nucleus and cytoplasm is a pixel too wide
on one and too narrow on another. Inside one cell the two classes are clear: Otsu's threshold on the stain channel of
its own pixels, nudged by the network's opinion, follows the half-height of the edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.segment.likelihood import Plane

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OutlineOptions:
    """How a nucleus is outlined within its cell.

    sure, unlike  the network's nucleus likelihoods above and below which a pixel surely is, or surely is not, nucleus
    least_px      pixels needed on both sides; with fewer (no cytoplasm to compare with) the network's outline stands
    network       weight of the network's log-odds beside the contrast, in contrasts per unit
    hole_um2, bit_um2  smaller holes are filled, smaller bits dropped
    """

    sure: float = 0.85
    unlike: float = 0.35
    least_px: int = 25
    network: float = 0.03
    hole_um2: float = 1.6
    bit_um2: float = 1.0


def outline_nucleus(channel: Plane, cell: Mask, likelihood: Plane, options: OutlineOptions) -> Mask:
    """The nucleus of one cell, bool (h, w), from patches of the stain channel, the cell's mask and the network's
    nucleus likelihood, all (h, w)."""
    inner = cv2.erode(cell.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    nucleus, cytoplasm = inner & (likelihood > options.sure), inner & (likelihood < options.unlike)
    by_network: Mask = cell & (likelihood > 0.5)
    if min(np.count_nonzero(nucleus), np.count_nonzero(cytoplasm)) < options.least_px:
        return by_network
    contrast = float(np.median(channel[nucleus]) - np.median(channel[cytoplasm]))
    if contrast <= 0:
        return by_network
    likely = np.clip(likelihood, 1e-3, 1 - 1e-3)
    excess = (channel - otsu(channel[inner])) / contrast + options.network * np.log(likely / (1 - likely))
    return (excess > 0) & cell


def otsu(values: NDArray[np.float32], bins: int = 64) -> float:
    """Otsu's threshold of some values (IEEE Trans SMC 9 (1979) 62)."""
    counts, edges = np.histogram(values, bins)
    centres = (edges[1:] + edges[:-1]) / 2
    weight = np.cumsum(counts) / counts.sum()
    moment = np.cumsum(counts * centres) / counts.sum()
    between = (moment[-1] * weight - moment) ** 2 / np.maximum(weight * (1 - weight), 1e-12)
    return float(centres[int(np.argmax(between))])


def tidy(nucleus: Mask, hole_px: float, bit_px: float) -> Mask:
    """Small holes filled, small bits and hairs dropped."""
    smooth = cv2.medianBlur(nucleus.astype(np.uint8), 3)
    return ~_without_small(~_without_small(smooth > 0, bit_px), hole_px)


def _without_small(mask: Mask, least_px: float) -> Mask:
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] >= least_px
    large[0] = False
    kept: Mask = large[parts]
    return kept
