"""One painted cell, to be laid on every tile that it reaches: whole, whatever border it crosses."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from firmware_bridge.sim.canvas import Canvas, Mask, Plane, new_canvas
from firmware_bridge.sim.field import TruthCell, paint
from firmware_bridge.sim.plan import Place

_REACH, _REACH_UM = 0.75, 1.5
_RED_REACH, _RED_REACH_UM = 0.60, 0.9
_FAINTEST = 1e-4
"""Less dye than this changes no grey level."""


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """A cell on its own.

    left_px, top_px  of its window, in pixels of the slide
    dyes             (3, rows, columns)
    cell, nucleus    masks of the window; all False where the thing has no label
    truth            in pixels and µm of the slide; None for red cells and specks
    """

    left_px: int
    top_px: int
    dyes: Plane
    cell: Mask
    nucleus: Mask
    truth: TruthCell | None


def reach_of(place: Place) -> float:
    """How far from its centre a thing is painted at most, in µm; red cells are many, and never far from round."""
    share, more_um = (_RED_REACH, _RED_REACH_UM) if place.kind == "red cell" else (_REACH, _REACH_UM)
    return share * place.diameter_um + more_um


def stamp_of(rng: Generator, place: Place, um_per_px: float, pallor: float) -> Stamp:
    """Paint one thing on a canvas that lies on the slide's grid of pixels."""
    reach_um = reach_of(place)
    left, top = (int(np.floor((centre - reach_um) / um_per_px)) for centre in place.centre_um)
    side = int(np.ceil(2 * reach_um / um_per_px)) + 2
    canvas = new_canvas(side, side, um_per_px)
    local = (place.centre_um[0] - left * um_per_px, place.centre_um[1] - top * um_per_px)
    truth = paint(rng, canvas, replace(place, centre_um=local), pallor)
    on_slide = None if truth is None else _moved(truth, left, top, um_per_px)
    rows, columns = _painted(canvas)
    dyes = np.ascontiguousarray(canvas.dyes[:, rows, columns])
    masks = (canvas.cells[rows, columns] > 0, canvas.nuclei[rows, columns] > 0)
    return Stamp(left + columns.start, top + rows.start, dyes, *masks, on_slide)


def _painted(canvas: Canvas) -> tuple[slice, slice]:
    """The part of the canvas that holds all paint: about a third of it."""
    paint_there = np.abs(canvas.dyes).max(axis=0) > _FAINTEST
    return _span(paint_there.any(axis=1)), _span(paint_there.any(axis=0))


def _span(some: Mask) -> slice:
    at = np.flatnonzero(some)
    return slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0, 0)


def _moved(truth: TruthCell, left_px: int, top_px: int, um_per_px: float) -> TruthCell:
    x, y = truth.centre_px[0] + left_px, truth.centre_px[1] + top_px
    um = (x * um_per_px, y * um_per_px)
    return replace(truth, centre_px=(x, y), centre_um=um, slide_um=um)


def overlap(start_px: int, size_px: int, other_start_px: int, other_size_px: int) -> tuple[slice, slice] | None:
    """Where two spans meet: as a slice of each; None where they do not."""
    first = max(start_px, other_start_px)
    last = min(start_px + size_px, other_start_px + other_size_px)
    if first >= last:
        return None
    return slice(first - start_px, last - start_px), slice(first - other_start_px, last - other_start_px)
