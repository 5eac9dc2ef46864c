"""Other stains: linear maps of optical density, the same for a whole layer (Beer–Lambert: dyes add up in density)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.planes import Field, Mask

Hues = Sequence[tuple[float, float, float]]

DENSEST = 1.74
"""Density beyond which a camera sees nothing: 2 % of the light."""
STAINED = 0.035
"""Mean density from which a pixel shows stain at all."""
RED_HUES: Hues = (
    (0.1, 0.25, 0.35),
    (0.05, 0.35, 0.25),
    (0.3, 0.2, 0.12),
    (0.28, 0.25, 0.2),
    (0.25, 0.25, 0.25),
    (0.05, 0.5, 0.4),
    (0.35, 0.3, 0.15),
)
"""Densities of red cells in red, green and blue light: tan, pink, blue-grey, grey, brick, as laboratories show them."""
WHITE_HUES: Hues = (
    (0.35, 0.6, 0.25),
    (0.6, 0.6, 0.2),
    (0.25, 0.6, 0.6),
    (0.14, 0.4, 0.12),
    (0.45, 0.6, 0.35),
    (0.3, 0.35, 0.1),
)
"""Densities of nuclei: violet, blue, red-violet, pale magenta, purple, pale blue."""


@dataclass(frozen=True, slots=True)
class TintOptions:
    """Spreads of what laboratories do to a stain; logarithms but for `mix`.

    mix         each channel's share in each other
    strength    of all channels together
    hue         of each channel by itself
    pale        chance of a slide that is much paler
    palest      how much, at most
    cells       how strongly cells are tinted by themselves, against the background
    new_red, new_white   chance that red cells, or white cells, get one of `RED_HUES` or `WHITE_HUES` for theirs
    off_hue     how far from it
    pasted_mix, pasted_strength, pasted_hue, each_strength   of all pasted cells of a field, and of each of them
    """

    mix: float = 0.12
    strength: float = 0.3
    hue: float = 0.25
    pale: float = 0.25
    palest: float = 1.0
    cells: float = 0.7
    new_red: float = 0.5
    new_white: float = 0.35
    off_hue: float = 0.15
    pasted_mix: float = 0.12
    pasted_strength: float = 0.2
    pasted_hue: float = 0.25
    each_strength: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Tint:
    """A map of densities: mixed by `matrix` (3, 3), then scaled by `gain` (3,)."""

    matrix: NDArray[np.float64]
    gain: NDArray[np.float64]

    def __call__(self, density: Field) -> Field:
        """The densities under this tint, 0 to DENSEST."""
        mixed = cv2.transform(density, (self.matrix * self.gain[:, None]).astype(np.float32))
        return np.asarray(np.clip(mixed, 0.0, DENSEST), np.float32)


def random_tint(random: Generator, options: TintOptions, hardness: float = 1.0) -> Tint:
    """A slide's stain; `hardness` scales every spread."""
    matrix = np.eye(3) + random.normal(0.0, options.mix * hardness, (3, 3))
    gain = np.exp(random.normal(0.0, options.strength * hardness) + random.normal(0.0, options.hue * hardness, 3))
    if random.random() < options.pale:
        gain = gain * np.exp(-random.uniform(0.0, options.palest))
    return Tint(matrix, gain)


def pasted_tint(random: Generator, options: TintOptions) -> Callable[[Field], Field]:
    """The stain that all pasted cells of a field share."""
    matrix = np.eye(3) + random.normal(0.0, options.pasted_mix, (3, 3))
    gain = np.exp(random.normal(0.0, options.pasted_strength) + random.normal(0.0, options.pasted_hue, 3))
    tint = Tint(matrix, gain)
    if random.random() >= options.new_white:
        return tint
    hue = random_hue(random, WHITE_HUES, options.off_hue)
    return lambda density: recoloured(tint(density), hue)


def tinted(random: Generator, density: Field, cell: Mask, options: TintOptions) -> Field:
    """Background and red cells under one tint, the cells under another, softly joined."""
    around = random_tint(random, options)(density)
    inside = random_tint(random, options, options.cells)(density)
    if random.random() < options.new_red:
        around = recoloured(around, random_hue(random, RED_HUES, options.off_hue))
    if random.random() < options.new_white:
        inside = recoloured(inside, random_hue(random, WHITE_HUES, options.off_hue))
    return blend(around, inside, cell, 0.7)


def random_hue(random: Generator, hues: Hues, off_hue: float) -> NDArray[np.float64]:
    """One of some hues, or near it; (3,)."""
    return np.asarray(hues[int(random.integers(len(hues)))] * np.exp(random.normal(0.0, off_hue, 3)), np.float64)


def recoloured(density: Field, hue: NDArray[np.float64]) -> Field:
    """Everything in one hue; how hues differ within the layer, and how dense it is, stays."""
    stained = density[density.mean(axis=2) > STAINED]
    if not len(stained):
        return density
    own = stained.mean(axis=0, dtype=np.float64)
    gain = (hue / hue.mean()) / np.maximum(own / own.mean(), 0.15)
    return np.asarray(np.clip(density * gain.astype(np.float32), 0.0, DENSEST), np.float32)


def blend(under: Field, over: Field, mask: Mask, blur_px: float, strength: float = 1.0) -> Field:
    """`over` where the mask is, `under` elsewhere, the mask's rim blurred."""
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), blur_px)[..., None] * np.float32(strength)
    return np.asarray(under + (over - under) * share, np.float32)
