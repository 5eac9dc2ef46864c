"""Cells cut out on black become tiles: the set tells the cell's outline, a first network tells the nucleus.

Blasts are what a screening must find, and no permissive set shows them in a field. Pasted into composed fields they are
seen as they are met: small, dense, with hardly any cytoplasm, touching others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from edge.optics.normal import NormalField, density, normalise
from edge.optics.planes import Field, Mask, Plane
from edge.segment.likelihood import Finder
from export.cells.fine import LABEL_UM_PER_PX, fine_field
from export.cells.pseudo_labels import labelled, no_doubt
from export.cells.regions import largest, opened
from export.cells.tile import Tile, to_light
from export.sources.example import Example


@dataclass(frozen=True, slots=True)
class CutOutOptions:
    """How a cut-out becomes a cell.

    border_um     of nothing added around it
    open_px       width of the opening that takes away the fringes of the cut
    green         median density in green light that a cell is brought to: the set is far denser than any field
    gains         densities, against that, at which the first network looks for the nucleus
    shares        of the nucleus in the cell: less and more is an outline that failed
    """

    border_um: float = 2.0
    open_px: int = 5
    green: float = 0.48
    gains: tuple[float, ...] = (0.6, 0.8, 1.0)
    shares: tuple[float, float] = (0.6, 0.95)


def label_cut_out(example: Example, finder: Finder, options: CutOutOptions) -> Tile | None:
    """The cut-out as a tile on clear ground; None where no nucleus of a believable size is found."""
    border = round(options.border_um / example.um_per_px)
    pixels = np.pad(example.pixels, ((border, border), (border, border), (0, 0)))
    fine = fine_field(pixels, example.um_per_px)
    cell = largest(opened(fine.picture, options.open_px))
    if not cell.any():
        return None
    nucleus = cell & (_nucleus(normalise(pixels, example.um_per_px), cell, finder, options) > 0.5)
    low, high = options.shares
    if not low < np.count_nonzero(nucleus) / np.count_nonzero(cell) < high:
        return None
    light = to_light(np.where(cell[..., None], _passed(_lifted(fine, cell, options)), np.float32(1)))
    return Tile(example.group, light, labelled(cell, nucleus), no_doubt(cell), LABEL_UM_PER_PX)


def _nucleus(normal: NormalField, cell: Mask, finder: Finder, options: CutOutOptions) -> Plane:
    """The first network's mean likelihood over the densities at which it looks, in the shape of `cell`."""
    height, width = normal.picture.shape
    inside = cv2.resize(cell.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST) > 0
    lifted = _lifted(normal, inside, options)
    seen = [
        finder.likelihood(replace(normal, transmittance=_passed(lifted * np.float32(gain)))) for gain in options.gains
    ]
    mean: Plane = np.stack([each.nucleus for each in seen]).mean(axis=0)
    return np.asarray(cv2.resize(mean, cell.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _lifted(normal: NormalField, cell: Mask, options: CutOutOptions) -> Field:
    """Densities scaled so that the cell's median in green is `options.green`."""
    dense = density(normal.transmittance)
    green = float(np.median(dense[cell][:, 1])) if cell.any() else options.green
    return np.asarray(dense * np.float32(options.green / max(green, 0.05)), np.float32)


def _passed(dense: Field) -> Field:
    return np.asarray(np.exp(dense * np.float32(-np.log(10.0))), np.float32)
