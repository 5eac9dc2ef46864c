"""Pictures made from recorded ones: outlines of cells from their label images, and thumbnails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.labels import Window, label_windows
from edge.optics.planes import Mask

THUMBNAIL_WIDTH_PX = 320
TOLERANCE_PX = 1.0
"""How far an outline may run from the cell's true edge; a third of the points at a width of a stroke."""


def outlines(labels_png: Path) -> dict[int, list[list[int]]]:
    """Cell id to its outline as [x, y] points, in pixels of the image; the largest piece where a cell has several."""
    labels = _read(labels_png, cv2.IMREAD_UNCHANGED)
    return {k: _outline(window.cut(labels) == k, window) for k, window in label_windows(labels)}


def thumbnail(image: Path) -> bytes:
    """A small JPEG of a recorded frame."""
    reduced = _read(image, cv2.IMREAD_REDUCED_COLOR_2)
    height, width = reduced.shape[:2]
    shrink = min(1.0, THUMBNAIL_WIDTH_PX / width)
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(reduced, size, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, 82))[1].tobytes()


def _read(path: Path, how: int) -> NDArray[Any]:
    decoded = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), how)
    if decoded is None:
        raise ValueError(f"{path.name} does not decode")
    return decoded


def _outline(mask: Mask, window: Window) -> list[list[int]]:
    pieces, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(window.left, window.top)
    )
    largest = max(pieces, key=cv2.contourArea)
    points = cv2.approxPolyDP(largest, TOLERANCE_PX, True).reshape(-1, 2)
    return [[int(x), int(y)] for x, y in points]
