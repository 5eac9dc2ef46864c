"""The pictures of a field as files: the frame as JPEG, the two label images as 16-bit PNG, named by their digests.

JPEG at quality 95 without chroma subsampling: a field takes a fifth of its PNG, and a kit's disk holds a year of cases.
The label images are exact, for every figure in the record can be checked against them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import cv2
from numpy.typing import NDArray

from edge.types import Examination, Frame, Labels, Pixels

JPEG_SETTINGS = (
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)


@dataclass(frozen=True, slots=True)
class PictureNames:
    """Names of one field's files inside the pictures folder."""

    image: str
    cell_labels: str
    nucleus_labels: str


def encode(frame: Frame, examination: Examination) -> tuple[PictureNames, dict[str, bytes]]:
    """The three files of a field and their names."""
    image = f"{frame.digest}.jpg"
    cells, nuclei = _png(examination.cell_labels), _png(examination.nucleus_labels)
    names = PictureNames(image, _name(cells), _name(nuclei))
    return names, {image: _jpeg(frame.pixels), names.cell_labels: cells, names.nucleus_labels: nuclei}


def _name(png: bytes) -> str:
    return f"{hashlib.sha256(png).hexdigest()}.png"


def _jpeg(pixels: Pixels) -> bytes:
    return _encoded(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), JPEG_SETTINGS)


def _png(labels: Labels) -> bytes:
    return _encoded(".png", labels, (cv2.IMWRITE_PNG_COMPRESSION, 3))


def _encoded(suffix: str, image: NDArray[Any], settings: tuple[int, ...]) -> bytes:
    _, encoded = cv2.imencode(suffix, image, settings)
    return encoded.tobytes()
