"""From outlines at the working scale to cells in pixels of the input image."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from edge.decide.countable import exclusions
from edge.optics.labels import Window, label_windows
from edge.optics.normal import NormalField
from edge.types import Box, Cell, Features, Labels, Outlines


def cells_of(normal: NormalField, outlines: Outlines, features: Sequence[Features]) -> tuple[Cell, ...]:
    """Every cell with its place in the input image and the reasons that keep it from being counted."""
    windows = label_windows(outlines.cells)
    return tuple(
        Cell(
            id=k,
            centre_px=_centre(outlines.nuclei, k, window, normal.ratio),
            box=_box(window, normal.ratio),
            features=measured,
            excluded=(*outlines.excluded.get(k, ()), *exclusions(measured)),
        )
        for (k, window), measured in zip(windows, features, strict=True)
    )


def input_labels(labels: Labels, size: tuple[int, int]) -> Labels:
    """A label image at the size (width, height) of the input image, ids kept."""
    resized: Labels = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    return resized


def _centre(nuclei: Labels, k: int, window: Window, ratio: float) -> tuple[float, float]:
    """Centroid of the nucleus; pixel centres lie at half-integers when the scale changes."""
    ys, xs = np.nonzero(nuclei[window] == k)
    rows, columns = window
    return (
        float((xs.mean() + columns.start + 0.5) / ratio - 0.5),
        float((ys.mean() + rows.start + 0.5) / ratio - 0.5),
    )


def _box(window: Window, ratio: float) -> Box:
    rows, columns = window
    return Box(
        columns.start / ratio, rows.start / ratio, (columns.stop - columns.start) / ratio, (rows.stop - rows.start) / ratio
    )
