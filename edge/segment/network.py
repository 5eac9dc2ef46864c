"""The bundle's cells network: one pass over the normalised field, in bands that bound the memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.bundle.tensors import IMAGE, LOGITS
from edge.optics.normal import NormalField
from edge.runtime.session import Session
from edge.segment.likelihood import Likelihood

Planes = NDArray[np.float32]

BAND_PX = 256
"""Rows per pass: 16-bit float activations of a whole field would take 150 MB, those of a band take 40."""
HALO_PX = 48
"""Rows of context above and below a band, more than the network's field of view has influence over."""


@dataclass(frozen=True, eq=False)
class NetworkFinder:
    """Runs a session whose input `image` is (1, 3, h, w) transmittance, h and w multiples of `multiple_px`, and whose
    output `logits` is (1, 3, h, w): cell, nucleus, seam."""

    session: Session
    multiple_px: int = 16

    def likelihood(self, field: NormalField) -> Likelihood:
        """The network's answer for the whole field."""
        image = self._padded(np.ascontiguousarray(field.transmittance.transpose(2, 0, 1)))
        height, width = field.transmittance.shape[:2]
        bands = [self._band(image, top) for top in range(0, image.shape[1], BAND_PX)]
        logits = np.concatenate(bands, axis=1)[:, :height, :width]
        return Likelihood(*(1.0 / (1.0 + np.exp(-logits))))

    def _padded(self, image: Planes) -> Planes:
        """Mirrored at the bottom and right up to the next multiple; clear where there is too little to mirror."""
        grow = [-side % self.multiple_px for side in image.shape[1:]]
        mode = "reflect" if all(g < side for g, side in zip(grow, image.shape[1:], strict=True)) else "edge"
        padded: Planes = np.pad(image, ((0, 0), (0, grow[0]), (0, grow[1])), mode=mode)  # type: ignore[call-overload]
        return padded

    def _band(self, image: Planes, top: int) -> Planes:
        """Logits of rows top…top + BAND_PX, seen with their halo."""
        above, below = max(0, top - HALO_PX), min(image.shape[1], top + BAND_PX + HALO_PX)
        seen = self.session.run({IMAGE: np.ascontiguousarray(image[None, :, above:below])})[LOGITS][0]
        return seen[:, top - above : top - above + min(BAND_PX, image.shape[1] - top)]
