"""The normalised field: one scale, one white, optical density. Everything after the gate works on it.

A red cell is 7–8 µm in every field, so a field resampled to `WORKING_UM_PER_PX` shows a cell at the same size whatever
the objective and camera were; dividing by the lamp's own light removes exposure, white balance and vignetting.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from edge.errors import FieldTooLarge
from edge.optics.light import light
from edge.optics.padding import BLACK, padding
from edge.optics.planes import Field, Mask
from edge.optics.survey import THUMBNAIL_PX, shrink
from edge.types import Pixels

WORKING_UM_PER_PX = 0.2
"""Near the optical limit of oil immersion (0.25 µm), and 0.7 megapixels for a field of 190 × 150 µm."""
MOST_PX = 16_000_000
"""Largest field at the working scale: 800 × 800 µm, and about 1 GB while it is examined."""
DARKEST = 1.0 / 255
"""Least transmittance: one grey level; darker than that the camera saw nothing."""
BRIGHTEST = 1.15
"""Largest transmittance kept: glare around thick cells is brighter than the background."""
WHITE = 255.0
CUT_OUT_SHARE = 0.1
"""Share of black surround from which on a picture is a cut-out without background."""

Density = Field
"""Optical density −log10(I/I₀) per channel (Beer–Lambert), float32, shape (height, width, 3), 0 is clear."""


@dataclass(frozen=True, slots=True, eq=False)
class NormalField:
    """A field at the working scale.

    transmittance  I/I₀ per channel, float32 (height, width, 3), 1 is clear background, at most 1.15
    picture        False where the image holds no picture (letter-box, black surround), (height, width)
    size_px        width and height of the input image
    cut_out        cells were cut out of their field, the surround is black and shows no background
    """

    transmittance: Field
    picture: Mask
    size_px: tuple[int, int]
    cut_out: bool = False

    @property
    def ratio(self) -> float:
        """Working pixels per input pixel, along x; along y it differs by rounding and by a picture's squeeze."""
        return self.ratios[0]

    @property
    def ratios(self) -> tuple[float, float]:
        """Working pixels per input pixel along x and y."""
        height, width = self.picture.shape
        return width / self.size_px[0], height / self.size_px[1]


def density(transmittance: Field) -> Density:
    """−log10 of a transmittance, at least 0."""
    log = cv2.log(np.clip(transmittance, DARKEST, 1.0, dtype=np.float32))
    return np.asarray(log, np.float32) * np.float32(-1.0 / np.log(10.0))


def working_size(size_px: tuple[int, int], um_per_px: float, squeeze: float = 1.0) -> tuple[int, int]:
    """Width and height at the working scale of an image of `size_px` (width, height), even: networks halve them, and
    with an odd number the same field, mirrored, would be halved at other places.

    squeeze  see `edge.optics.squeeze`; `um_per_px` is then the mean (geometric) of the two directions

    Raises:
        FieldTooLarge: more than 16 megapixels.
    """
    stretch = float(np.sqrt(squeeze))
    sides_um = size_px[0] * um_per_px * stretch, size_px[1] * um_per_px / stretch
    width, height = (2 * max(1, round(side_um / WORKING_UM_PER_PX / 2)) for side_um in sides_um)
    if width * height > MOST_PX:
        seen = " × ".join(f"{side_um:.0f}" for side_um in sides_um)
        raise FieldTooLarge(
            f"At {um_per_px:g} µm per pixel this picture shows {seen} µm, too much to be examined at once.",
            "Check the scale; if it is right, take a smaller part or a stronger objective.",
        )
    return width, height


def resample(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """`pixels` at `size` (width, height): area-averaged when shrinking, cubic when growing."""
    how = cv2.INTER_AREA if size[0] < pixels.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)


def normalise(pixels: Pixels, um_per_px: float, squeeze: float = 1.0, lit: Mask | None = None) -> NormalField:
    """`pixels` (RGB uint8) at the working scale and in true proportions, divided by the lamp's light.

    On cut-outs (a black surround, as in sets of single cells) no background is seen and the light is taken as white.

    lit  where it is picture, (height, width), if that is known; else padding is looked for

    Raises:
        FieldTooLarge: see `working_size`.
    """
    size_px = (pixels.shape[1], pixels.shape[0])
    rgb = resample(pixels, working_size(size_px, um_per_px, squeeze))
    picture = ~padding(rgb) if lit is None else _resampled_mask(lit, rgb)
    cut_out = lit is None and _is_cut_out(rgb, picture)
    return NormalField(_divided(rgb, picture, cut_out), picture, size_px, cut_out)


def _resampled_mask(lit: Mask, rgb: Pixels) -> Mask:
    """`lit` at the size of `rgb`, without the pixels that mix in what lies beyond it."""
    mask = cv2.resize(lit.view(np.uint8), rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    mixed = 2 * int(np.ceil(max(1.0, rgb.shape[1] / lit.shape[1]))) + 1
    return cv2.erode(mask, np.ones((mixed, mixed), np.uint8)) > 0


def _divided(rgb: Pixels, picture: Mask, cut_out: bool) -> Field:
    """I/I₀; sums and quotients are taken in place, for a field's floats are the largest thing in memory."""
    transmittance = rgb.astype(np.float32)
    transmittance += 1.0
    if cut_out:
        transmittance /= WHITE + 1.0
    else:
        lamp = cv2.resize(_lamp(rgb, picture) + np.float32(1), rgb.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        transmittance /= lamp
    np.minimum(transmittance, BRIGHTEST, out=transmittance)
    transmittance[~picture] = 1.0
    return transmittance


def _lamp(rgb: Pixels, picture: Mask) -> Field:
    """Background light on a small copy, float32 (h, w, 3)."""
    small = shrink(rgb, THUMBNAIL_PX**2)
    seen = cv2.resize(picture.view(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST) > 0
    return light(small, seen).surface


def _is_cut_out(rgb: Pixels, picture: Mask) -> bool:
    """A tenth of the frame and more is no picture, and the corner is black."""
    return bool(1.0 - picture.mean() > CUT_OUT_SHARE and rgb[0, 0].max() <= BLACK)
