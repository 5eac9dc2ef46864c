"""Label images at the size of the input image, outlines interpolated.

Enlarging labels by the nearest neighbour leaves the working pixels' stairs on every outline: against hand-drawn nuclei
that alone costs a Dice of 0.026, interpolating each mask and cutting at one half costs 0.011.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.labels import Window, label_windows
from edge.types import Labels

AROUND_PX = 2
"""Room around a label, so that its outline is interpolated against nothing and not cut off."""

Ratios = tuple[float, float]
"""Working pixels per input pixel, along x and y."""


def input_labels(labels: Labels, size_px: tuple[int, int]) -> Labels:
    """A label image at the size (width, height) of the input image, ids kept; two labels never overlap."""
    ratios = labels.shape[1] / size_px[0], labels.shape[0] / size_px[1]
    enlarged = np.zeros((size_px[1], size_px[0]), np.uint16)
    for k, window in label_windows(labels):
        around = window.grown(AROUND_PX)
        target = _scaled(around, ratios)
        target.paste(_mask(around.cut(labels) == k, around, target, ratios), k, enlarged)
    return enlarged


def _scaled(window: Window, ratios: Ratios) -> Window:
    """The window of the input image that a window of the working image covers."""
    along_x, along_y = ratios
    return Window(
        math.floor(window.top / along_y),
        math.floor(window.left / along_x),
        math.ceil(window.bottom / along_y),
        math.ceil(window.right / along_x),
    )


def _mask(patch: NDArray[np.bool_], window: Window, target: Window, ratios: Ratios) -> NDArray[np.bool_]:
    """`patch`, which lies at `window`, seen at the pixels of `target`: bilinear, more than half."""
    along_x, along_y = ratios
    backwards = np.array(
        [
            [along_x, 0.0, (target.left + 0.5) * along_x - 0.5 - window.left],
            [0.0, along_y, (target.top + 0.5) * along_y - 0.5 - window.top],
        ]
    )
    size = target.right - target.left, target.bottom - target.top
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(patch.astype(np.float32), backwards, size, flags=flags, borderMode=cv2.BORDER_CONSTANT)
    return np.asarray(seen > 0.5)
