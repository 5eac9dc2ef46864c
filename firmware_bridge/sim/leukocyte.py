"""Paints one nucleated cell: cytoplasm, granules, vacuoles, nucleus, chromatin, nucleoli."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.random import Generator

from firmware_bridge.sim.canvas import AZURE, EOSIN, HAEM, Canvas, Mask, Patch, Plane
from firmware_bridge.sim.kinds import Chromatin, Cytoplasm, Kind
from firmware_bridge.sim.nuclei import nucleus_outline
from firmware_bridge.sim.shapes import blob, disc, grains, ridge, soft, texture, warped

NUCLEUS_AZURE, NUCLEUS_EOSIN = 1.08, 1.62
"""The purple of the Romanowsky effect: azure and eosin together on chromatin."""

_CENTRED = frozenset({"kidney", "band", "segmented", "bilobed"})


def paint_cell(rng: Generator, canvas: Canvas, patch: Patch, kind: Kind, diameter_um: float) -> tuple[Mask, Mask]:
    """Paint a cell around the patch's centre; masks of the cell and of its nucleus inside the patch."""
    cell_um = diameter_um / 2
    cell = blob(rng, warped(rng, patch, kind.wobble_um), cell_um, 0.05, 0.03)
    nc_ratio = rng.uniform(*kind.nc_ratio)
    inner = _shifted(rng, patch, kind, cell_um, nc_ratio)
    nucleus = np.minimum(nucleus_outline(rng, inner, kind.nucleus, cell_um, nc_ratio), cell - np.float32(0.12))
    _paint_cytoplasm(rng, canvas, patch, kind.cytoplasm, cell, nucleus)
    _paint_nucleus(rng, canvas, inner, kind.chromatin, nucleus)
    return cell > 0, nucleus > 0


def _shifted(rng: Generator, patch: Patch, kind: Kind, cell_um: float, nc_ratio: float) -> Patch:
    """A round nucleus lies to one side of its cell."""
    room_um = 0.0 if kind.nucleus in _CENTRED else cell_um * (1.0 - np.sqrt(nc_ratio))
    angle, away_um = rng.uniform(0, 2 * np.pi), room_um * rng.uniform(0.3, 0.95)
    x = patch.x_um - np.float32(away_um * np.cos(angle))
    return replace(patch, x_um=x, y_um=patch.y_um - np.float32(away_um * np.sin(angle)))


def _paint_cytoplasm(
    rng: Generator, canvas: Canvas, patch: Patch, look: Cytoplasm, cell: Plane, nucleus: Plane
) -> None:
    cover = soft(cell, patch.edge_um) * (1.0 - 0.8 * soft(nucleus, patch.edge_um))
    cover *= _vacuoles(rng, patch, look, cell)
    body = cover * np.clip(
        1.0 + look.mottling * texture(rng, patch, 0.7) + look.rim * ridge(cell - 0.3, 0.6), 0.2, None
    )
    for dye, span in ((AZURE, look.azure), (EOSIN, look.eosin), (HAEM, look.haem)):
        canvas.add(patch, dye, body * np.float32(rng.uniform(*span)))
    if look.granules is not None:
        bright = np.clip(1.0 + 0.35 * texture(rng, patch, 0.5), 0.2, None)
        dots = grains(rng, patch, *look.granules) * soft(cell - 0.25, 0.4) * cover * bright
        for dye, amount in enumerate(look.granule_dyes):
            canvas.add(patch, dye, dots * np.float32(amount))


def _vacuoles(rng: Generator, patch: Patch, look: Cytoplasm, cell: Plane) -> Plane:
    """1 everywhere but in a few clear round holes."""
    clear = np.ones(patch.shape, np.float32)
    reach_um = float(cell.max(initial=0.0))
    for _ in range(int(rng.integers(0, look.vacuoles + 1))):
        angle, away = rng.uniform(0, 2 * np.pi), reach_um * rng.uniform(0.6, 0.95)
        hole = disc(patch, (away * np.cos(angle), away * np.sin(angle)), rng.uniform(0.25, 0.6))
        clear *= 1.0 - 0.75 * soft(hole, patch.edge_um)
    return clear


def _paint_nucleus(rng: Generator, canvas: Canvas, patch: Patch, look: Chromatin, nucleus: Plane) -> None:
    thickness = 0.86 + 0.14 * np.clip(nucleus / 1.2, 0.0, 1.0) + 0.10 * ridge(nucleus - 0.15, 0.25)
    dye = soft(nucleus, patch.edge_um) * thickness * _chromatin(rng, patch, look) * rng.uniform(*look.density)
    pale = _nucleoli(rng, patch, look, nucleus)
    canvas.add(patch, AZURE, dye * NUCLEUS_AZURE * (1.0 - 0.22 * pale))
    canvas.add(patch, EOSIN, dye * NUCLEUS_EOSIN * (1.0 - 0.42 * pale))


def _chromatin(rng: Generator, patch: Patch, look: Chromatin) -> Plane:
    """Mean about 1: a fine even grain, clumps with borders, or something between."""
    grain = 0.75 * texture(rng, patch, look.scale_um) + 0.45 * texture(rng, patch, 2.2 * look.scale_um)
    clumps = np.tanh(2.2 * (grain + 0.45)) - 0.3
    mixed = (1.0 - look.clumping) * grain + look.clumping * clumps
    return np.asarray(np.clip(1.0 + look.contrast * mixed, 0.3, 1.7), np.float32)


def _nucleoli(rng: Generator, patch: Patch, look: Chromatin, nucleus: Plane) -> Plane:
    """0–1, 1 inside a nucleolus."""
    pale = np.zeros(patch.shape, np.float32)
    reach_um = 0.6 * float(nucleus.max(initial=0.0))
    for _ in range(int(rng.integers(1, look.nucleoli + 1)) if look.nucleoli else 0):
        angle, away = rng.uniform(0, 2 * np.pi), reach_um * rng.uniform(0.1, 1.0)
        spot = disc(warped(rng, patch, 0.15, 1.0), (away * np.cos(angle), away * np.sin(angle)), rng.uniform(0.5, 1.0))
        pale = np.maximum(pale, soft(spot, 0.5))
    return pale
