"""A painted tile: plasma, everything that reaches it, and the light that passes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from firmware_bridge.options import SimOptions
from firmware_bridge.sim.camera import light
from firmware_bridge.sim.canvas import Plane
from firmware_bridge.sim.field import pallor_of
from firmware_bridge.sim.plan import Place
from firmware_bridge.sim.slide.places import AROUND, Places, Tile, tile_rng
from firmware_bridge.sim.slide.stamps import Stamp, overlap, reach_of, stamp_of
from firmware_bridge.sim.slide.terrain import Terrain

Point = tuple[float, float]
Along = NDArray[np.float64]
UNTOLD = frozenset({"red cell", "speck"})
TILE_UM = 56.0
FLECK_UM = 1.2
_MARGIN = 8
_STAMPS_KEPT, _NODES_KEPT = 512, 128


class Tiles:
    """Paints tiles on demand and keeps the last ones. For one thread."""

    def __init__(self, options: SimOptions, terrain: Terrain) -> None:
        self._options = options
        self._terrain = terrain
        self.size_px = int(2 ** round(np.log2(TILE_UM / options.um_per_px)))
        self._places = Places(options, terrain, self.size_px * options.um_per_px)
        self._pallor = pallor_of(options.seed)
        self._stamp = lru_cache(maxsize=_STAMPS_KEPT)(self._paint_stamp)
        self._nodes = lru_cache(maxsize=_NODES_KEPT)(self._draw_nodes)
        self.transmitted = lru_cache(maxsize=2 * self._tiles_seen())(self._paint_tile)

    def _tiles_seen(self) -> int:
        """How many tiles a picture touches at most."""
        return (self._options.width // self.size_px + 2) * (self._options.height // self.size_px + 2)

    def stamps(self, tile: Tile, corner_um: Point, size_um: Point, known: bool = False) -> Iterator[Stamp]:
        """What has its centre on a tile and may reach this part of the slide; `known`: only what truth tells of."""
        for number, place in enumerate(self._places.of(tile)):
            if reaches(place, corner_um, size_um) and not (known and place.kind in UNTOLD):
                yield self._stamp(tile, number)

    def _around(self, tile: Tile) -> Iterator[Stamp]:
        tile_um = self.size_px * self._options.um_per_px
        corner_um = (tile[0] * tile_um, tile[1] * tile_um)
        for dx, dy in AROUND:
            yield from self.stamps((tile[0] + dx, tile[1] + dy), corner_um, (tile_um, tile_um))

    def _paint_stamp(self, tile: Tile, number: int) -> Stamp:
        rng = tile_rng(self._options.seed, 13, tile, number)
        return stamp_of(rng, self._places.of(tile)[number], self._options.um_per_px, self._pallor)

    def _paint_tile(self, tile: Tile) -> Plane:
        """Share of the lamp's light that passes, (size, size, 3)."""
        size = self.size_px
        x_um, y_um = ((np.arange(size, dtype=np.float64) + t * size + 0.5) * self._options.um_per_px for t in tile)
        dyes = self._plasma(tile, x_um, y_um)
        for stamp in self._around(tile):
            _lay(dyes, stamp, tile[0] * size, tile[1] * size)
        dyes *= self._terrain.thickness(x_um, y_um)
        return light(dyes, self._options.seed)

    def _plasma(self, tile: Tile, x_um: Along, y_um: Along) -> Plane:
        """Plasma takes a little stain, unevenly; clear glass takes none."""
        dyes = np.zeros((3, self.size_px, self.size_px), np.float32)
        for plane, cloud in enumerate(self._terrain.clouds):
            dyes[plane] = 0.015 + 0.004 * cloud.over(x_um, y_um) + 0.002 * self._fleck(tile, plane)
        dyes[:2] *= self._terrain.cover(x_um, y_um)
        return dyes

    def _fleck(self, tile: Tile, plane: int) -> Plane:
        """Fine noise of spread 1 that goes on across borders: nodes of this tile and its neighbours, smoothed."""
        step = self._step_px()
        count, gain = self.size_px // step, FLECK_UM / self._options.um_per_px / step
        rows = [np.hstack([self._nodes((tile[0] + dx, tile[1] + dy), plane) for dx in (-1, 0, 1)]) for dy in (-1, 0, 1)]
        nodes = np.vstack(rows)[count - _MARGIN : 2 * count + _MARGIN, count - _MARGIN : 2 * count + _MARGIN]
        smooth = cv2.GaussianBlur(nodes, (0, 0), gain) * np.float32(2.0 * np.sqrt(np.pi) * gain)
        side = (count + 2 * _MARGIN) * step
        fine = cv2.resize(smooth, (side, side), interpolation=cv2.INTER_CUBIC) if step > 1 else smooth
        edge = _MARGIN * step
        return np.asarray(fine[edge : edge + self.size_px, edge : edge + self.size_px], np.float32)

    def _step_px(self) -> int:
        wanted = max(1.0, FLECK_UM / self._options.um_per_px / 2.5)
        return int(2 ** np.floor(np.log2(wanted)))

    def _draw_nodes(self, tile: Tile, plane: int) -> Plane:
        count = self.size_px // self._step_px()
        return tile_rng(self._options.seed, 14, tile, plane).standard_normal((count, count), dtype=np.float32)


def reaches(place: Place, corner_um: Point, size_um: Point) -> bool:
    """Whether a thing may be seen in this part of the slide."""
    reach_um = reach_of(place)
    ways = zip(place.centre_um, corner_um, size_um, strict=True)
    return all(-reach_um < centre - corner < size + reach_um for centre, corner, size in ways)


def _lay(dyes: Plane, stamp: Stamp, left_px: int, top_px: int) -> None:
    """Add what of a stamp lies on a tile: optical densities add up."""
    columns = overlap(left_px, dyes.shape[2], stamp.left_px, stamp.dyes.shape[2])
    rows = overlap(top_px, dyes.shape[1], stamp.top_px, stamp.dyes.shape[1])
    if columns is not None and rows is not None:
        dyes[:, rows[0], columns[0]] += stamp.dyes[:, rows[1], columns[1]]
