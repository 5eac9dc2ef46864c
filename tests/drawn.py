"""Shapes and fields drawn by formula: what they measure is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.normal import WORKING_UM_PER_PX, NormalField
from edge.optics.planes import Field, Mask, Plane
from edge.segment.likelihood import Likelihood
from edge.types import Labels, Outlines, Pixels

BACKGROUND, CYTOPLASM, NUCLEUS = (230, 220, 224), (176, 160, 208), (96, 42, 128)
FINER = 4
"""Subpixels along a side, for edges that are grey as a lens leaves them."""
CLUMPS_UM = 2.2
"""From one clump of chromatin to the next."""


@dataclass(frozen=True, slots=True)
class DrawnCell:
    """An elliptical cell around a round nucleus; lengths in µm, `turn` in radians."""

    x_um: float
    y_um: float
    diameter_um: float = 12.0
    nucleus_um: float = 8.0
    elongation: float = 1.0
    turn: float = 0.0


def ellipse(
    size: tuple[int, int], centre: tuple[float, float], radius: float, elongation: float = 1.0, turn: float = 0.0
) -> Mask:
    """Pixels (of `size`, width and height) whose middle lies in the ellipse of the same area as a disc of `radius`."""
    x, y = np.arange(size[0]) - centre[0], np.arange(size[1])[:, None] - centre[1]
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    return np.asarray((along**2 / elongation + across**2 * elongation) <= radius**2, np.bool_)


def ellipse_perimeter(radius: float, elongation: float = 1.0) -> float:
    """Of the same ellipse, by Ramanujan's second formula."""
    a, b = radius * math.sqrt(elongation), radius / math.sqrt(elongation)
    h = ((a - b) / (a + b)) ** 2
    return math.pi * (a + b) * (1 + 3 * h / (10 + math.sqrt(4 - 3 * h)))


def ellipse_circularity(radius: float, elongation: float = 1.0) -> float:
    """4πA/P² of the same ellipse."""
    return 4 * math.pi * math.pi * radius**2 / ellipse_perimeter(radius, elongation) ** 2


def drawn_smear(cells: Sequence[DrawnCell], size_um: tuple[float, float], um_per_px: float) -> Pixels:
    """The picture that a camera would take of these cells, (height, width, 3)."""
    fine = um_per_px / FINER
    size = round(size_um[0] / um_per_px) * FINER, round(size_um[1] / um_per_px) * FINER
    picture = np.full((size[1], size[0], 3), BACKGROUND, np.uint8)
    for cell in cells:
        middle = (cell.x_um / fine - 0.5, cell.y_um / fine - 0.5)
        picture[ellipse(size, middle, cell.diameter_um / 2 / fine, cell.elongation, cell.turn)] = CYTOPLASM
        nucleus = ellipse(size, middle, cell.nucleus_um / 2 / fine)
        picture[nucleus] = (_clumps(size, fine)[..., None] * NUCLEUS)[nucleus].round()
    return np.asarray(cv2.resize(picture, (size[0] // FINER, size[1] // FINER), interpolation=cv2.INTER_AREA), np.uint8)


def _clumps(size: tuple[int, int], um_per_px: float) -> Plane:
    """Light through chromatin, 0.85–1.15, (height, width)."""
    x, y = (np.sin(np.arange(side) * um_per_px * (2 * math.pi / CLUMPS_UM)) for side in size)
    return np.asarray(1.0 + 0.15 * x * y[:, None], np.float32)


def eosinophil(granules: float, seed: int = 0) -> tuple[Field, Mask, Mask]:
    """The light through a cell full of granules, with a dark rim and folds, (80, 80, 3) at the working scale, as a lens
    blurs it; the cell, and its nucleus of two lobes.

    granules  eosin in the cytoplasm, over that of an eosinophil
    """
    size = (80, 80)
    cell, rim = ellipse(size, (40, 40), 32), ellipse(size, (40, 40), 30)
    nucleus = ellipse(size, (32, 30), 12) | ellipse(size, (43, 46), 12)
    random = np.random.default_rng(seed)
    random = np.random.default_rng(seed)
    grain = np.clip(1 + 0.2 * _speckle(random, size, 1.2), 0, None)[..., None]
    eosin = np.array([0.10, 0.30, 0.14]) * granules * grain + np.array([0.05, 0.06, 0.04])
    folds = np.clip(0.12 * _speckle(random, size, 4.0), 0, None) + 0.2 * (cell & ~rim)
    dense = np.where(nucleus[..., None], (0.22, 0.56, 0.22), eosin + folds[..., None])
    passed = 10 ** -(dense * cell[..., None]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(passed, (0, 0), 1.0), np.float32), cell, nucleus


def _speckle(random: np.random.Generator, size: tuple[int, int], spread_px: float) -> Plane:
    """Blurred noise of spread 1, (height, width)."""
    noise = cv2.GaussianBlur(random.normal(size=size[::-1]), (0, 0), spread_px)
    return np.asarray(noise / noise.std(), np.float32)


def textured(mask: Mask, seed: int = 0) -> Field:
    """Transmittance (height, width, 3) with grain everywhere and dye where `mask` is True."""
    random = np.random.default_rng(seed)
    grain = random.uniform(0.0, 0.3, (*mask.shape, 3))
    return (0.9 - 0.5 * mask[..., None] - grain).astype(np.float32)


def field_of(transmittance: Field) -> NormalField:
    """A field that was at the working scale already and is picture throughout."""
    height, width = transmittance.shape[:2]
    return NormalField(transmittance, np.ones((height, width), np.bool_), (width, height))


def clear_field(size: tuple[int, int]) -> NormalField:
    """An empty field of this width and height."""
    return field_of(np.ones((size[1], size[0], 3), np.float32))


def one_cell(cell: Mask, nucleus: Mask) -> Outlines:
    """The outlines of a field with this one cell."""
    return Outlines(as_labels(cell), as_labels(nucleus), {})


def as_labels(mask: Mask) -> Labels:
    """A label image with the one label 1."""
    return mask.astype(np.uint16)


def as_likelihood(cell: Mask, nucleus: Mask, seam: Mask | None = None) -> Likelihood:
    """What a finder says that is sure of everything."""

    def sure(mask: Mask) -> Plane:
        return mask.astype(np.float32)

    return Likelihood(sure(cell), sure(nucleus), sure(np.zeros_like(cell) if seam is None else seam))


def px(um: float) -> float:
    """A length in working pixels."""
    return um / WORKING_UM_PER_PX
