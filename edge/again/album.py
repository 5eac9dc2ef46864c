"""The fields of a case, to be known again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.again.pattern import Pattern, pattern_of, spectrum
from edge.again.register import STANDARD, Limits, Shift, correlated, shift_between
from edge.again.signature import Signature
from edge.again.turned import Matrix, rings, turned, turns_between

SAME_PITCH = 0.005
"""Relative difference of two pitches that is none: over a whole field it comes to one place."""
TURNED_ACCURACY = 3.0
"""Places that a cell in the corner may be off, where the angle is half a degree and the zoom 1 % off."""

SURE = 12.0
"""Certainty from which a shift is not compared with a turn. Of 150 fields that came back turned by half a circle, three
were taken for moved by a few round cells that look alike from both sides, with 7.6 to 9.1."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where a new field shows an earlier one again.

    field        the earlier field's number
    polygon      corners of the common part in pixels of the new frame, (x, y)
    offset_px    a point of the earlier frame, by `linear` and plus this, is the same point in the new frame, (x, y)
    share        of the new field that is common, 0–1
    accuracy_px  how far the offset may be off: one place of the grid, or some where a field is turned or zoomed
    correlation, certainty  as in `edge.again.register`
    linear       rows of the matrix that turns and zooms a point (x, y) of the earlier frame
    """

    field: int
    polygon: tuple[Point, ...]
    offset_px: Point
    share: float
    accuracy_px: float
    correlation: float
    certainty: float
    linear: tuple[Point, Point] = ((1.0, 0.0), (0.0, 1.0))

    def here(self, points: Iterable[Point]) -> NDArray[np.float64]:
        """Where points of the earlier frame lie in the new one, (points, 2)."""
        theirs = np.array(list(points), np.float64).reshape(-1, 2)
        return np.asarray(theirs @ np.array(self.linear).T + np.array(self.offset_px), np.float64)


@dataclass(frozen=True, eq=False)
class _Entry:
    signature: Signature
    pattern: Pattern
    spectra: dict[tuple[int, int], NDArray[np.complex64]] = field(default_factory=dict)

    def spectrum(self, shape: tuple[int, int]) -> NDArray[np.complex64]:
        """Made once for each size of grid: in a case all frames have one size."""
        if shape not in self.spectra:
            self.spectra[shape] = spectrum(self.pattern.plane, shape)
        return self.spectra[shape]

    @cached_property
    def rings(self) -> NDArray[np.complex64]:
        """Made when a field was not found without turning."""
        return rings(self.pattern.plane)


class Album:
    """Keeps the fields of one case ready, about 0.5 MB each. Not for several threads at once."""

    def __init__(self, known: Mapping[int, Signature] | None = None, limits: Limits = STANDARD) -> None:
        self._limits = limits
        self._entries: dict[int, _Entry] = {}
        for number, signature in (known or {}).items():
            self.add(number, signature)

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, number: int, signature: Signature) -> None:
        """Keep a field."""
        self._entries[number] = _Entry(signature, pattern_of(signature))

    def drop(self, number: int) -> None:
        """Forget a field, if it is there."""
        self._entries.pop(number, None)

    @property
    def numbers(self) -> frozenset[int]:
        """The fields that are kept."""
        return frozenset(self._entries)

    def overlaps(self, signature: Signature) -> tuple[Overlap, ...]:
        """Where a new field shows the kept ones again, the largest common part first; usually nowhere."""
        new = _Entry(signature, pattern_of(signature))
        return tuple(sorted(self._found(new), key=lambda each: -each.share))

    def _found(self, new: _Entry) -> Iterator[Overlap]:
        for number, earlier in self._entries.items():
            found = self._best(number, new, earlier)
            if found is not None:
                yield found

    def _best(self, number: int, new: _Entry, earlier: _Entry) -> Overlap | None:
        """Moved as a stage moves a slide; where that is not sure, turned, if that is more certain."""
        moved = self._moved(number, new, earlier)
        if moved is not None and moved.certainty >= SURE:
            return moved
        both = (moved, self._turned(number, new, earlier))
        return max(filter(None, both), key=lambda each: each.certainty, default=None)

    def _moved(self, number: int, new: _Entry, earlier: _Entry) -> Overlap | None:
        """As a stage moves a slide."""
        if abs(earlier.signature.pitch_px / new.signature.pitch_px - 1) > SAME_PITCH:
            return None
        shift = self._shift(new, earlier)
        return None if shift is None else _overlap(number, new.signature, earlier.signature, shift)

    def _turned(self, number: int, new: _Entry, earlier: _Entry) -> Overlap | None:
        """As a hand holds a telephone, or after the camera was turned or zoomed."""
        found = []
        for turn in turns_between(new.rings, earlier.rings):
            signature, matrix = turned(earlier.signature, turn, new.signature.pitch_px)
            shift = self._shift(new, _Entry(signature, pattern_of(signature)))
            if shift is not None:
                found.append(_turned_overlap(number, (new.signature, earlier.signature), matrix, shift))
        return max(found, key=lambda each: each.certainty, default=None)

    def _shift(self, new: _Entry, earlier: _Entry) -> Shift | None:
        shape = _grid(new.pattern.plane.shape, earlier.pattern.plane.shape)
        correlation = correlated(new.spectrum(shape), earlier.spectrum(shape), shape)
        return shift_between(new.pattern, earlier.pattern, correlation, self._limits)


def _grid(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, int]:
    rows, columns = (cv2.getOptimalDFTSize(max(a, b)) for a, b in zip(first, second, strict=True))
    return rows, columns + columns % 2


def _overlap(number: int, new: Signature, earlier: Signature, shift: Shift) -> Overlap:
    (rows, columns), pitch = new.plane.shape, new.pitch_px
    top, left = max(0, shift.down), max(0, shift.across)
    bottom, right = min(rows, earlier.plane.shape[0] + shift.down), min(columns, earlier.plane.shape[1] + shift.across)
    x0, x1 = (new.left_px + at * pitch for at in (left, right))
    y0, y1 = (new.top_px + at * pitch for at in (top, bottom))
    offset = (
        new.left_px - earlier.left_px + shift.across * pitch,
        new.top_px - earlier.top_px + shift.down * pitch,
    )
    return Overlap(
        field=number,
        polygon=((x0, y0), (x1, y0), (x1, y1), (x0, y1)),
        offset_px=offset,
        share=(bottom - top) * (right - left) / (rows * columns),
        accuracy_px=pitch,
        correlation=shift.correlation,
        certainty=shift.certainty,
    )


def _turned_overlap(number: int, pair: tuple[Signature, Signature], matrix: Matrix, shift: Shift) -> Overlap:
    new, earlier = pair
    linear = matrix[:, :2] * (new.pitch_px / earlier.pitch_px)
    # places are counted from the middle of the first
    start = (matrix[:, 2] + (shift.across, shift.down) + 0.5 - matrix[:, :2] @ (0.5, 0.5)) * new.pitch_px
    offset = start + np.array([new.left_px, new.top_px]) - linear @ (earlier.left_px, earlier.top_px)
    theirs = _corners(earlier) @ linear.T + offset
    area, common = cv2.intersectConvexConvex(_corners(new).astype(np.float32), theirs.astype(np.float32))
    rows, columns = new.plane.shape
    return Overlap(
        field=number,
        polygon=tuple((float(x), float(y)) for x, y in common.reshape(-1, 2)) if area else (),
        offset_px=(float(offset[0]), float(offset[1])),
        share=area / (rows * columns * new.pitch_px**2),
        accuracy_px=TURNED_ACCURACY * new.pitch_px,
        correlation=shift.correlation,
        certainty=shift.certainty,
        linear=((float(linear[0, 0]), float(linear[0, 1])), (float(linear[1, 0]), float(linear[1, 1]))),
    )


def _corners(signature: Signature) -> NDArray[np.float64]:
    """In pixels of its frame, in their order round it."""
    rows, columns = signature.plane.shape
    places = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float64)
    return places * signature.pitch_px + (signature.left_px, signature.top_px)
