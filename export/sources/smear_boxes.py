"""Small fields of blood smears with boxes around red and white cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from edge.types import Pixels
from export.sources.example import Box, Example
from export.sources.files import pictures, rows
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {"rbc": "red cell", "wbc": "white cell"}
CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class SmearBoxes:
    """The table also lists images that are not part of the set; they are left away."""

    folder: Path
    terms: ClassVar[Terms] = Terms("smear_boxes", "MIT", True, "Smear fields with boxes (`smear_boxes`), MIT licence.")
    um_per_px: ClassVar[float] = 0.1415
    relative_sd: ClassVar[float] = 0.05

    def images(self) -> Iterator[Example]:
        """Each with its boxes; every image is a group."""
        boxed: dict[str, list[Mapping[str, str]]] = {}
        for row in rows(self.folder / "annotations.csv"):
            boxed.setdefault(row["image"], []).append(row)
        for path in pictures(self.folder, "images/*.png"):
            pixels = read_image(path)
            boxes = tuple(_box(row, pixels) for row in boxed.get(path.name, ()))
            yield Example(path.name, pixels, self.um_per_px, group=f"smear_boxes/{path.name}", boxes=boxes)


def _box(row: Mapping[str, str], pixels: Pixels) -> Box:
    height, width = pixels.shape[:2]
    left, top, right, bottom = (float(row[key]) for key in CORNERS)
    return Box(LABELS[row["label"]], left * width, top * height, right * width, bottom * height)
