"""The few strokes of the calibration's picture. OpenCV's own letters know no µ: it is written `um`."""

from __future__ import annotations

import cv2
import numpy as np

from edge.types import Pixels

PANEL = 620, 465
"""Width and height of each of the four parts."""
Colour = tuple[int, int, int]
INK: Colour = (34, 38, 46)
PAPER: Colour = (255, 255, 255)
GREY: Colour = (105, 110, 120)
BLUE: Colour = (86, 128, 178)
RED: Colour = (190, 40, 50)
BAR_UM = 10.0


def canvas(width: int, height: int) -> Pixels:
    """Blank paper, RGB."""
    return np.full((height, width, 3), PAPER, np.uint8)


def fitted(pixels: Pixels) -> tuple[Pixels, float]:
    """A picture as large as fits the middle of a panel, and its pixels per pixel of the input."""
    height, width = pixels.shape[:2]
    zoom = min(PANEL[0] / width, PANEL[1] / height)
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC)
    panel = canvas(*PANEL)
    left, top = (PANEL[0] - size[0]) // 2, (PANEL[1] - size[1]) // 2
    panel[top : top + size[1], left : left + size[0]] = small
    return panel, zoom


def scale_bar(panel: Pixels, px_per_um: float) -> None:
    """Ten micrometres in the lower right corner, on a plate of paper."""
    length = max(1, round(BAR_UM * px_per_um))
    right, bottom = PANEL[0] - 24, PANEL[1] - 24
    text = f"{BAR_UM:.0f} um"
    letters = width_px(text, 0.6)
    wide = max(length, letters)
    cv2.rectangle(panel, (right - wide - 12, bottom - 36), (right + 12, bottom + 12), PAPER, -1)
    cv2.rectangle(
        panel, (right - (wide + length) // 2, bottom - 2), (right - (wide - length) // 2, bottom + 3), INK, -1
    )
    write(panel, text, (right - (wide + letters) // 2, bottom - 14), 0.6)


def write(panel: Pixels, text: str, at: tuple[int, int], size: float, colour: Colour = INK) -> None:
    """Text with its lower left corner at (x, y)."""
    cv2.putText(panel, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, colour, _thickness(size), cv2.LINE_AA)


def width_px(text: str, size: float) -> int:
    """How wide `write` makes it."""
    return cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, _thickness(size))[0][0]


def dashed(panel: Pixels, top: tuple[int, int], bottom: int, colour: Colour) -> None:
    """An upright dashed line."""
    x, first = top
    for y in range(first, bottom, 12):
        cv2.line(panel, (x, y), (x, min(y + 7, bottom)), colour, 2)


def _thickness(size: float) -> int:
    return 1 if size < 0.7 else 2
