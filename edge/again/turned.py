"""By how much a field is turned and zoomed against another, as photographs of a hand-held phone are.

The amplitudes of a spectrum do not know where things lie; around its middle, on rings that widen by a constant factor,
a turn moves them along the rings and a zoom from ring to ring (Reddy and Chatterji 1996), and phase correlation finds
both at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.again.pattern import DAMP
from edge.again.signature import NOTHING, Signature
from edge.optics.planes import Plane

SIDE = 256
"""Places of the grid that spectra are made on; the longer side of a field has as many."""
INNER, OUTER = 6.0, 100.0
"""Rings, in waves per SIDE: further in is light and thickness, further out is noise."""
ANGLES, RINGS = 180, 128
"""Spectra are alike every half turn, so an angle is a degree; a ring is 2.2 % wider than the one before."""
RING = math.log(OUTER / INNER) / RINGS
SLOW = 12.0
"""Blur that is taken out: all spectra fall off alike from the middle."""
LEAST_PEAK = 9.0
"""Standard deviations of the correlation from which a turn is looked into: 31 to 103 where two thirds of the field are
common, 8.3 at most among 1,035 pairs of simulated places."""
MOST_ZOOM = 2.1

Matrix = NDArray[np.float64]
"""(2, 3): a point (x, y) of the earlier field, by the first two columns and plus the third, is the same in the new."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The earlier field, turned by `angle_rad` from x towards y and made `zoom` times as large, lies as the new one."""

    angle_rad: float
    zoom: float

    @property
    def linear(self) -> Matrix:
        """As a matrix (2, 2)."""
        along, across = self.zoom * math.cos(self.angle_rad), self.zoom * math.sin(self.angle_rad)
        return np.array([[along, -across], [across, along]])


def rings(plane: Plane) -> NDArray[np.complex64]:
    """The phases of a pattern's amplitudes on rings."""
    faded = np.zeros((SIDE, SIDE), np.float32)
    height, width = (min(SIDE, length) for length in plane.shape)
    faded[:height, :width] = plane[:height, :width] * np.outer(np.hanning(height), np.hanning(width))
    amplitude = np.log1p(np.abs(np.fft.fftshift(np.fft.fft2(faded)))).astype(np.float32)
    ringed = cv2.remap(amplitude, *_places(), cv2.INTER_LINEAR)
    ringed = ringed - cv2.GaussianBlur(ringed, (0, 0), SLOW, borderType=cv2.BORDER_REFLECT)
    found = np.fft.rfft2((ringed - ringed.mean()) * np.hanning(RINGS).astype(np.float32))
    size = np.abs(found)
    phases: NDArray[np.complex64] = (found / (size + DAMP * size.mean() + 1e-6)).astype(np.complex64)
    return phases


def turns_between(new: NDArray[np.complex64], earlier: NDArray[np.complex64]) -> tuple[Turn, ...]:
    """How the earlier field would have to be turned and zoomed, from the `rings` of both: none, or a turn and the same
    half a circle further, which spectra do not tell from it.
    """
    found = np.fft.irfft2(new * np.conj(earlier), s=(ANGLES, RINGS)).astype(np.float32)
    found = np.asarray(cv2.GaussianBlur(found, (0, 0), 1.0), np.float32)
    row, column = divmod(int(np.argmax(found)), RINGS)
    zoom = math.exp(-RING * _signed(_between(found[row], column), RINGS))
    if found[row, column] < LEAST_PEAK * found.std() or not 1 / MOST_ZOOM <= zoom <= MOST_ZOOM:
        return ()
    angle_rad = math.pi / ANGLES * _signed(_between(found[:, column], row), ANGLES)
    return Turn(angle_rad, zoom), Turn(angle_rad + math.pi, zoom)


def turned(earlier: Signature, turn: Turn, pitch_px: float) -> tuple[Signature, Matrix]:
    """A field's signature as it would be turned and zoomed, on a grid of `pitch_px`; and how its places went there."""
    rows, columns = earlier.plane.shape
    corners = np.array([[-0.5, -0.5], [columns, -0.5], [-0.5, rows], [columns, rows]]) @ turn.linear.T
    start, end = corners.min(axis=0), corners.max(axis=0)
    matrix = np.column_stack([turn.linear, -start])
    width, height = (int(side) for side in np.ceil(end - start))
    seen = (earlier.plane != NOTHING).astype(np.uint8)
    plane = cv2.warpAffine(earlier.plane * seen, matrix, (width, height), flags=cv2.INTER_LINEAR)
    plane[cv2.warpAffine(seen, matrix, (width, height), flags=cv2.INTER_NEAREST) == 0] = NOTHING
    return Signature(np.asarray(plane, np.uint8), pitch_px), matrix


@cache
def _places() -> tuple[Plane, Plane]:
    """Where in a spectrum the rings lie, by angle and ring."""
    angle = np.pi * np.arange(ANGLES) / ANGLES
    radius = INNER * np.exp(RING * np.arange(RINGS))
    x, y = (SIDE // 2 + np.outer(along(angle), radius) for along in (np.cos, np.sin))
    return x.astype(np.float32), y.astype(np.float32)


def _between(row: Plane, at: int) -> float:
    """Where the top of a peak lies, by the parabola through its three highest values; the row is a circle."""
    before, top, after = (float(row[(at + by) % row.size]) for by in (-1, 0, 1))
    bend = before - 2 * top + after
    return at + (0.5 * (before - after) / bend if bend < 0 else 0.0)


def _signed(at: float, length: int) -> float:
    return at if at < length / 2 else at - length
