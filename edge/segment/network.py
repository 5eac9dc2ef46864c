"""The bundle's cells network: one pass over the normalised field, in bands that bound the memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.bundle.tensors import IMAGE, LOGITS, sigmoid
from edge.optics.normal import NormalField
from edge.optics.planes import Field
from edge.runtime.session import Session
from edge.segment.likelihood import Likelihood

PASS_PX = 480
"""Most rows per pass: 16-bit float activations of a whole field would take 150 MB, those of so many take 40."""
HALO_PX = 48
"""Rows of context above and below a band, more than the network's field of view has influence over."""


@dataclass(frozen=True, eq=False)
class NetworkFinder:
    """Runs a session whose input `image` is (1, 3, h, w) transmittance, h and w multiples of `multiple_px`, and whose
    output `logits` is (1, 3, h, w): cell, nucleus, seam."""

    session: Session
    multiple_px: int = 16

    def likelihood(self, field: NormalField) -> Likelihood:
        """The network's answer for the whole field.

        Raises:
            EngineFault: the network fails.
        """
        height, width = field.picture.shape
        image = self._padded(field.transmittance)
        rows = self._rows(image.shape[1])
        bands = [self._band(image, top, top + rows) for top in range(0, image.shape[1], rows)]
        top, left = self._before(height), self._before(width)
        cell, nucleus, seam = sigmoid(np.concatenate(bands, axis=1)[:, top : top + height, left : left + width])
        return Likelihood(cell, nucleus, seam)

    def _whole(self, length_px: int) -> int:
        """The next multiple that the network takes: bands begin on its grid, so that they see what one pass sees."""
        return length_px + -length_px % self.multiple_px

    def _before(self, length_px: int) -> int:
        """What is added above or left of a field up to the next multiple: half, so that a turned field is turned."""
        return (self._whole(length_px) - length_px) // 2

    def _padded(self, transmittance: Field) -> Field:
        """Channels first, (3, h, w), mirrored at its borders up to the next multiple."""
        grow = [(self._before(side), self._whole(side) - side - self._before(side)) for side in transmittance.shape[:2]]
        return np.pad(transmittance.transpose(2, 0, 1), ((0, 0), *grow), mode="reflect")

    def _rows(self, height_px: int) -> int:
        """Rows of a band without its halo: as few equal bands as a pass allows, for each halo is looked at twice."""
        for count in range(1, height_px // self.multiple_px + 1):
            rows = self._whole(-(-height_px // count))
            if rows + min(count - 1, 2) * self._whole(HALO_PX) <= PASS_PX:
                return rows
        return self.multiple_px

    def _band(self, image: Field, top: int, end: int) -> Field:
        """Logits (3, rows, w) of a band from row `top` up to `end`, seen with its halo."""
        halo, bottom = self._whole(HALO_PX), min(image.shape[1], end)
        above, below = max(0, top - halo), min(image.shape[1], bottom + halo)
        seen = self.session.run({IMAGE: np.ascontiguousarray(image[None, :, above:below])})[LOGITS][0]
        return np.asarray(seen[:, top - above : bottom - above], np.float32)
