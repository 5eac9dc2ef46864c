"""Outlines and textures of living things: nothing straight, nothing twice.

An outline is a plane of signed distances in µm, positive inside; a texture is a plane of mean 0 and spread 1.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.random import Generator

from firmware_bridge.sim.canvas import Patch, Plane


def smooth_noise(rng: Generator, shape: tuple[int, int], scale_px: float) -> Plane:
    """Gaussian noise with features of about `scale_px`; mean 0, spread 1."""
    step = max(1, int(scale_px / 2.5))  # large features need no fine grid
    coarse = (-(-shape[0] // step) + 4, -(-shape[1] // step) + 4)
    noise: Plane = rng.standard_normal(coarse, dtype=np.float32)
    sigma = scale_px / step
    if sigma > 0.3:
        gain = np.float32(2.0 * np.sqrt(np.pi) * sigma)  # what the blur takes from the spread
        noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigma) * gain, np.float32)
    if step > 1:
        size = (coarse[1] * step, coarse[0] * step)
        noise = np.asarray(cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return np.ascontiguousarray(noise[2 * step : 2 * step + shape[0], 2 * step : 2 * step + shape[1]])


def texture(rng: Generator, patch: Patch, scale_um: float) -> Plane:
    """Smooth noise over a patch, its scale in µm."""
    return smooth_noise(rng, patch.shape, scale_um / patch.um_per_px)


def warped(rng: Generator, patch: Patch, amount_um: float, scale_um: float = 2.5) -> Patch:
    """The same window with its coordinates bent, so that every shape drawn in it is irregular."""
    x = patch.x_um + np.float32(amount_um) * texture(rng, patch, scale_um)
    y = patch.y_um + np.float32(amount_um) * texture(rng, patch, scale_um)
    return replace(patch, x_um=x, y_um=y)


def blob(rng: Generator, patch: Patch, radius_um: float, ellipticity: float = 0.05, wobble: float = 0.02) -> Plane:
    """A closed outline whose radius is a short Fourier series (harmonics 2 to 6)."""
    angle, distance = np.arctan2(patch.y_um, patch.x_um), _length(patch.x_um, patch.y_um)
    radius = np.ones_like(angle)
    for harmonic in range(2, 7):
        size = (ellipticity if harmonic == 2 else wobble / (harmonic - 2)) * rng.uniform(0.3, 1.0)
        radius += np.float32(size) * np.cos(harmonic * angle + np.float32(rng.uniform(0, 2 * np.pi)))
    return np.asarray(radius * np.float32(radius_um) - distance, np.float32)


def sausage(patch: Patch, points_um: Plane, radii_um: Plane) -> Plane:
    """Discs along a path, melted together. `points_um` (n, 2), `radii_um` (n,)."""
    inside = np.full(patch.shape, -np.inf, np.float32)
    for (x, y), radius in zip(points_um, radii_um, strict=True):
        np.maximum(inside, radius - _length(patch.x_um - x, patch.y_um - y), out=inside)
    return inside


def disc(patch: Patch, centre_um: tuple[float, float], radius_um: float) -> Plane:
    """A circle anywhere in the patch."""
    return np.asarray(radius_um - _length(patch.x_um - centre_um[0], patch.y_um - centre_um[1]), np.float32)


def soft(outline: Plane, edge_um: float) -> Plane:
    """Coverage 0–1 of an outline with an edge of this width."""
    t = np.clip(outline / np.float32(edge_um) + np.float32(0.5), 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float32)


def ridge(outline: Plane, width_um: float) -> Plane:
    """1 on the outline itself, falling off to both sides: a membrane."""
    return np.asarray(np.exp(-np.square(outline / np.float32(width_um))), np.float32)


def grains(rng: Generator, patch: Patch, spacing_um: float, radius_um: float) -> Plane:
    """Packed round granules, 0–1: distance to the nearest of many seeds, which stand on a jittered lattice."""
    seeds = np.ones(patch.shape, np.uint8)
    step = max(2.0, spacing_um / patch.um_per_px)
    rows, columns = np.meshgrid(np.arange(0, patch.shape[0], step), np.arange(0, patch.shape[1], step), indexing="ij")
    jitter = rng.uniform(-0.5 * step, 0.5 * step, (2, *rows.shape))
    at = np.rint(np.stack([rows, columns]) + jitter).astype(int)
    inside = (at[0] >= 0) & (at[0] < patch.shape[0]) & (at[1] >= 0) & (at[1] < patch.shape[1])
    seeds[at[0][inside], at[1][inside]] = 0
    distance_um = cv2.distanceTransform(seeds, cv2.DIST_L2, 5) * patch.um_per_px
    return soft(np.asarray(radius_um - distance_um, np.float32), max(radius_um, patch.um_per_px))


def _length(x_um: Plane, y_um: Plane) -> Plane:
    """Of these vectors; `np.hypot`, which cannot overflow, takes five times as long."""
    return np.sqrt(x_um * x_um + y_um * y_um)
