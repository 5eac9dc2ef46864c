"""Tiles and examples of discs: what is cell, nucleus and red cell in them is known."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from edge.optics.planes import Mask
from edge.types import Pixels
from export.cells.compose import ComposeOptions
from export.cells.dataset import Pools
from export.cells.tile import CYTOPLASM, KNOWN, NUCLEUS, UNKNOWN, Plane8, Tile, to_light, write_tiles
from export.sources import Box, Example

CLEAR, RED_CELL, CYTOPLASM_COLOUR, NUCLEUS_COLOUR = (235, 228, 232), (226, 170, 176), (170, 155, 208), (92, 40, 126)
GRANULES = (206, 92, 118)
TINY = ComposeOptions(side_px=32, aside_um=1.0, near_um=1.0)


def disc(size: tuple[int, int], centre: tuple[float, float], radius: float) -> Mask:
    """A disc in an image of `size` (width, height)."""
    y, x = np.ogrid[: size[1], : size[0]]
    return np.asarray((x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius**2, np.bool_)


def drawn_tile(seed: int = 0, side_px: int = 60, doubt: int = KNOWN) -> Tile:
    """A cell in the middle, its place and size drawn from the seed, on ground with some grain."""
    random = np.random.default_rng(seed)
    centre = tuple(random.uniform(0.45, 0.55, 2) * side_px)
    cell = disc((side_px, side_px), (centre[0], centre[1]), random.uniform(0.2, 0.3) * side_px)
    nucleus = disc((side_px, side_px), (centre[0], centre[1]), random.uniform(0.1, 0.18) * side_px)
    labels = np.where(nucleus, NUCLEUS, cell * CYTOPLASM).astype(np.uint8)
    passed = np.array([[1.0, 1.0, 1.0], [0.7, 0.6, 0.9], [0.3, 0.15, 0.5]], np.float32)[labels]
    grain = random.normal(0.0, 0.01, passed.shape).astype(np.float32)
    return Tile(f"drawn/{seed}", to_light(passed + grain), labels, np.full(labels.shape, doubt, np.uint8), 0.2)


def drawn_pools(folder: Path, cut_outs: bool = True) -> Pools:
    """Three small files of tiles; the fields are unknown but for their cell."""
    files = [folder / f"{name}.safetensors" for name in ("singles", "fields", "cut_outs")]
    fields = [drawn_tile(k, 80, UNKNOWN) for k in range(2)]
    for field in fields:
        field.doubt[field.labels > 0] = KNOWN
    for file, tiles in zip(files, ([drawn_tile(k) for k in range(3)], fields, [drawn_tile(9)]), strict=True):
        write_tiles(tiles, file, "drawn")
    return Pools(files[0], files[1], files[2] if cut_outs else None)


def drawn_example(
    label: str = "lymphocyte", um_per_px: float = 0.1, granules: bool = False, nucleus_um: float = 8.0
) -> tuple[Example, Plane8]:
    """A field of 32 µm with a white cell of 12 µm in its middle, its nucleus aside, red cells around; its labels."""
    side = round(32 / um_per_px)
    size, middle, radius = (side, side), side / 2, 6.0 / um_per_px
    cell = disc(size, (middle, middle), radius)
    nucleus = disc(size, (middle - 0.3 * (radius - nucleus_um / 2 / um_per_px), middle), nucleus_um / 2 / um_per_px)
    picture = np.full((side, side, 3), CLEAR, np.uint8)
    for x, y in ((0.15, 0.2), (0.8, 0.15), (0.2, 0.85), (0.86, 0.8)):
        picture[disc(size, (x * side, y * side), 3.7 / um_per_px)] = RED_CELL
    picture[cell] = GRANULES if granules else CYTOPLASM_COLOUR
    picture[nucleus] = NUCLEUS_COLOUR
    box = Box(label, middle - radius, middle - radius, middle + radius, middle + radius)
    labels = np.where(nucleus, NUCLEUS, cell * CYTOPLASM).astype(np.uint8)
    return Example("drawn.png", _seen(picture), um_per_px, "drawn/0", label=label, boxes=(box,)), labels


def _seen(picture: Pixels) -> Pixels:
    grain = np.random.default_rng(0).normal(0.0, 2.0, picture.shape)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 1.0) + grain, 0, 255).astype(np.uint8)
