"""What a method of finding cells answers, and the methods there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from edge.optics.normal import NormalField
from edge.optics.planes import Plane


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """Per pixel of a normalised field, 0–1: in a nucleated cell, in a nucleus, on the seam of touching cells."""

    cell: Plane
    nucleus: Plane
    seam: Plane


class Finder(Protocol):
    """A method of finding nucleated cells."""

    def likelihood(self, field: NormalField) -> Likelihood:
        """How much cell, nucleus and seam each pixel of the field is."""


CLASSICAL: Mapping[str, str] = {
    "density": "edge.segment.density:DensityFinder",
    "sobel": "edge.segment.sobel:SobelFinder",
}
"""The methods that need no network: name to `module:Class`. The third, `network`, is handed its session."""
