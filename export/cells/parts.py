"""What nucleus, cytoplasm and rim of a cell do by themselves, whatever the stain of the slide.

Sets of images show few of the cells that mislead: eosinophils whose granules are as dense as their nuclei, pale
nuclei, rims darkened by a lens or by sharpening. A network that has seen such made from others tells parts by more than
density.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.planes import Field, Mask, Plane
from export.cells.tile import BACKGROUND, CYTOPLASM, NUCLEUS, Plane8
from export.cells.tint import blend


@dataclass(frozen=True, slots=True)
class PartsOptions:
    """Chances and sizes; sizes are spreads of logarithms unless said otherwise.

    fade, fade_mean, fade_strength, fade_hue   cytoplasm paler or denser than it was, in a hue of its own
    granules         chance that cytoplasm is filled with granules about as dense as the nucleus
    granule_red, granule_green, granule_blue   least and most density of granules, in those of the nucleus
    grain, grain_px  how much single granules differ, and how large they are
    thin, thin_mean, thin_strength   nucleus paler or denser than it was
    rim, rim_most, rim_px   a darker rim: chance, most density added (share), width
    """

    fade: float = 0.5
    fade_mean: float = -0.2
    fade_strength: float = 0.5
    fade_hue: float = 0.2
    granules: float = 0.25
    granule_red: tuple[float, float] = (0.4, 0.85)
    granule_green: tuple[float, float] = (0.45, 1.1)
    granule_blue: tuple[float, float] = (0.9, 1.3)
    grain: float = 0.15
    grain_px: float = 1.0
    thin: float = 0.35
    thin_mean: float = -0.15
    thin_strength: float = 0.25
    rim: float = 0.25
    rim_most: float = 0.8
    rim_px: float = 1.0


def varied(random: Generator, density: Field, labels: Plane8, options: PartsOptions) -> Field:
    """The cells of a layer with parts that are not as they were photographed; density (height, width, 3)."""
    if random.random() < options.thin:
        density = _thinned(random, density, labels, options)
    if random.random() < options.granules:
        density = _granulated(random, density, labels, options)
    elif random.random() < options.fade:
        density = _faded(random, density, labels, options)
    return _rimmed(random, density, labels, options) if random.random() < options.rim else density


def _thinned(random: Generator, density: Field, labels: Plane8, options: PartsOptions) -> Field:
    gain = np.float32(np.exp(random.normal(options.thin_mean, options.thin_strength)))
    return blend(density, density * gain, labels == NUCLEUS, 0.8, 0.9)


def _faded(random: Generator, density: Field, labels: Plane8, options: PartsOptions) -> Field:
    hue = random.normal(0.0, options.fade_hue, 3)
    gain = np.exp(random.normal(options.fade_mean, options.fade_strength) + hue).astype(np.float32)
    return blend(density, density * gain, labels == CYTOPLASM, 0.8, 0.9)


def _granulated(random: Generator, density: Field, labels: Plane8, options: PartsOptions) -> Field:
    nucleus, cytoplasm = _mean(density, labels == NUCLEUS), _mean(density, labels == CYTOPLASM)
    if nucleus is None or cytoplasm is None:
        return density
    shares = [random.uniform(*each) for each in (options.granule_red, options.granule_green, options.granule_blue)]
    gain = np.clip(nucleus * np.asarray(shares) / np.maximum(cytoplasm, 1e-3), 0.5, 4.0).astype(np.float32)
    grains = _grains(random, labels.shape, options)[..., None]
    return blend(density, density * gain * grains, labels == CYTOPLASM, 0.8)


def _rimmed(random: Generator, density: Field, labels: Plane8, options: PartsOptions) -> Field:
    gain = np.float32(1 + random.uniform(0.0, options.rim_most))
    return blend(density, density * gain, _rim(labels > BACKGROUND), options.rim_px)


def _rim(cell: Mask) -> Mask:
    inner = cv2.erode(cell.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return np.asarray(cell & (inner == 0), np.bool_)


def _grains(random: Generator, shape: tuple[int, ...], options: PartsOptions) -> Plane:
    noise = cv2.GaussianBlur(random.normal(0.0, 1.0, shape), (0, 0), options.grain_px)
    return np.asarray(np.exp(noise * (options.grain / max(float(noise.std()), 1e-6))), np.float32)


def _mean(density: Field, where: Mask) -> NDArray[np.float64] | None:
    return density[where].mean(axis=0, dtype=np.float64) if where.any() else None
