"""Labels that spread over the mask they lie in: each pixel goes to the nearest label of its own connected part."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.labels import label_windows
from edge.optics.planes import Mask

Pieces = NDArray[np.int32]
"""A label image with as many ids as it needs, 0 is background, (height, width)."""
UNKNOWN = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The 4-connected parts of a mask: labels from 1, (height, width), and how many ids there are, 0 included."""

    labels: Pieces
    count: int

    def kept(self, least_px: float) -> Parts:
        """Without the parts that are smaller; the others keep their numbers."""
        # OpenCV's own statistics take five times as long
        areas = np.bincount(self.labels.ravel(), minlength=self.count)
        number = np.where(areas >= least_px, np.arange(self.count, dtype=np.int32), 0)
        return Parts(number.take(self.labels), self.count)


def parts_of(mask: Mask) -> Parts:
    """The connected parts of a mask."""
    count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=4)
    return Parts(np.asarray(labels, np.int32), count)


def spread(labels: Pieces, within: Parts) -> Pieces:
    """Each pixel of `within` gets the nearest label that lies in the same part of it, 0 where there is none.

    Where two labels share a part, the border between them runs through the neck: markers that were eroded equally far
    are equally far from it.
    """
    lowest, highest = _range_of_labels(labels, within)
    spread_out = highest.take(within.labels)
    shared = lowest < highest
    if shared.any():
        for part, window in label_windows(np.where(shared.take(within.labels), within.labels, 0)):
            mine = window.cut(within.labels) == part
            spread_out[window.slices][mine] = _nearest(np.where(mine, window.cut(labels), 0))[mine]
    return spread_out


def _range_of_labels(labels: Pieces, within: Parts) -> tuple[Pieces, Pieces]:
    """The lowest and the highest label in each part, (parts + 1,), both 0 where it holds none."""
    places = np.flatnonzero(labels != 0)
    of_label, of_part = labels.ravel()[places], within.labels.ravel()[places]
    lowest, highest = np.full(within.count, UNKNOWN, np.int32), np.zeros(within.count, np.int32)
    np.minimum.at(lowest, of_part, of_label)
    np.maximum.at(highest, of_part, of_label)
    lowest[0] = highest[0] = 0
    return np.where(lowest == UNKNOWN, 0, lowest), highest


def _nearest(labels: Pieces) -> Pieces:
    """The nearest label to each pixel of an image that holds at least one."""
    empty = (labels == 0).view(np.uint8)
    _, nearest = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    label_of = np.zeros(int(nearest.max()) + 1, np.int32)
    label_of[nearest[labels > 0]] = labels[labels > 0]
    return label_of[nearest]
