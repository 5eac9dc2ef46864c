"""The evenly spaced lines of a stage micrometre: how many pixels lie between two of them.

The gradient's structure tensor tells which way the lines run (Bigün & Granlund 1987); the picture is summed along them,
and the row of sums is compared with itself shifted: even lines agree again after each period.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, degrees, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.types import Pixels

LONGEST_PX = 1024
"""Pictures are looked at no larger than this; the period is told in pixels of the input."""
LEAST_PERIOD_PX = 6
LEAST_LINES = 4
LEAST_ALIKE = 0.5
"""Correlation after one period from which lines are even."""
LEAST_ONE_WAY = 0.5
"""Coherence of the gradient from which there is one direction."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Period in pixels of the input, its relative standard uncertainty, how many lines, and across which direction.

    angle_deg  of the normal to the lines, 0 along x, counted from x to y
    """

    period_px: float
    relative_sd: float
    lines: int
    angle_deg: float


def find_lines(pixels: Pixels) -> Lines | None:
    """The lines of `pixels` (RGB uint8, height × width × 3); None where there are no even ones."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    shrink = min(1.0, LONGEST_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA).astype(np.float32)
    small -= cv2.GaussianBlur(small, (0, 0), max(small.shape) / 16)
    angle = _normal(small)
    if angle is None:
        return None
    row = _profile(small, angle)
    period = _period(row)
    if period is None or len(row) < LEAST_LINES * period:
        return None
    lines = int(len(row) / period)
    # a period is read to a tenth of a sample, over as many periods as there are
    return Lines(period / shrink, 0.1 / (period * max(1, lines // 2)) + 0.002, lines, degrees(angle))


def _normal(picture: NDArray[np.float32]) -> float | None:
    """The direction in which brightness changes most, in radians; None where there is no one direction."""
    along_x, along_y = (cv2.Sobel(picture, cv2.CV_32F, *axes) for axes in ((1, 0), (0, 1)))
    xx, yy, xy = (float(np.mean(a * b)) for a, b in ((along_x, along_x), (along_y, along_y), (along_x, along_y)))
    strength = xx + yy
    coherence = np.hypot(xx - yy, 2 * xy) / strength if strength > 0 else 0.0
    return 0.5 * atan2(2 * xy, xx - yy) if coherence >= LEAST_ONE_WAY else None


def _profile(picture: NDArray[np.float32], angle: float) -> Floats:
    """Mean brightness along the lines, sample by sample across them, over the disc that fits into the picture."""
    height, width = picture.shape
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    xs, ys = xs - (width - 1) / 2, ys - (height - 1) / 2
    radius = min(height, width) / 2 - 1
    across = xs * cos(angle) + ys * sin(angle)
    along = -xs * sin(angle) + ys * cos(angle)
    inside = (np.abs(across) < radius / 2**0.5) & (np.abs(along) < radius / 2**0.5)
    place = np.floor(across[inside] - across[inside].min()).astype(np.intp)
    sums = np.bincount(place, picture[inside])
    numbers = np.bincount(place)
    return (sums / np.maximum(numbers, 1)).astype(np.float64)


def _period(row: Floats) -> float | None:
    """The shift after which the row agrees with itself best, and best over several shifts at once."""
    alike = _autocorrelation(row)
    shifts = range(LEAST_PERIOD_PX, len(row) // LEAST_LINES + 1)
    peaks = [s for s in shifts if alike[s] >= LEAST_ALIKE and alike[s] >= alike[s - 1] and alike[s] > alike[s + 1]]
    if not peaks:
        return None
    # the first peak about as high as the highest: later ones are its multiples
    highest = max(alike[s] for s in peaks)
    first = next(s for s in peaks if alike[s] >= 0.85 * highest)
    return _refined(alike, float(first))


def _refined(alike: Floats, period: float) -> float:
    """Read again at its later multiples, each as exact as the first and divided by its number."""
    count = 1
    while (count + 1) * period < 0.6 * len(alike):
        count += 1
        period = _peak_near(alike, count * period, period / 4) / count
    return _peak_near(alike, period, period / 4) if count == 1 else period


def _peak_near(alike: Floats, place: float, reach: float) -> float:
    """Where the correlation is highest near a place, between samples by a parabola."""
    low, high = max(1, round(place - reach)), min(len(alike) - 2, round(place + reach))
    top = low + int(np.argmax(alike[low : high + 1]))
    left, middle, right = alike[top - 1 : top + 2]
    bend = left - 2 * middle + right
    return top + (0.5 * float((left - right) / bend) if bend < 0 else 0.0)


def _autocorrelation(row: Floats) -> Floats:
    """Correlation of the row with itself shifted by 0, 1, …; 1 at no shift."""
    trend = np.polynomial.Polynomial.fit(np.arange(len(row)), row, 2)
    even = row - trend(np.arange(len(row)))
    whole = float(np.dot(even, even)) or 1.0
    full = np.correlate(even, even, "full")[len(even) - 1 :] / whole
    overlap = np.arange(len(even), 0, -1) / len(even)
    alike: Floats = full / np.maximum(overlap, 0.2)
    return alike
