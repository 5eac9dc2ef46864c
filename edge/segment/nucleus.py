"""The outline of a nucleus, exactly: the network says where, the cell's own colours say how far.

Stains differ so much between laboratories that one decision boundary between nucleus and cytoplasm is a pixel too wide
on one and too narrow on another. Inside one cell the two classes are clear: Otsu's threshold on the nuclear channel
of its own pixels, nudged by the network's opinion, follows the half-height of the edge. In eosinophils, whose granules
stand out in that channel too, most of the say is a second channel's, in which they do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.normal import WORKING_UM_PER_PX
from edge.optics.otsu import separability, threshold
from edge.optics.planes import Field, Mask, Plane
from edge.optics.quantiles import median
from edge.segment.channel import blue_channel, nuclear_channel, smoothed
from edge.segment.eosin import eosin_share
from edge.segment.spread import parts_of


@dataclass(frozen=True, slots=True)
class OutlineOptions:
    """How a nucleus is outlined within its cell.

    sure, unlike  the network's nucleus likelihoods above and below which a pixel surely is, or surely is not, nucleus
    least_px      pixels needed on both sides; with fewer (no cytoplasm to compare with) the network's outline stands
    two_parts     separability of the cell's pixels (Otsu's η) up to which they are of one kind, so that a threshold
                  would part chromatin from chromatin, and from which on they are of two; one normal distribution has
                  0.64, a uniform one 0.75
    network       weight of the network's log-odds beside the contrast, in contrasts per unit
    sharp         how far, in contrasts, the sharp channel may move the smoothed one: enough to place an outline, too
                  little to part the clumps of chromatin
    eosin         `eosin_share` up to which a cell is no eosinophil, and from which on it is one
    eosin_weight  weight of the blue channel in an eosinophil; 0.5 to 1 outline their nuclei equally well
    hole_um2, bit_um2  smaller holes are filled, smaller bits dropped
    open_um       what is narrower is no nucleus: darkened rims of cells
    """

    sure: float = 0.85
    unlike: float = 0.35
    least_px: float = 25
    two_parts: tuple[float, float] = (0.66, 0.7)
    network: float = 0.015
    sharp: float = 0.05
    eosin: tuple[float, float] = (0.18, 0.24)
    eosin_weight: float = 0.75
    hole_um2: float = 1.6
    bit_um2: float = 4.0
    open_um: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Of one cell: all of it, it without its rim, and where the network is sure of nucleus and of none, (h, w)."""

    cell: Mask
    inner: Mask
    nucleus: Mask
    cytoplasm: Mask


def nucleus_level(transmittance: Field, cell: Mask, likelihood: Plane, options: OutlineOptions) -> Plane:
    """How far each pixel is inside (above 0) or outside the nucleus of one cell, −1…1, float32 (h, w); from patches of
    the field's transmittance (h, w, 3), the cell's mask and the network's nucleus likelihood, both (h, w)."""
    by_network = centred(likelihood)
    inner = _shrunk(cell)
    parts = _Parts(cell, inner, inner & (likelihood > options.sure), inner & (likelihood < options.unlike))
    if min(np.count_nonzero(parts.nucleus), np.count_nonzero(parts.cytoplasm)) < options.least_px:
        return by_network
    sharp = nuclear_channel(transmittance)
    channel = smoothed(sharp)
    contrast = _contrast(channel, parts)
    if contrast <= 0:
        return by_network
    excess = (
        channel - np.float32(threshold(channel[cell])) + _kept(sharp - channel, options.sharp * contrast)
    ) / contrast
    eosin = _ramp(eosin_share(transmittance, parts.nucleus, parts.cytoplasm), options.eosin)
    excess = _less_eosin(excess, eosin * options.eosin_weight, transmittance, parts)
    trust = max(eosin, _ramp(separability(channel[inner], threshold(channel[inner])), options.two_parts))
    found = np.clip(excess + options.network * _log_odds(likelihood), -1.0, 1.0)
    return np.asarray(trust * found + (1 - trust) * by_network, np.float32)


def _contrast(channel: Plane, parts: _Parts) -> np.float32:
    return median(channel[parts.nucleus]) - median(channel[parts.cytoplasm])


def _kept(detail: Plane, most: np.float32) -> Plane:
    """What smoothing took away, at most `most` of it."""
    return np.asarray(np.clip(detail, -most, most), np.float32)


def _less_eosin(excess: Plane, weight: float, transmittance: Field, parts: _Parts) -> Plane:
    """The excess, averaged with that of the blue channel where there is eosin."""
    if weight == 0:
        return excess
    blue = smoothed(blue_channel(transmittance))
    contrast = _contrast(blue, parts)
    if contrast <= 0:
        return excess
    other = (blue - np.float32(threshold(blue[parts.cell]))) / contrast
    return np.asarray(excess + np.float32(weight) * (other - excess), np.float32)


def _ramp(found: float, limits: tuple[float, float]) -> float:
    """0 up to the lower limit, 1 from the upper on: a cell that is seen a little differently gets an outline that is a
    little different."""
    low, high = limits
    return min(1.0, max(0.0, (found - low) / (high - low)))


def centred(likelihood: Plane) -> Plane:
    """A likelihood as a level: 0 where it is one half."""
    return np.asarray(2 * likelihood - 1, np.float32)


def tidy(nucleus: Mask, options: OutlineOptions) -> Mask:
    """Small holes filled, small bits and narrow strips dropped. Leave room around the nucleus: what reaches the border
    of the patch is taken as outside."""
    smooth = cv2.medianBlur(nucleus.astype(np.uint8), 3)
    wide = cv2.morphologyEx(smooth, cv2.MORPH_OPEN, _disc(options.open_um)) > 0
    solid = parts_of(wide).kept(_px(options.bit_um2)).labels > 0
    filled: Mask = parts_of(~solid).kept(_px(options.hole_um2)).labels == 0
    return filled


def _px(area_um2: float) -> float:
    return area_um2 / WORKING_UM_PER_PX**2


def _disc(width_um: float) -> NDArray[np.uint8]:
    width_px = max(1, round(width_um / WORKING_UM_PER_PX))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px)), np.uint8)


def _shrunk(cell: Mask) -> Mask:
    """Without its rim, where the blur of the cell's edge is; beyond the patch is outside."""
    square = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.erode(cell.view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.bool_)


def _log_odds(likelihood: Plane) -> Plane:
    kept = np.clip(likelihood, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(kept / (1 - kept)), np.float32)
