"""Cleaning up masks: openings, holes, bits, the largest part."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Mask


def opened(mask: Mask, width_px: int) -> Mask:
    """Without what is narrower than a disc of this width."""
    return _shaped(mask, cv2.MORPH_OPEN, width_px)


def closed(mask: Mask, width_px: int) -> Mask:
    """With what is narrower than a disc of this width filled in between."""
    return _shaped(mask, cv2.MORPH_CLOSE, width_px)


def shrunk(mask: Mask, width_px: int) -> Mask:
    """Eroded by a disc of this width."""
    return _shaped(mask, cv2.MORPH_ERODE, width_px)


def smoothed(mask: Mask, spread_px: float) -> Mask:
    """The majority under a Gaussian of this spread: teeth of chromatin go, the way of the outline stays."""
    return np.asarray(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), spread_px) > 0.5, np.bool_)


def filled(mask: Mask) -> Mask:
    """With all holes filled."""
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    whole = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(whole, outlines, -1, 1, cv2.FILLED)
    return whole > 0


def without_holes(mask: Mask, largest_px: float) -> Mask:
    """With holes smaller than this filled."""
    parts, areas = _parts(~mask, connectivity=4)
    return mask | (areas < largest_px)[parts]


def without_bits(mask: Mask, least_px: float, least_share: float = 0.0) -> Mask:
    """Without parts smaller than this, or than this share of the largest."""
    parts, areas = _parts(mask, connectivity=8)
    keep = areas >= max(least_px, least_share * float(areas[1:].max(initial=0)))
    keep[0] = False
    return np.asarray(keep[parts], np.bool_)


def largest(mask: Mask) -> Mask:
    """Its largest part alone."""
    parts, areas = _parts(mask, connectivity=8)
    return np.asarray(parts == 1 + int(np.argmax(areas[1:])), np.bool_) if len(areas) > 1 else mask


def hull(mask: Mask) -> Mask:
    """The convex hull of all its parts."""
    whole = np.zeros(mask.shape, np.uint8)
    points = cv2.findNonZero(mask.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(whole, cv2.convexHull(points), (1,))
    return whole > 0


def _shaped(mask: Mask, operation: int, width_px: int) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px))
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), operation, disc) > 0, np.bool_)


def _parts(mask: Mask, connectivity: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Label image and areas; entry 0 of the areas is what is outside, counted as endless."""
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=connectivity)
    areas = np.array(stats[:, cv2.CC_STAT_AREA], np.int32)
    areas[0] = np.iinfo(np.int32).max
    return np.asarray(parts, np.int32), areas
