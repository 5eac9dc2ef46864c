"""Fields of bone-marrow aspirates with masks of their plasma cells (SegPC-2021, re-published). To measure on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from export.sources.example import Example, Masks
from export.sources.files import pictures, required
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

INSIDE_ABOVE = 127
"""The masks are JPEG files: their outlines ring."""


@dataclass(frozen=True, slots=True)
class MarrowPlasma:
    """Two magnifications, 0.17 and 0.30 µm per pixel, are mixed without a word: the scale is between them.

    Cells that are no plasma cells are not drawn, and those that touch are one piece.
    """

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "SegPC-2021 (re-published)",
        "CC BY-NC-SA 4.0",
        False,
        "Measured on plasma cells of SegPC-2021 as re-published, CC BY-NC-SA 4.0.",
    )
    um_per_px: ClassVar[float] = 0.22
    relative_sd: ClassVar[float] = 0.30

    def images(self) -> Iterator[Example]:
        """Each with the mask of all its plasma cells, letter-boxed as published; every image is a group."""
        for path in pictures(self.folder, "images/*.jpg"):
            drawn = read_image(required(self.folder / "masks" / path.name))
            yield Example(
                path.name,
                read_image(path),
                self.um_per_px,
                group=f"marrow_plasma/{path.name}",
                masks=Masks(drawn[..., 0] > INSIDE_ABOVE),
            )
