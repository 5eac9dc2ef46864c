"""From dyes to a picture: lamp, absorption, focus, sensor.

Light passing dyes c₁…c₃ is I = I₀·10^(−Σ cᵢ·eᵢ) per colour (Beer–Lambert); focus blurs light, not density.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.canvas import Plane

EXTINCTION = np.array(
    [
        [0.82, 0.54, 0.10],  # azure B: takes red, leaves blue
        [0.09, 0.78, 0.26],  # eosin Y: takes green, leaves pink
        [0.13, 0.27, 0.28],  # haemoglobin with its eosin: the tan of red cells
    ],
    np.float32,
)
"""Optical density per unit of dye in red, green and blue light of a broad-band camera. Chosen by eye against Giemsa
smears so that azure and eosin together give the purple of chromatin.
"""

LAMP = np.array([0.86, 0.83, 0.79], np.float32)
"""Light of an empty field at exposure 1, as a share of the sensor's full scale."""

GAMMA = 2.2
_FULL_SCALE = 0xFFFF
_TONE_CURVE = np.rint(255.0 * (np.arange(_FULL_SCALE + 1) / _FULL_SCALE) ** (1.0 / GAMMA)).astype(np.uint8)
NOISE_LEVELS = 1.3
"""Spread in grey levels: shot noise is nearly constant after the root that a camera's tone curve takes."""

NUMERICAL_APERTURE, IMMERSION_INDEX, WAVELENGTH_UM = 1.25, 1.515, 0.55
_WIDE_BLUR_PX = 5.0


def light(dyes: Plane, seed: int) -> Plane:
    """Light behind the smear, (height, width, 3), 1 where nothing is; stained as strongly as this seed's slide is."""
    strength = stain_strength(seed)
    density = cv2.transform(np.ascontiguousarray(dyes.transpose(1, 2, 0)), (EXTINCTION * strength[:, None]).T)
    return np.asarray(cv2.exp(density * np.float32(-np.log(10.0))), np.float32)


def stain_strength(seed: int) -> NDArray[np.float32]:
    """How strongly this seed's slide is stained: one factor for each dye."""
    return np.random.default_rng([seed, 1]).uniform([0.88, 0.88, 0.92], [1.10, 1.12, 1.10]).astype(np.float32)


def blur_px(defocus_um: float, um_per_px: float) -> float:
    """Spread of the image of a point: diffraction (0.21·λ/NA) and half the cone of light at this distance."""
    diffraction_um = 0.21 * WAVELENGTH_UM / NUMERICAL_APERTURE
    slope = np.tan(np.arcsin(NUMERICAL_APERTURE / IMMERSION_INDEX))
    return float(np.hypot(diffraction_um, 0.5 * slope * defocus_um)) / um_per_px


def developed(transmitted: Plane, illumination: Plane, sigma_px: float) -> Pixels:
    """The picture without noise: light that passed, lamp, and `blur_px`, through the sensor and its tone curve."""
    seen = _blurred(transmitted, sigma_px)
    linear = cv2.multiply(seen, illumination, scale=float(_FULL_SCALE), dtype=cv2.CV_16U)
    return np.asarray(_TONE_CURVE[linear], np.uint8)


def illumination(options: SimOptions, height_px: int, width_px: int) -> Plane:
    """The lamp with its vignette, a little off centre: (height, width, 3) as a share of the sensor's full scale."""
    off_x, off_y = np.random.default_rng([options.seed, 2]).uniform(-0.12, 0.12, 2)
    x = np.linspace(-1, 1, width_px, dtype=np.float32) - np.float32(off_x)
    y = np.linspace(-1, 1, height_px, dtype=np.float32) - np.float32(off_y)
    fall = 1.0 - 0.11 * (np.square(x)[None, :] + np.square(y)[:, None])
    return np.asarray(fall[..., None] * LAMP * np.float32(options.exposure), np.float32)


def noise_tile(rng: Generator, height_px: int, width_px: int) -> NDArray[np.int8]:
    """Sensor noise to lay over pictures, (height, width, 3), slightly smeared as by the colour filter's decoding."""
    noise = rng.standard_normal((height_px, width_px, 3), dtype=np.float32)
    smeared = cv2.GaussianBlur(noise, (3, 3), 0.5) * 1.6
    return np.asarray(np.clip(np.rint(smeared * NOISE_LEVELS), -100, 100), np.int8)


def with_noise(picture: Pixels, noise: NDArray[np.int8]) -> Pixels:
    """Both together, saturating like a sensor."""
    return np.asarray(cv2.add(picture, noise, dtype=cv2.CV_8U), np.uint8)


def _blurred(transmitted: Plane, sigma_px: float) -> Plane:
    if sigma_px < 0.3:
        return transmitted
    if sigma_px <= _WIDE_BLUR_PX:
        return np.asarray(cv2.GaussianBlur(transmitted, (0, 0), sigma_px), np.float32)
    step = sigma_px / _WIDE_BLUR_PX  # far out of focus nothing fine is left, so a small picture is blurred
    height, width = transmitted.shape[:2]
    size = (max(1, round(width / step)), max(1, round(height / step)))
    small = cv2.resize(transmitted, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), _WIDE_BLUR_PX), (width, height)), np.float32)
