"""Stain strengths jittered dye by dye.

Source: Tellez et al., IEEE Trans Med Imaging 37 (2018) 2126; dyes as in Ruifrok and Johnston, Anal Quant Cytol Histol
23 (2001) 291, with the Romanowsky dyes of blood films in the place of haematoxylin and eosin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.normal import Density
from edge.optics.planes import Field

AZURE, EOSIN = (0.65, 0.70, 0.29), (0.07, 0.99, 0.11)
"""Optical density of the dyes in red, green and blue light: azure B as haematoxylin's place, eosin Y."""


@dataclass(frozen=True, slots=True)
class JitterOptions:
    """Spreads: of the logarithm of each dye's strength, and of a uniform haze of each dye, in density."""

    strength: float = 0.2
    haze: float = 0.02


def dyes() -> NDArray[np.float64]:
    """Unit densities of azure, eosin and what is left, one per row, (3, 3)."""
    first, second = (np.asarray(each) / np.linalg.norm(each) for each in (AZURE, EOSIN))
    rest = np.cross(first, second)
    return np.stack([first, second, rest / np.linalg.norm(rest)])


def jittered(density: Density, random: Generator, options: JitterOptions) -> Field:
    """Optical density (h, w, 3) with each dye stronger or weaker, at least 0; clear stays all but clear."""
    basis = dyes()
    amounts = density.reshape(-1, 3) @ np.linalg.inv(basis)
    strength = np.exp(random.normal(0.0, options.strength, 3))
    haze = random.normal(0.0, options.haze, 3)
    changed = (amounts * strength + haze) @ basis
    return np.maximum(changed, 0.0).reshape(density.shape).astype(np.float32)
