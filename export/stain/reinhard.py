"""A picture's colours by their mean and spread in a space of independent channels, and another film's in their place.

Source: Reinhard, Adhikhmin, Gooch, Shirley, Color transfer between images, IEEE CG&A 21 (2001) 34; lαβ as given there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.optics.planes import Field, Mask

_TO_CONES = np.array([[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]])
_TO_OPPONENTS = np.diag([3**-0.5, 6**-0.5, 2**-0.5]) @ np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]])
_LEAST_LIGHT = 1.0 / 255
_NARROWEST = 1e-3
_WIDEST_GAIN = 3.0
"""A channel that hardly varies is not stretched more than this: it would only be noise."""


@dataclass(frozen=True, eq=False)
class Colours:
    """Mean and spread of l, α and β over the stained pixels of a film, (3,) each."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


def colours_of(transmittance: Field, stained: Mask) -> Colours | None:
    """The colours of the stained pixels (h, w) of a picture (h, w, 3), 0–1; None where nothing is stained."""
    if not stained.any():
        return None
    opponents = _opponents(transmittance[stained])
    return Colours(opponents.mean(axis=0), np.maximum(opponents.std(axis=0), _NARROWEST))


def recoloured(transmittance: Field, own: Colours, other: Colours) -> Field:
    """The picture with the other film's colours, (h, w, 3) from 0 to 1."""
    gain = np.clip(other.spread / own.spread, 1 / _WIDEST_GAIN, _WIDEST_GAIN)
    changed = (_opponents(transmittance.reshape(-1, 3)) - own.mean) * gain + other.mean
    cones = 10.0 ** (changed @ np.linalg.inv(_TO_OPPONENTS).T)
    light = cones @ np.linalg.inv(_TO_CONES).T
    return np.clip(light, 0.0, 1.0).reshape(transmittance.shape).astype(np.float32)


def _opponents(light: NDArray[np.floating]) -> NDArray[np.float64]:
    """l, α and β of RGB (n, 3), logarithms to base 10."""
    cones = np.maximum(np.asarray(light, np.float64), _LEAST_LIGHT) @ _TO_CONES.T
    return np.asarray(np.log10(cones) @ _TO_OPPONENTS.T, np.float64)
