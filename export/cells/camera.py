"""From optical density to what some camera makes of it: lamp, response, resolution, sharpening, noise, JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from edge.optics.planes import Field
from edge.types import Pixels
from export.cells.tint import DENSEST

Chance = float
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CameraOptions:
    """Chances and ranges of what cameras do.

    lamp, lamp_hue, yellow, yellowest   level of the clear background, its channels' spread, chance and depth of a
                                        lamp that lacks blue
    slope        spread of the lamp's unevenness across the field
    mix, mix_strength, mix_gain   chance of a sensor that mixes channels in density, and how much
    gamma, gammas                 chance of another tone curve, and its exponents
    coarse, coarsest              chance of a coarser sensor, and its pixels in ours
    soft, blurs_px                chance of a blur (where it is not coarse), and its spread
    sharp, sharpenings            chance of unsharp masking over 1.2 px, and its strength
    noise        largest spread of the noise, of 255
    jpeg, qualities               chance of JPEG, and its quality
    """

    lamp: Span = (150.0, 255.0)
    lamp_hue: float = 0.08
    yellow: Chance = 0.15
    yellowest: Span = (0.45, 0.9)
    slope: float = 0.05
    mix: Chance = 0.5
    mix_strength: float = 0.12
    mix_gain: float = 0.3
    gamma: Chance = 0.3
    gammas: Span = (0.75, 1.3)
    coarse: Chance = 0.35
    coarsest: Span = (1.2, 2.6)
    soft: Chance = 0.35
    blurs_px: Span = (0.3, 1.4)
    sharp: Chance = 0.25
    sharpenings: Span = (0.3, 1.2)
    noise: float = 5.0
    jpeg: Chance = 0.4
    qualities: Span = (50.0, 95.0)


def photographed(random: Generator, density: Field, options: CameraOptions) -> Pixels:
    """A picture of these densities, RGB uint8."""
    passed = np.exp(_sensed(random, density, options) * np.float32(-np.log(10.0)))
    if random.random() < options.gamma:
        passed = np.maximum(passed, 1e-3) ** random.uniform(*options.gammas)
    picture = np.clip(passed * _lamp(random, density.shape, options), 0, 255).astype(np.float32)
    picture = _sharpened(random, _resolved(random, picture, options), options)
    grain = random.normal(0.0, random.uniform(0.0, options.noise), picture.shape)
    return _stored(random, np.clip(picture + grain, 0, 255).astype(np.uint8), options)


def _sensed(random: Generator, density: Field, options: CameraOptions) -> Field:
    if random.random() >= options.mix:
        return density
    matrix = np.eye(3) + random.normal(0.0, options.mix_strength, (3, 3))
    gain = np.exp(random.normal(0.0, options.mix_gain, 3))
    mixed = np.clip(cv2.transform(density, matrix.astype(np.float32)), 0.0, DENSEST)
    return np.asarray(mixed * gain, np.float32)


def _lamp(random: Generator, shape: tuple[int, ...], options: CameraOptions) -> NDArray[np.float64]:
    """Light of the clear background at each pixel, (height, width, 3)."""
    level = random.uniform(*options.lamp) * np.clip(1 + random.normal(0.0, options.lamp_hue, 3), 0.6, 1.15)
    if random.random() < options.yellow:
        level = level * np.array([1.0, 0.97, random.uniform(*options.yellowest)])
    across, down = random.normal(0.0, options.slope, 2)
    y, x = np.ogrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    return np.asarray((1 + across * x + down * y)[..., None] * np.minimum(level, 255.0), np.float64)


def _resolved(random: Generator, picture: Field, options: CameraOptions) -> Field:
    """Through a coarser sensor, or a softer lens, or neither."""
    chance = random.random()
    if chance < options.coarse:
        return _coarse(random, picture, options)
    if chance < options.coarse + options.soft:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(*options.blurs_px)), np.float32)
    return picture


def _coarse(random: Generator, picture: Field, options: CameraOptions) -> Field:
    height, width = picture.shape[:2]
    factor = random.uniform(*options.coarsest)
    size = max(1, int(width / factor)), max(1, int(height / factor))
    how = cv2.INTER_LINEAR if random.random() < 0.5 else cv2.INTER_CUBIC
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=how), np.float32)


def _sharpened(random: Generator, picture: Field, options: CameraOptions) -> Field:
    if random.random() >= options.sharp:
        return picture
    fine = picture - cv2.GaussianBlur(picture, (0, 0), 1.2)
    return np.asarray(picture + fine * random.uniform(*options.sharpenings), np.float32)


def _stored(random: Generator, picture: Pixels, options: CameraOptions) -> Pixels:
    if random.random() >= options.jpeg:
        return picture
    quality = int(random.uniform(*options.qualities))
    _, content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)
