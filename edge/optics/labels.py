"""Walking over the cells of a label image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from edge.types import Labels

Window = tuple[slice, slice]
"""Rows and columns."""


def label_windows(labels: Labels, margin_px: int = 0) -> Iterator[tuple[int, Window]]:
    """Each label 1…n with the (rows, columns) that hold it, in one pass over the image."""
    ys, xs = np.nonzero(labels)
    ids = labels[ys, xs]
    count = int(ids.max()) + 1 if ids.size else 1
    low, high = np.full((count, 2), np.iinfo(np.intp).max), np.full((count, 2), -1)
    for axis, values in enumerate((ys, xs)):
        np.minimum.at(low[:, axis], ids, values)
        np.maximum.at(high[:, axis], ids, values)
    for k in range(1, count):
        if high[k, 0] >= 0:
            top, left = np.maximum(low[k] - margin_px, 0)
            bottom, right = high[k] + 1 + margin_px
            yield k, (slice(int(top), int(bottom)), slice(int(left), int(right)))
