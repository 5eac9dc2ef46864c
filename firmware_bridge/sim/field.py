"""A field of the smear: planned, painted, and known to the last cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from firmware_bridge.options import SimOptions
from firmware_bridge.sim.camera import light
from firmware_bridge.sim.canvas import Canvas, Labels, Mask, Patch, Plane, new_canvas
from firmware_bridge.sim.kinds import BLAST, KINDS
from firmware_bridge.sim.leukocyte import paint_cell
from firmware_bridge.sim.plan import Place, plan_field
from firmware_bridge.sim.shapes import smooth_noise
from firmware_bridge.sim.smallparts import paint_platelet, paint_red_cell, paint_smudge, paint_speck

MARGIN_PX = 12
"""Painted around the visible part, so that the stage can drift."""


@dataclass(frozen=True, slots=True)
class TruthCell:
    """What is really there.

    id           value in the label images, 1-based; 0 for a platelet or a smudge, which have no label
    kind         a key of `firmware_bridge.sim.kinds.KINDS`, or "platelet" or "smudge"
    centre_px    (x, y) in the picture: of the nucleus where there is one
    centre_um    the same in µm from the picture's upper left corner
    diameter_um  of the circle of equal area, of the part that was painted
    nucleus_diameter_um  the same of the nucleus; 0 without one
    cut          reaches over the picture's edge
    slide_um     the centre on the slide, where there is one: the same cell has the same in every picture
    """

    id: int
    kind: str
    centre_px: tuple[float, float]
    centre_um: tuple[float, float]
    diameter_um: float
    nucleus_diameter_um: float
    cut: bool
    slide_um: tuple[float, float] | None = None

    @property
    def blast(self) -> bool:
        """Whether it is a lymphoblast."""
        return self.kind == BLAST

    @property
    def nucleated(self) -> bool:
        """Whether it is a whole nucleated cell, which a count should find."""
        return self.id > 0


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field with `MARGIN_PX` around it.

    transmitted     share of the lamp's light behind the smear, (height, width, 3) float32
    cells, nuclei   label images of the same height and width
    truth           in pixels of this larger canvas
    """

    transmitted: Plane
    cells: Labels
    nuclei: Labels
    truth: tuple[TruthCell, ...]


def make_field(options: SimOptions, index: int) -> Field:
    """The field at this index: the same for the same options."""
    rng = np.random.default_rng([options.seed, index])
    width_px, height_px = options.width + 2 * MARGIN_PX, options.height + 2 * MARGIN_PX
    canvas = new_canvas(width_px, height_px, options.um_per_px)
    _stain_background(rng, canvas)
    places = plan_field(rng, options, width_px * options.um_per_px, height_px * options.um_per_px)
    pallor = pallor_of(options.seed)
    truth = [paint(rng, canvas, place, pallor) for place in places]
    known = tuple(cell for cell in truth if cell is not None)
    return Field(light(canvas.dyes, options.seed), canvas.cells, canvas.nuclei, known)


def shifted_truth(cell: TruthCell, left_px: int, top_px: int, options: SimOptions) -> TruthCell | None:
    """The same cell as seen in a picture cut out of the field at `left_px`, `top_px`; None if it is not in it."""
    x, y = cell.centre_px[0] - left_px, cell.centre_px[1] - top_px
    if not (0 <= x < options.width and 0 <= y < options.height):
        return None
    reach = cell.diameter_um / options.um_per_px / 2
    whole = reach <= x <= options.width - reach and reach <= y <= options.height - reach
    centre_um = (x * options.um_per_px, y * options.um_per_px)
    return replace(cell, centre_px=(x, y), centre_um=centre_um, cut=cell.cut or not whole)


def _stain_background(rng: Generator, canvas: Canvas) -> None:
    """Plasma takes a little stain, unevenly."""
    for plane in canvas.dyes[:2]:
        shape = (plane.shape[0], plane.shape[1])
        cloud = smooth_noise(rng, shape, 60.0 / canvas.um_per_px)
        fleck = smooth_noise(rng, shape, 1.2 / canvas.um_per_px)
        plane += 0.015 + 0.005 * cloud + 0.002 * fleck


def pallor_of(seed: int) -> float:
    """How pale the middle of this slide's red cells is."""
    return float(np.random.default_rng([seed]).uniform(0.25, 0.55))


def paint(rng: Generator, canvas: Canvas, place: Place, pallor: float) -> TruthCell | None:
    """Paint one thing on the canvas; what is then true of it, None for red cells and specks."""
    patch = canvas.patch(place.centre_um, 0.75 * place.diameter_um + 1.5)
    if patch is None:
        return None
    if place.kind in KINDS:
        return _paint_nucleated(rng, canvas, patch, place)
    if place.kind == "red cell":
        paint_red_cell(rng, canvas, patch, place.diameter_um / 2, float(np.clip(rng.normal(pallor, 0.1), 0.0, 0.8)))
        return None
    _SMALL[place.kind](rng, canvas, patch, place.diameter_um / 2)
    return None if place.kind == "speck" else _unlabelled(canvas, place)


def _paint_nucleated(rng: Generator, canvas: Canvas, patch: Patch, place: Place) -> TruthCell | None:
    cell, nucleus = paint_cell(rng, canvas, patch, KINDS[place.kind], place.diameter_um)
    if not nucleus.any():
        return None
    number = int(canvas.cells.max()) + 1
    canvas.cells[patch.window][cell] = number
    canvas.nuclei[patch.window][nucleus] = number
    x, y = _centroid_px(patch, nucleus)
    um = canvas.um_per_px
    diameters = (_diameter_um(cell, um), _diameter_um(nucleus, um))
    return TruthCell(number, place.kind, (x, y), (x * um, y * um), *diameters, cut=_reaches_border(canvas, number))


def _unlabelled(canvas: Canvas, place: Place) -> TruthCell:
    x, y = place.centre_um
    px = (x / canvas.um_per_px, y / canvas.um_per_px)
    return TruthCell(0, place.kind, px, place.centre_um, place.diameter_um, 0.0, cut=False)


def _centroid_px(patch: Patch, mask: Mask) -> tuple[float, float]:
    rows, columns = np.nonzero(mask)
    return (
        float(columns.mean() + patch.window[1].start + 0.5),
        float(rows.mean() + patch.window[0].start + 0.5),
    )


def _diameter_um(mask: Mask, um_per_px: float) -> float:
    return float(2.0 * np.sqrt(mask.sum() / np.pi) * um_per_px)


def _reaches_border(canvas: Canvas, number: int) -> bool:
    labels: Labels = canvas.cells
    border = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return any(bool((line == number).any()) for line in border)


_SMALL: dict[str, Callable[[Generator, Canvas, Patch, float], None]] = {
    "platelet": paint_platelet,
    "smudge": paint_smudge,
    "speck": paint_speck,
}
