"""What is kept of a field to know it again: its optical density on a coarse grid, one byte a place.

Density and not brightness, so that lamp, exposure and vignetting do not matter. The grid is in the camera's own pixels,
not in micrometres: the scale of a field may be read 2 % off, which would blur its far corner.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import RecordFault
from edge.optics.channels import mean_channel
from edge.optics.planes import Mask
from edge.optics.survey import survey
from edge.types import Pixels

GRID = 256
"""Places along the longer side of a frame: 0.7 µm each across 180 µm."""
STEPS_PER_DENSITY = 200.0
NOTHING = 255
"""Where there is no picture."""
_HEAD = struct.Struct("<4sHHfff")
_MAGIC = b"MKs1"


@dataclass(frozen=True, slots=True, eq=False)
class Signature:
    """A field, coarsely.

    plane    uint8 (rows, columns): optical density in steps of 1/200, at most 254; 255 is no picture
    pitch_px        pixels of the frame per place
    left_px, top_px where in the frame the plane begins
    """

    plane: NDArray[np.uint8]
    pitch_px: float
    left_px: float = 0.0
    top_px: float = 0.0

    def to_bytes(self) -> bytes:
        """For keeping: about 30 kB."""
        rows, columns = self.plane.shape
        head = _HEAD.pack(_MAGIC, rows, columns, self.pitch_px, self.left_px, self.top_px)
        return head + zlib.compress(self.plane.tobytes(), 6)

    @classmethod
    def from_bytes(cls, content: bytes) -> Signature:
        """What `to_bytes` gave.

        Raises:
            RecordFault: it is something else, or damaged.
        """
        try:
            magic, rows, columns, *places = _HEAD.unpack_from(content)
            # never more than the head announces, whatever the rest unpacks to
            flat = zlib.decompressobj().decompress(content[_HEAD.size :], rows * columns + 1)
            plane = np.frombuffer(flat, np.uint8).reshape(rows, columns)
        except (struct.error, zlib.error, ValueError) as error:
            raise _unreadable(str(error)) from error
        if magic != _MAGIC or not all(map(math.isfinite, places)) or places[0] <= 0:
            raise _unreadable("it begins otherwise")
        return cls(plane, *places)


def _unreadable(why: str) -> RecordFault:
    what = f"What was kept of a field to know it again cannot be read ({why})."
    return RecordFault(what, "Make it anew from the field's picture.")


def signature_of(pixels: Pixels, lit: Mask | None = None, pitch_px: float | None = None) -> Signature:
    """The signature of a frame (RGB uint8).

    Args:
        lit: where it is picture, if that is known.
        pitch_px: pixels per place; by default 1/256 of the longer side.
    """
    height, width = pixels.shape[:2]
    pitch = pitch_px or max(height, width) / GRID
    rows, columns = max(8, round(height / pitch)), max(8, round(width / pitch))
    small = np.asarray(cv2.resize(pixels, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)
    field = survey(small, float(rows * columns))
    plane = np.minimum(mean_channel(field.density) * STEPS_PER_DENSITY, NOTHING - 1).astype(np.uint8)
    plane[~_picture(field.picture, lit)] = NOTHING
    return Signature(plane, pitch)


def _picture(found: Mask, lit: Mask | None) -> Mask:
    if lit is None:
        return found
    shrunk = cv2.resize(lit.view(np.uint8), found.shape[::-1], interpolation=cv2.INTER_AREA)
    return found & (cv2.erode(shrunk, np.ones((3, 3), np.uint8)) > 0)
