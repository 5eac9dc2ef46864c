"""A signature made ready for comparing: what is left of a field when light, stain and slow changes are taken out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.again.signature import NOTHING, STEPS_PER_DENSITY, Signature
from edge.optics.planes import Mask, Plane

FINE, COARSE = 1.0, 8.0
"""Blurs, in places, between which the pattern lies: below it is noise and focus, above it light and thickness."""
STAINED = 0.03
"""Density from which a place is stained."""
DENSEST = 2.5
"""Densities count up to so many times that of what is typically stained: a few nuclei must not outweigh all else."""
BORDER = 4
"""Places along the border over which the spectrum fades in: hard edges are alike in all pictures."""
DAMP = 0.1
"""Share of the mean amplitude that is added to each, so that what a field hardly has is not raised to what it has."""


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A field's pattern.

    plane     float32 (rows, columns): mean 0, spread 1, 0 where there is no picture
    picture   where there is
    whole     there is picture everywhere
    grain     places that one independent value takes: the sum of the squared autocorrelation (Bartlett 1935)
    """

    plane: Plane
    picture: Mask
    whole: bool
    grain: float


def pattern_of(signature: Signature) -> Pattern:
    """The pattern in a signature."""
    picture = signature.plane != NOTHING
    density = np.where(picture, signature.plane, 0).astype(np.float32) / STEPS_PER_DENSITY
    stained = density[density > STAINED]
    level = float(np.median(stained)) if stained.size else STAINED
    seen = picture.astype(np.float32)
    capped = np.minimum(density, np.float32(DENSEST * level))
    plane = (_blurred(capped, seen, FINE) - _blurred(capped, seen, COARSE)) * seen
    spread = float(plane[picture].std()) if picture.any() else 0.0
    plane /= np.float32(max(spread, 1e-6))
    return Pattern(plane, picture, bool(picture.all()), _grain(plane))


def spectrum(plane: Plane, shape: tuple[int, int]) -> NDArray[np.complex64]:
    """The plane's phases, on a grid of `shape` (rows, columns), which is at least its own.

    Both axes are left out: the border of the picture lies there.
    """
    padded = np.zeros(shape, np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane * _fade(plane.shape[0])[:, None] * _fade(plane.shape[1])
    found = np.fft.rfft2(padded)
    found[0], found[:, 0] = 0, 0
    amplitude = np.abs(found)
    phases: NDArray[np.complex64] = (found / (amplitude + DAMP * amplitude.mean() + 1e-6)).astype(np.complex64)
    return phases


def _blurred(density: Plane, seen: Plane, places: float) -> Plane:
    """Means over what is picture only."""
    weight = np.maximum(cv2.GaussianBlur(seen, (0, 0), places), np.float32(1e-3))
    return np.asarray(cv2.GaussianBlur(density, (0, 0), places) / weight, np.float32)


def _fade(length: int) -> NDArray[np.float32]:
    place = np.arange(length, dtype=np.float32) + np.float32(0.5)
    return np.asarray(np.minimum(1, np.minimum(place, place[::-1]) / BORDER), np.float32)


def _grain(plane: Plane) -> float:
    power = np.abs(np.fft.rfft2(plane, s=(2 * plane.shape[0], 2 * plane.shape[1]))) ** 2
    correlation = np.fft.irfft2(power)
    return max(1.0, float(np.square(correlation / max(float(correlation[0, 0]), 1e-9)).sum()))
