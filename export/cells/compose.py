"""Composed fields: tiles and pasted cells under a stain, a lamp and a camera that no set of images has.

Real fields with every nucleus, cytoplasm and seam drawn by hand do not exist under terms that let a model be shipped.
Touching cells, pale and deep stains, coarse sensors and other lamps are therefore made from what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from edge.optics.light import light
from edge.optics.normal import BRIGHTEST
from edge.optics.planes import Field
from edge.types import Pixels
from export.cells.camera import CameraOptions, photographed
from export.cells.parts import PartsOptions, varied
from export.cells.paste import PasteOptions, Scene, begun, pasted, seams
from export.cells.placement import Layer, Point, cut, placed, random_turn
from export.cells.tile import BACKGROUND, KNOWN, NUCLEUS, UNKNOWN, Plane8, Tile
from export.cells.tint import TintOptions, pasted_tint, tinted


@dataclass(frozen=True, slots=True)
class ComposeOptions:
    """What composed fields are made of.

    side_px       side of the square, at the working scale; a multiple of 16
    single        chance that a field grows around a single cell, else a piece of a smear field
    aside_um      how far from the middle that cell may lie
    at_cell       chance that the piece of a smear field shows a labelled nucleus, give or take `near_um`
    spread        of the scale of fields, and `cell_spread` of each pasted cell in it (logarithms)
    pasted        chance of 0, 1, 2 … pasted cells
    cut_out       chance that a pasted cell is a cut-out, where there are cut-outs
    """

    side_px: int = 128
    single: float = 0.6
    aside_um: float = 5.6
    at_cell: float = 0.7
    near_um: float = 4.2
    spread: float = 0.12
    cell_spread: float = 0.06
    pasted: tuple[float, ...] = (0.25, 0.3, 0.2, 0.15, 0.1)
    cut_out: float = 0.25
    tint: TintOptions = field(default_factory=TintOptions)
    parts: PartsOptions = field(default_factory=PartsOptions)
    paste: PasteOptions = field(default_factory=PasteOptions)
    camera: CameraOptions = field(default_factory=CameraOptions)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A training example.

    image    transmittance, float32 (3, side, side), as the kit would normalise the picture
    target   cell, nucleus, seam: 0 or 1, uint8 (3, side, side)
    weight   1 where the target is known, uint8 of the same shape
    """

    image: Field
    target: Plane8
    weight: Plane8


@dataclass(frozen=True, slots=True, eq=False)
class Composer:
    """Makes training examples.

    singles   tiles of one whole cell, all known; they are bases and pasted cells
    fields    tiles of smear fields; bases only
    cut_outs  tiles of cells on nothing; pasted only
    """

    singles: Sequence[Tile]
    fields: Sequence[Tile]
    cut_outs: Sequence[Tile]
    options: ComposeOptions

    def sample(self, random: Generator) -> Sample:
        """One example; the same for the same state of `random`."""
        spread = float(np.exp(random.normal(0.0, self.options.spread)))
        base = self._base(random, spread)
        stained = tinted(random, base.density, base.cell, self.options.tint)
        scene = begun(varied(random, stained, base.labels, self.options.parts), base)
        scene = self._with_pasted(random, scene, spread)
        return finished(scene, photographed(random, scene.density, self.options.camera))

    def _base(self, random: Generator, spread: float) -> Layer:
        if random.random() < self.options.single:
            tile = _one(random, self.singles)
            centre = _beside_middle(random, tile, self.options.aside_um)
        else:
            tile = _one(random, self.fields)
            centre = self._piece(random, tile)
        turn = random_turn(random, tile.um_per_px * spread, 0.0)
        return placed(tile, centre, turn, self.options.side_px)

    def _piece(self, random: Generator, tile: Tile) -> Point:
        """Somewhere in a field, most often where a nucleus is."""
        height, width = tile.labels.shape
        rows, columns = np.nonzero(tile.labels == NUCLEUS)
        if len(rows) and random.random() < self.options.at_cell:
            which, near = random.integers(len(rows)), self.options.near_um / tile.um_per_px
            x, y = random.uniform(-near, near, 2)
            return float(columns[which] + x), float(rows[which] + y)
        return float(random.uniform(0.2, 0.8) * width), float(random.uniform(0.2, 0.8) * height)

    def _with_pasted(self, random: Generator, scene: Scene, spread: float) -> Scene:
        tint = pasted_tint(random, self.options.tint)
        for _ in range(random.choice(len(self.options.pasted), p=self.options.pasted)):
            is_cut_out = bool(self.cut_outs) and random.random() < self.options.cut_out
            tile = _one(random, self.cut_outs if is_cut_out else self.singles)
            layer = cut(
                tile, random_turn(random, tile.um_per_px * spread, self.options.cell_spread), scene.labels.shape[0]
            )
            strength = np.float32(np.exp(random.normal(0.0, self.options.tint.each_strength)))
            density = varied(random, tint(layer.density * strength), layer.labels, self.options.parts)
            scene = pasted(random, scene, Layer(density, layer.labels, layer.doubt), self.options.paste)
        return scene


def finished(scene: Scene, picture: Pixels) -> Sample:
    """The picture without its lamp, and what is known of the scene."""
    labels, doubt = scene.labels, scene.doubt
    target = np.stack([labels > BACKGROUND, labels == NUCLEUS, seams(scene.instances)])
    weight = np.stack([doubt == KNOWN, doubt != UNKNOWN, doubt != UNKNOWN])
    image = np.ascontiguousarray(without_lamp(picture).transpose(2, 0, 1))
    return Sample(image, target.astype(np.uint8), weight.astype(np.uint8))


def without_lamp(picture: Pixels) -> Field:
    """The transmittance as `edge.optics.normal` would find it in a picture without padding."""
    surface = light(picture, np.ones(picture.shape[:2], np.bool_)).surface
    return np.asarray(np.minimum((picture + np.float32(1)) / (surface + np.float32(1)), BRIGHTEST), np.float32)


def _one(random: Generator, tiles: Sequence[Tile]) -> Tile:
    return tiles[int(random.integers(len(tiles)))]


def _beside_middle(random: Generator, tile: Tile, aside_um: float) -> Point:
    height, width = tile.labels.shape
    x, y = random.uniform(-aside_um, aside_um, 2) / tile.um_per_px
    return float(width / 2 + x), float(height / 2 + y)
