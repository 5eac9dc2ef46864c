"""Outlines of a mask cut where they stop bending one way: the arcs of single cells, touching or not."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Mask

Points = NDArray[np.float64]
"""Shape (n, 2): x, y."""
Index = NDArray[np.intp]

CHORD = 0.27
"""Half-length of the chord on which bending is read, over the cell's diameter."""
FLATTEST, SHARPEST = 0.25, 2.2
"""Bending between chords, over that of a circle of the expected size, outside of which an outline is cut."""
SHORTEST = 0.5
"""Length of the shortest arc looked at, over the cell's diameter."""


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Pieces of outline that bend evenly around stained matter.

    points  every point of every arc, (n, 2)
    part    which arc each point belongs to, (n,)
    length  outline length of each arc, pixels, (arcs,)
    """

    points: Points
    part: Index
    length: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Rings:
    """Closed outlines end to end: `step(k)` is the index of the point k further on around each one's ring."""

    points: Points
    ring: Index
    start: Index
    size: Index

    def step(self, by: int | Index) -> Index:
        here = np.arange(len(self.points)) - self.start[self.ring]
        further: Index = (here + by) % self.size[self.ring] + self.start[self.ring]
        return further


def outlines(mask: Mask) -> list[NDArray[np.int32]]:
    """All closed outlines of `mask`, outer ones and those of holes, each (n, 2) integer pixels."""
    found, _ = cv2.findContours(mask.view(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [np.asarray(outline[:, 0, :], np.int32) for outline in found]


def arcs(rings: list[NDArray[np.int32]], inside: Mask, diameter_px: float) -> Arcs:
    """The outward-bending pieces of `rings` for cells of about `diameter_px`; points outside `inside` cut them.

    Outlines of holes run the other way round, so the gap between cells yields the cells' own arcs and the pallor
    inside a cell yields none.
    """
    long = [ring for ring in rings if len(ring) >= diameter_px]
    if not long:
        return Arcs(np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros(0))
    joined = _join(long)
    smooth, bending = _bending(joined, max(3, int(CHORD * diameter_px)), diameter_px)
    column, row = joined.points.astype(np.intp).T
    cut = (bending < FLATTEST) | (bending > SHARPEST) | ~inside[row, column]
    return _pieces(joined, smooth, cut, SHORTEST * diameter_px)


def _join(rings: list[NDArray[np.int32]]) -> _Rings:
    size = np.array([len(ring) for ring in rings])
    start = np.concatenate(([0], np.cumsum(size)[:-1]))
    return _Rings(np.concatenate(rings).astype(np.float64), np.repeat(np.arange(len(size)), size), start, size)


def _bending(rings: _Rings, chord: int, diameter_px: float) -> tuple[Points, NDArray[np.float64]]:
    """Smoothed points, and the turn between the chords before and after each one in units of the expected circle's."""
    half = chord // 2
    smooth = sum((rings.points[rings.step(k)] for k in range(-half, half + 1)), np.zeros_like(rings.points))
    smooth /= 2 * half + 1
    before, after = smooth - smooth[rings.step(-chord)], smooth[rings.step(chord)] - smooth
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    turn = -np.arctan2(cross, (before * after).sum(axis=1))
    return smooth, turn * diameter_px / (2 * chord)


def _pieces(rings: _Rings, smooth: Points, cut: Mask, shortest: float) -> Arcs:
    order = rings.step(_first_cut(rings, cut))
    cut, ring = cut[order], rings.ring[order]
    new = np.concatenate(([True], (cut[1:] != cut[:-1]) | (ring[1:] != ring[:-1])))
    piece = np.cumsum(new) - 1
    long = ~cut & (np.bincount(piece, ~cut)[piece] >= shortest)
    _, part = np.unique(piece[long], return_inverse=True)
    steps = np.hypot(*(smooth[rings.step(1)] - smooth).T)[order][long]
    length = np.bincount(part, steps, minlength=0)
    return Arcs(rings.points[order][long], part, np.asarray(length, np.float64))


def _first_cut(rings: _Rings, cut: Mask) -> Index:
    """For each point, how far its ring must be turned to begin at a cut (0 where it has none)."""
    places = np.flatnonzero(cut)
    first = np.zeros(len(rings.size), np.intp)
    ring, at = np.unique(rings.ring[places], return_index=True)
    first[ring] = places[at] - rings.start[ring]
    turned: Index = first[rings.ring]
    return turned
