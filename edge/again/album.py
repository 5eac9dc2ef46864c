"""The fields of a case, to be known again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.again.pattern import Pattern, pattern_of, spectrum
from edge.again.register import STANDARD, Limits, Shift, correlated, shift_between
from edge.again.signature import Signature

SAME_PITCH = 0.005
"""Relative difference of two pitches that is none: over a whole field it comes to one place."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Where a new field shows an earlier one again.

    field        the earlier field's number
    polygon      corners of the common part in pixels of the new frame, (x, y)
    offset_px    a point of the earlier frame plus this is the same point in the new frame, (x, y)
    share        of the new field that is common, 0–1
    accuracy_px  how far the offset may be off: one place of the grid
    correlation, certainty  as in `edge.again.register`
    """

    field: int
    polygon: tuple[Point, ...]
    offset_px: Point
    share: float
    accuracy_px: float
    correlation: float
    certainty: float


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
            if abs(earlier.signature.pitch_px / new.signature.pitch_px - 1) <= SAME_PITCH:
                shift = self._shift(new, earlier)
                if shift is not None:
                    yield _overlap(number, new.signature, earlier.signature, shift)

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
