"""Before and after, as one picture: a field as it came and as the station sees it, its lamp, its threshold."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.calibrate.bias import moved_threshold
from edge.calibrate.drawing import (
    BLUE,
    GREY,
    INK,
    PANEL,
    PAPER,
    RED,
    canvas,
    dashed,
    fitted,
    scale_bar,
    width_px,
    write,
)
from edge.calibrate.lamp import lamp_surface
from edge.calibration import Calibration, Lamp
from edge.optics.normal import WORKING_UM_PER_PX, normalise
from edge.types import Frame, Pixels

Floats = NDArray[np.float64]
WIDTH, HEIGHT = PANEL
TITLE_PX, GAP_PX = 40, 16
CLEAR = 240
"""Grey level at which the clear background is shown."""
BINS = 25
PLOT = 60, 12, WIDTH - 16, HEIGHT - 58
"""Left, top, right and bottom of the histogram in its panel."""


def before_and_after(frame: Frame, calibration: Calibration, log_odds: Floats, threshold: float) -> Pixels:
    """RGB uint8. `frame` is one of the fields, `log_odds` (n,) are those of all countable cells without the bias, and
    `threshold` is the bundle's probability from which on a cell is called a blast.
    """
    bias = calibration.threshold.bias
    moved = moved_threshold(threshold, bias) if bias else threshold
    lamp = calibration.lamp
    panels = (
        ("As it came", _field(frame.pixels, calibration.scale.um_per_px)),
        ("As this station sees it", _field(*_normal(frame, calibration))),
        (f"Light, uneven by {100 * lamp.unevenness:.0f} %", _lamp(lamp)),
        (_title(calibration), _histogram(log_odds, threshold, moved)),
    )
    whole = canvas(2 * WIDTH + 3 * GAP_PX, 2 * (HEIGHT + TITLE_PX) + 3 * GAP_PX)
    for k, (title, panel) in enumerate(panels):
        left, top = GAP_PX + (k % 2) * (WIDTH + GAP_PX), GAP_PX + (k // 2) * (HEIGHT + TITLE_PX + GAP_PX)
        write(whole, title, (left, top + TITLE_PX - 14), 0.75)
        whole[top + TITLE_PX : top + TITLE_PX + HEIGHT, left : left + WIDTH] = panel
    return whole


def _title(calibration: Calibration) -> str:
    fitted = calibration.threshold
    return f"{fitted.cells} ordinary cells" + ("" if fitted.fitted else ": too few to move the threshold")


def _normal(frame: Frame, calibration: Calibration) -> tuple[Pixels, float]:
    transmittance = normalise(frame.pixels, calibration.scale.um_per_px).transmittance
    return np.clip(transmittance * CLEAR, 0, 255).astype(np.uint8), WORKING_UM_PER_PX


def _field(pixels: Pixels, um_per_px: float) -> Pixels:
    panel, zoom = fitted(pixels)
    scale_bar(panel, zoom / um_per_px)
    return panel


def _lamp(lamp: Lamp) -> Pixels:
    """Brightness in colours with lines of equal light, each with its percentage of the median."""
    surface = lamp_surface(lamp.coefficients, HEIGHT, WIDTH)
    low, high = min(float(surface.min()), 0.95), max(float(surface.max()), 1.05)
    levels = np.clip(255 * (surface - low) / (high - low), 0, 255).astype(np.uint8)
    coloured = cv2.applyColorMap(levels, cv2.COLORMAP_CIVIDIS)
    panel = np.ascontiguousarray(cv2.cvtColor(coloured, cv2.COLOR_BGR2RGB), np.uint8)
    for name, place in (("dimmest", surface.argmin()), ("brightest", surface.argmax())):
        row, column = divmod(int(place), WIDTH)
        _mark(panel, f"{name} {100 * surface[row, column]:.0f} %", (column, row))
    return panel


def _mark(panel: Pixels, text: str, at: tuple[int, int]) -> None:
    wide = width_px(text, 0.6)
    x, y = int(np.clip(at[0], 14, WIDTH - 14)), int(np.clip(at[1], 14, HEIGHT - 14))
    cv2.circle(panel, (x, y), 7, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.circle(panel, (x, y), 5, INK, -1, cv2.LINE_AA)
    left = x + 14 if x + 14 + wide < WIDTH - 8 else x - 14 - wide
    line = int(np.clip(y + 7, 26, HEIGHT - 14))
    cv2.rectangle(panel, (left - 6, line - 20), (left + wide + 6, line + 8), PAPER, -1)
    write(panel, text, (left, line), 0.6)


def _histogram(log_odds: Floats, threshold: float, moved: float) -> Pixels:
    """How probable a blast each cell is by the bundle alone, with the threshold before (grey) and after (red)."""
    panel = canvas(WIDTH, HEIGHT)
    counts, _ = np.histogram(1 / (1 + np.exp(-log_odds)), BINS, (0.0, 1.0))
    left, top, right, bottom = PLOT
    most = max(int(counts.max()), 1)
    for k, count in enumerate(counts):
        near, far = (round(left + (right - left) * each / BINS) for each in (k, k + 1))
        height = round((bottom - top - 40) * count / most)
        if count:
            cv2.rectangle(panel, (near + 1, bottom - max(height, 2)), (far - 2, bottom), BLUE, -1)
    cv2.line(panel, (left, bottom), (right, bottom), INK, 1)
    _axis(panel, most)
    _thresholds(panel, threshold, moved)
    return panel


def _axis(panel: Pixels, most: int) -> None:
    left, top, right, bottom = PLOT
    write(panel, str(most), (left - 8 - width_px(str(most), 0.55), top + 46), 0.55)
    write(panel, "cells", (left - 8 - width_px("cells", 0.55), top + 68), 0.55)
    for tenth in (0, 5, 10):
        x = round(left + (right - left) * tenth / 10)
        cv2.line(panel, (x, bottom), (x, bottom + 5), INK, 1)
        label = f"{tenth / 10:.1f}"
        write(panel, label, (min(x - width_px(label, 0.55) // 2, WIDTH - 34), bottom + 24), 0.55)
    said = "probability of a blast"
    write(panel, said, ((left + right - width_px(said, 0.55)) // 2, bottom + 46), 0.55)


def _thresholds(panel: Pixels, threshold: float, moved: float) -> None:
    left, top, right, bottom = PLOT
    marks = [("before", threshold, moved < threshold, GREY), ("after", moved, moved > threshold, RED)]
    for name, value, rightwards, colour in marks if moved != threshold else [("threshold", threshold, True, GREY)]:
        x = round(left + (right - left) * value)
        dashed(panel, (x, top), bottom, colour)
        text = f"{name} {value:.2f}"
        write(panel, text, (x + 8 if rightwards else x - 8 - width_px(text, 0.6), top + 14), 0.6, colour)
