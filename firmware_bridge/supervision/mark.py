"""What tells a picture from the one before: two that differ in a grain of noise have different marks."""

from __future__ import annotations

import zlib
from functools import cached_property

from firmware_bridge.picture import Pixels

LEAST_STEP, ROWS = 16, 20
"""Rows looked at: sensor noise is everywhere, and each costs cold memory beside the decoder of the next picture."""


class Mark:
    """Of a picture that nobody writes to any more; the same as another one's if the CRC-32 of some rows of both is.

    Pictures of a live camera differ in the middle row already, and no other is read then. One that is of one value
    throughout, as with a covered lens, is the same as none: that tells nothing.
    """

    def __init__(self, pixels: Pixels) -> None:
        self._rows = pixels[:: max(LEAST_STEP, len(pixels) // ROWS)]
        self._middle = zlib.crc32(self._rows[len(self._rows) // 2].tobytes())

    def is_same(self, other: Mark) -> bool:
        """Whether both may be of one and the same picture."""
        return self._middle == other._middle and self._whole is not None and self._whole == other._whole

    @cached_property
    def _whole(self) -> int | None:
        rows = self._rows
        first = rows.flat[0]
        if rows[0, 0, 0] == rows[-1, -1, -1] and bool((rows == first).all()):
            return None
        return zlib.crc32(rows.tobytes())
