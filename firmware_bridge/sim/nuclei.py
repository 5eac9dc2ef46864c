"""Outlines of nuclei: round, indented, kidney, band, segmented, bilobed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from firmware_bridge.sim.canvas import Patch, Plane
from firmware_bridge.sim.kinds import NucleusShape
from firmware_bridge.sim.shapes import blob, disc, sausage, warped

Outline = Callable[[Generator, Patch, float, float], Plane]
_STEPS = 48


def nucleus_outline(rng: Generator, patch: Patch, shape: NucleusShape, cell_um: float, nc_ratio: float) -> Plane:
    """Signed distances in µm of a nucleus in a cell of radius `cell_um`, with about this share of its area."""
    return OUTLINES[shape](rng, warped(rng, patch, 0.12, 1.6), cell_um, nc_ratio)


def _round(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    return blob(rng, patch, cell_um * np.sqrt(nc_ratio), ellipticity=0.05, wobble=0.015)


def _indented(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    """Round to oval; every second one with a shallow notch, as lymphoblasts have."""
    outline = blob(rng, patch, cell_um * np.sqrt(nc_ratio), ellipticity=0.07, wobble=0.03)
    if rng.random() < 0.5:
        angle, depth = rng.uniform(0, 2 * np.pi), rng.uniform(0.0, 0.25)
        bite_um = rng.uniform(0.9, 2.2)
        away_um = cell_um * np.sqrt(nc_ratio) + bite_um * (1.0 - 2.0 * depth) - 0.5
        bite = disc(patch, (away_um * np.cos(angle), away_um * np.sin(angle)), bite_um)
        outline = _smooth_minimum(outline, -bite, 0.5)
    return outline


def _kidney(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    thick_um = cell_um * rng.uniform(0.36, 0.44)
    points = _arc(rng, cell_um * rng.uniform(0.30, 0.36), rng.uniform(2.2, 3.6))
    return sausage(patch, points, np.full(_STEPS, thick_um, np.float32))


def _band(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    along = np.linspace(-1, 1, _STEPS)
    radii = cell_um * rng.uniform(0.21, 0.25) * (1.0 + 0.18 * along**2)
    return sausage(patch, _arc(rng, cell_um * rng.uniform(0.42, 0.5), rng.uniform(3.3, 4.4)), radii.astype(np.float32))


def _segmented(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    return _lobed(rng, patch, cell_um, int(rng.integers(3, 6)), 0.27)


def _bilobed(rng: Generator, patch: Patch, cell_um: float, nc_ratio: float) -> Plane:
    return _lobed(rng, patch, cell_um, 2, 0.36)


def _lobed(rng: Generator, patch: Patch, cell_um: float, lobes: int, size: float) -> Plane:
    """Lobes of unequal size along a bent path, joined by threads."""
    along = np.linspace(0, lobes, _STEPS, endpoint=True)
    each = rng.uniform(0.85, 1.15, lobes + 1)[np.minimum(along.astype(int), lobes - 1)]
    swell = np.sqrt(np.abs(np.sin(np.pi * along)))
    radii = np.maximum(cell_um * size * each * swell, 0.22)
    points = _arc(rng, cell_um * rng.uniform(0.46, 0.54), min(1.55 * lobes, 5.2) * rng.uniform(0.9, 1.05))
    points += rng.normal(0, 0.05 * cell_um, 2).astype(np.float32)
    return sausage(patch, points, radii.astype(np.float32))


def _arc(rng: Generator, radius_um: float, angle: float) -> Plane:
    """Points of a bent arc around the centre, (n, 2)."""
    turns = np.linspace(-angle / 2, angle / 2, _STEPS)
    radius = radius_um * (1.0 + rng.uniform(0.05, 0.2) * np.sin(2.0 * turns + rng.uniform(0, 2 * np.pi)))
    points = np.stack([np.cos(turns) * radius, np.sin(turns) * radius], axis=1)
    turn = rng.uniform(0, 2 * np.pi)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray((points - 0.25 * points.mean(axis=0)) @ rotation.T, np.float32)


def _smooth_minimum(first: Plane, second: Plane, width_um: float) -> Plane:
    """The lower of two outlines with a rounded seam (polynomial smooth minimum)."""
    mix = np.clip(0.5 + 0.5 * (second - first) / width_um, 0.0, 1.0)
    return np.asarray(second * (1 - mix) + first * mix - width_um * mix * (1 - mix), np.float32)


OUTLINES: dict[NucleusShape, Outline] = {
    "round": _round,
    "indented": _indented,
    "kidney": _kidney,
    "band": _band,
    "segmented": _segmented,
    "bilobed": _bilobed,
}
