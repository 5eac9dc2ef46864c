"""Other stains: linear maps of optical density, the same for a whole layer (Beer–Lambert: dyes add up in density)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.planes import Field, Mask
from export.cells.tile import CYTOPLASM, Plane8

DENSEST = 1.74
"""Density beyond which a camera sees nothing: 2 % of the light."""


@dataclass(frozen=True, slots=True)
class TintOptions:
    """Spreads of what laboratories do to a stain; logarithms but for `mix`.

    mix         each channel's share in each other
    strength    of all channels together
    hue         of each channel by itself
    pale        chance of a slide that is much paler
    palest      how much, at most
    cells       how strongly cells are tinted by themselves, against the background
    fade, fade_mean, fade_strength, fade_hue   chance and size of cytoplasm paler or denser than it was
    pasted_mix, pasted_strength, pasted_hue, each_strength   of all pasted cells of a field, and of each of them
    """

    mix: float = 0.12
    strength: float = 0.3
    hue: float = 0.25
    pale: float = 0.25
    palest: float = 1.0
    cells: float = 0.7
    fade: float = 0.5
    fade_mean: float = -0.2
    fade_strength: float = 0.5
    fade_hue: float = 0.2
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


def pasted_tint(random: Generator, options: TintOptions) -> Tint:
    """The stain that all pasted cells of a field share."""
    matrix = np.eye(3) + random.normal(0.0, options.pasted_mix, (3, 3))
    gain = np.exp(random.normal(0.0, options.pasted_strength) + random.normal(0.0, options.pasted_hue, 3))
    return Tint(matrix, gain)


def tinted(random: Generator, density: Field, cell: Mask, options: TintOptions) -> Field:
    """Background and red cells under one tint, the cells under another, softly joined."""
    around, inside = random_tint(random, options), random_tint(random, options, options.cells)
    return blend(around(density), inside(density), cell, 0.7)


def faded(random: Generator, density: Field, labels: Plane8, options: TintOptions) -> Field:
    """Half of the time, cytoplasm paler or denser than it was, in its own hue."""
    if random.random() >= options.fade:
        return density
    hue = random.normal(0.0, options.fade_hue, 3)
    gain = np.exp(random.normal(options.fade_mean, options.fade_strength) + hue).astype(np.float32)
    return blend(density, density * gain, labels == CYTOPLASM, 0.8, 0.9)


def blend(under: Field, over: Field, mask: Mask, blur_px: float, strength: float = 1.0) -> Field:
    """`over` where the mask is, `under` elsewhere, the mask's rim blurred."""
    share = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), blur_px)[..., None] * np.float32(strength)
    return np.asarray(under + (over - under) * share, np.float32)
