"""The outline of a nucleus inside a known cell: Otsu's threshold on the channel in which it stands out most."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.optics.normal import density
from edge.optics.otsu import threshold
from edge.optics.planes import Field, Mask, Plane
from edge.optics.saturation import stain_channel
from export.cells.regions import opened, shrunk, smoothed, without_bits, without_holes

RED_DENSITY_BLUR_PX = {"eosinophil": 1.0, "basophil": 3.0}
"""Granules as saturated as chromatin mislead the stain channel: in these cells only the density in red light tells the
nucleus apart, smoothed over a basophil's granules. Class to the blur's spread."""


@dataclass(frozen=True, slots=True)
class NucleusOptions:
    """How a nucleus is cleaned.

    smooth_px, open_px  spread of the blur that smooths the outline, and width of the opening
    hole_px             smaller holes are filled
    bit_px, bit_share   smaller bits, absolute and against the largest, are dropped
    split               a nucleus of less than this share of the first guess is its chromatin: the guess stands
    least_px            pixels of cell needed for a threshold
    """

    smooth_px: float = 2.0
    open_px: int = 5
    hole_px: int = 400
    bit_px: int = 60
    bit_share: float = 0.06
    split: float = 0.7
    least_px: int = 50


def nucleus_channel(passed: Field, label: str | None) -> Plane:
    """The channel in which the nucleus of such a cell stands out, from its transmittance."""
    if label in RED_DENSITY_BLUR_PX:
        return red_density(passed, RED_DENSITY_BLUR_PX[label])
    return stain_channel(passed)


def red_density(passed: Field, blur_px: float) -> Plane:
    """Density in red light, smoothed."""
    return np.asarray(cv2.GaussianBlur(np.ascontiguousarray(density(passed)[..., 0]), (0, 0), blur_px), np.float32)


def outline_nucleus(channel: Plane, cell: Mask, guess: Mask, options: NucleusOptions) -> Mask:
    """The nucleus within `cell`; `guess` where there is too little cell, or where it is chromatin that was parted."""
    inner = shrunk(cell, 3)
    if np.count_nonzero(inner) < options.least_px:
        return guess & cell
    nucleus = cleaned((channel > threshold(channel[inner])) & cell, options) & cell
    parted = np.count_nonzero(nucleus) < options.split * np.count_nonzero(guess & cell)
    return guess & cell if parted else nucleus


def cleaned(mask: Mask, options: NucleusOptions) -> Mask:
    """Smooth, without small holes and bits."""
    smooth = opened(smoothed(mask, options.smooth_px), options.open_px)
    return without_bits(without_holes(smooth, options.hole_px), options.bit_px, options.bit_share)
