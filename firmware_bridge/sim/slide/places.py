"""What lies on each tile of the slide, planned so that no two cells overlap across a border.

Tiles have four colours, as squares of a board of two by two. A tile is planned after its neighbours of lower colours
and keeps clear of what lies there; tiles of one colour never touch. So a tile is the same in whatever order it is asked
for, and three steps of neighbours are planned at most.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.random import Generator

from firmware_bridge.options import SimOptions
from firmware_bridge.sim.plan import Layout, Place, fill
from firmware_bridge.sim.slide.terrain import Terrain

Tile = tuple[int, int]
"""Column and row, from anywhere to anywhere."""

AROUND = tuple((dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
_KEPT = 2048
MOST_CELLS_PER_UM2 = 0.014
"""No more nucleated cells have room: 200 on the default field. A small one shows a speck of the slide."""


def tile_rng(seed: int, purpose: int, tile: Tile, number: int = 0) -> Generator:
    """Random numbers that belong to one tile, one purpose and one thing on it."""
    return np.random.default_rng([seed, purpose, *(2 * t if t >= 0 else -2 * t - 1 for t in tile), number])


class Places:
    """What lies where, in µm on the slide."""

    def __init__(self, options: SimOptions, terrain: Terrain, tile_um: float) -> None:
        self._options = options
        self._terrain = terrain
        self._tile_um = tile_um
        field_um2 = options.width * options.height * options.um_per_px**2
        self._cells_per_tile = min(options.cells / field_um2, MOST_CELLS_PER_UM2) * tile_um**2
        self.of = lru_cache(maxsize=_KEPT)(self._plan)

    def _plan(self, tile: Tile) -> tuple[Place, ...]:
        earlier = [(tile[0] + dx, tile[1] + dy) for dx, dy in AROUND]
        known = [place for each in earlier if _colour(each) < _colour(tile) for place in self.of(each)]
        layout = TileLayout(tile_rng(self._options.seed, 12, tile), tile, self._tile_um, self._terrain)
        layout.places.extend(known)
        fill(layout, self._cells_per_tile, self._options.blast_fraction, self._tile_um**2)
        return tuple(layout.places[len(known) :])


class TileLayout(Layout):
    """Places things whose centres lie on one tile."""

    def __init__(self, rng: Generator, tile: Tile, tile_um: float, terrain: Terrain) -> None:
        super().__init__(rng, tile_um, tile_um)
        self._corner_um = (tile[0] * tile_um, tile[1] * tile_um)
        self._tile_um = tile_um
        self._terrain = terrain

    def candidate(self, diameter_um: float, beside: Place | None) -> tuple[float, float]:
        """Anywhere on the tile; or touching another cell."""
        if beside is not None:
            return self._touching(diameter_um, beside)
        x, y = (corner + self.rng.uniform(0.0, self._tile_um) for corner in self._corner_um)
        return float(x), float(y)

    def allows(self, centre_um: tuple[float, float], diameter_um: float) -> bool:
        """On this tile, and on the smear."""
        inside = all(0 <= c - k < self._tile_um for c, k in zip(centre_um, self._corner_um, strict=True))
        return inside and self._terrain.holds_cells(*centre_um, diameter_um)


def _colour(tile: Tile) -> int:
    return tile[0] % 2 + 2 * (tile[1] % 2)
