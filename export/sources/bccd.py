"""Fields of blood smears with boxes around red cells, white cells and platelets (BCCD)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from xml.etree.ElementTree import Element, fromstring

from export.sources.example import Box, Example
from export.sources.files import pictures, required
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {"RBC": "red cell", "WBC": "white cell", "Platelets": "platelet"}
CORNERS = ("xmin", "ymin", "xmax", "ymax")


@dataclass(frozen=True, slots=True)
class Bccd:
    """The scale is that of red-cell boxes of 100 px; the kit's ruler reads 0.084."""

    folder: Path
    terms: ClassVar[Terms] = Terms("BCCD dataset", "MIT", True, "Smear fields of the BCCD dataset, MIT licence.")
    um_per_px: ClassVar[float] = 0.075
    relative_sd: ClassVar[float] = 0.06

    def images(self) -> Iterator[Example]:
        """Each with its boxes; every image is a group."""
        for path in pictures(self.folder, "images/*.jpg"):
            yield Example(
                path.name,
                read_image(path),
                self.um_per_px,
                group=f"bccd/{path.name}",
                boxes=_boxes(self.folder / "boxes" / f"{path.stem}.xml"),
            )


def _boxes(file: Path) -> tuple[Box, ...]:
    root = fromstring(required(file).read_text("utf-8"))  # noqa: S314 a data set that the developer put there
    return tuple(_box(each) for each in root.iter("object"))


def _box(each: Element) -> Box:
    return Box(LABELS[each.findtext("name", "")], *(float(each.findtext(f"bndbox/{key}", "")) for key in CORNERS))
