"""How two fields lie to each other, if they show the same cells in part.

Phase correlation (Kuglin and Hines 1975) proposes shifts, and each is verified by the correlation of the patterns where
the fields would overlap. Repeated texture, as of red cells, proposes shifts too, but hardly correlates when verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.again.pattern import Pattern
from edge.optics.planes import Plane

PEAKS = 5
"""Shifts that are verified, each in the four ways in which a circular correlation can mean it."""
APART = 3
"""Places around a peak that belong to it."""
SMOOTH = 1.0
"""Blur of the correlation: a shift of half a place has its peak on two."""
GLANCE, PROMISING = 3, 0.25
"""Every so many places in each direction are looked at first; below this correlation a shift is not verified."""
LEAST_SIDE = 4
"""Places: a narrower overlap is none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When two fields overlap.

    correlation  least correlation where they would
    certainty    least Fisher z of that correlation, in standard deviations for as many independent values as the
                 overlap holds
    """

    correlation: float = 0.6
    certainty: float = 7.5


STANDARD = Limits()
"""Of pairs that show different places none comes near (`marrowkit-export again-rates`)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A place (row, column) of the earlier field is at (row + down, column + across) of the new one."""

    down: int
    across: int
    correlation: float
    certainty: float


def shift_between(new: Pattern, earlier: Pattern, correlation: Plane, limits: Limits = Limits()) -> Shift | None:
    """How `earlier` lies to `new`, from their circular phase correlation; None where they do not overlap."""
    best: Shift | None = None
    for down, across in _proposed(correlation):
        if not _promising(new.plane, earlier.plane, down, across):
            continue
        found = verified(new, earlier, down, across)
        if found is not None and (best is None or found.certainty > best.certainty):
            best = found
    if best is None or best.correlation < limits.correlation or best.certainty < limits.certainty:
        return None
    return best


def _promising(new: Plane, earlier: Plane, down: int, across: int) -> bool:
    """A glance at every ninth place: most that is proposed correlates with nothing."""
    ours, theirs = _overlap(new.shape, earlier.shape, down, across)
    first, second = new[ours][::GLANCE, ::GLANCE].ravel(), earlier[theirs][::GLANCE, ::GLANCE].ravel()
    return _pearson(first, second) > PROMISING if first.size > GLANCE else True


def correlated(new: NDArray[np.complex64], earlier: NDArray[np.complex64], shape: tuple[int, int]) -> Plane:
    """The circular phase correlation of two spectra on a grid of `shape`."""
    found = np.fft.irfft2(new * np.conj(earlier), s=shape).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(found, (0, 0), SMOOTH), np.float32)


def verified(new: Pattern, earlier: Pattern, down: int, across: int) -> Shift | None:
    """The shift with the correlation of the patterns where they overlap; None where they hardly do."""
    ours, theirs = _overlap(new.plane.shape, earlier.plane.shape, down, across)
    first, second = new.plane[ours], earlier.plane[theirs]
    if min(first.shape) < LEAST_SIDE:
        return None
    if not (new.whole and earlier.whole):
        both = new.picture[ours] & earlier.picture[theirs]
        first, second = first[both], second[both]
    values = first.size / float(np.sqrt(new.grain * earlier.grain))
    if values <= 4:
        return None
    correlation = _pearson(first.ravel(), second.ravel())
    certainty = float(np.arctanh(min(correlation, 0.999))) * float(np.sqrt(values - 3))
    return Shift(down, across, correlation, certainty)


def _proposed(correlation: Plane) -> Iterator[tuple[int, int]]:
    left, (rows, columns) = correlation.copy(), correlation.shape
    for _ in range(PEAKS):
        row, column = divmod(int(np.argmax(left)), columns)
        for down in (row, row - rows):
            for across in (column, column - columns):
                yield down, across
        left[max(0, row - APART) : row + APART + 1, max(0, column - APART) : column + APART + 1] = -np.inf


def _overlap(
    new: tuple[int, ...], earlier: tuple[int, ...], down: int, across: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The part that both show, in rows and columns of each."""
    (top, bottom), (left, right) = (
        (max(0, by), max(0, min(length, other + by)))
        for length, other, by in zip(new, earlier, (down, across), strict=True)
    )
    ours = slice(top, bottom), slice(left, right)
    theirs = slice(max(0, top - down), max(0, bottom - down)), slice(max(0, left - across), max(0, right - across))
    return ours, theirs


def _pearson(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    count = max(1, first.size)
    a, b = float(first.sum()), float(second.sum())
    spread = (float(first @ first) - a * a / count) * (float(second @ second) - b * b / count)
    return (float(first @ second) - a * b / count) / float(np.sqrt(spread)) if spread > 0 else 0.0
