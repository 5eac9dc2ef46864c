"""Pictures with more than eight bits per sample, which Pillow would cut: grey and RGB, with or without alpha."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware_bridge.errors import BadPicture
from firmware_bridge.picture import Pixels

DEPTHS = (10, 12, 14, 16)
"""What cameras deliver inside 16-bit samples."""

_GREY_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")
_TIFF_BITS, _TIFF_PHOTOMETRIC, _WHITE_IS_ZERO = 258, 262, 0
_PNG_DEPTH_AT = 24
_COLOUR_16 = cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH | cv2.IMREAD_IGNORE_ORIENTATION
_SAVE_AS = "Save it with 8 or 16 bits per sample."


def bits_per_sample(image: Image.Image, data: bytes) -> int:
    """What the header of this file says; `data` is the whole file."""
    if image.format == "PNG":
        return data[_PNG_DEPTH_AT]
    tags = getattr(image, "tag_v2", None)
    return int(max(tags.get(_TIFF_BITS, (8,)))) if tags is not None else 8


def deep_pixels(image: Image.Image, data: bytes, name: str) -> Pixels:
    """Scale by the depth in use: the smallest of `DEPTHS` that holds the brightest sample.

    Microscope cameras put 10, 12 or 14 bits into 16-bit samples and hardly ever say so; divided by 65535 their
    pictures would be black.

    Args:
        image: as opened and loaded by Pillow, so known to be whole.
        data: the file.
        name: what messages call it.

    Returns:
        RGB uint8, (height, width, 3), turned as Pillow's own pixels are.

    Raises:
        BadPicture: the samples are wider than 16 bits, or laid out in a way that nobody here reads.
    """
    if bits_per_sample(image, data) > 16:
        raise BadPicture(f"{name} has samples of more than 16 bits.", _SAVE_AS)
    samples = np.asarray(image) if image.mode in _GREY_MODES else _colour_samples(image, data, name)
    scaled = _scaled(samples)
    return _on_white(255.0 - scaled if _white_is_zero(image) else scaled)


def _white_is_zero(image: Image.Image) -> bool:
    tags = getattr(image, "tag_v2", None)
    return tags is not None and tags.get(_TIFF_PHOTOMETRIC) == _WHITE_IS_ZERO


def _colour_samples(image: Image.Image, data: bytes, name: str) -> NDArray[Any]:
    """(height, width, 3 or 4) uint16, RGB(A)."""
    flags = cv2.IMREAD_UNCHANGED if image.has_transparency_data else _COLOUR_16
    samples = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if samples is None or samples.dtype != np.uint16 or samples.ndim != 3:
        raise BadPicture(f"{name} lays its samples out in a way that is not read here.", _SAVE_AS)
    return samples[..., [2, 1, 0, 3][: samples.shape[2]]]


def _scaled(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Colour (and grey) from its own depth to 0–255; alpha always fills its 16 bits."""
    if samples.ndim == 2:
        return samples.astype(np.float32) * (255.0 / _full_scale(samples))
    full = np.full(samples.shape[2], _full_scale(samples[..., :3]), np.float32)
    full[3:] = 0xFFFF
    return samples.astype(np.float32) * (255.0 / full)


def _full_scale(samples: NDArray[Any]) -> int:
    brightest = int(samples.max(initial=0))
    return next((1 << bits) - 1 for bits in DEPTHS if brightest < 1 << bits)


def _on_white(scaled: NDArray[np.float32]) -> Pixels:
    if scaled.ndim == 2:
        scaled = np.repeat(scaled[..., np.newaxis], 3, axis=2)
    alpha = scaled[..., 3:] / 255.0 if scaled.shape[2] == 4 else np.float32(1.0)
    return np.rint(scaled[..., :3] * alpha + 255.0 * (1.0 - alpha)).astype(np.uint8)
