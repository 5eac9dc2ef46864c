"""From outlines at the working scale to cells in pixels of the input image.

A point is where OpenCV and NumPy have it: the middle of the first pixel is (0, 0). A box is half-open as slices are:
its first pixel begins at 0. So pixel k of the field spans k / ratio to (k + 1) / ratio of the image.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.decide.countable import exclusions
from edge.optics.labels import Window, label_windows
from edge.optics.normal import NormalField
from edge.types import Box, Cell, Features, Labels, Outlines


def cells_of(normal: NormalField, outlines: Outlines, features: Sequence[Features]) -> tuple[Cell, ...]:
    """Every cell with its place in the input image and the reasons that keep it from being counted.

    `features` are those of the same outlines, in the order of the ids.
    """
    windows = label_windows(outlines.cells)
    return tuple(
        Cell(
            id=k,
            centre_px=_centre(outlines.nuclei, k, window, normal),
            box=_box(window, normal),
            features=measured,
            excluded=(*outlines.excluded.get(k, ()), *exclusions(measured)),
        )
        for (k, window), measured in zip(windows, features, strict=True)
    )


def _centre(nuclei: Labels, k: int, window: Window, normal: NormalField) -> tuple[float, float]:
    """Centroid of the nucleus."""
    ys, xs = np.nonzero(nuclei[window.slices] == k)
    along_x, along_y = normal.ratios
    return (
        float((xs.mean() + window.left + 0.5) / along_x - 0.5),
        float((ys.mean() + window.top + 0.5) / along_y - 0.5),
    )


def _box(window: Window, normal: NormalField) -> Box:
    along_x, along_y = normal.ratios
    width, height = window.right - window.left, window.bottom - window.top
    return Box(window.left / along_x, window.top / along_y, width / along_x, height / along_y)
