"""Single cells of healthy donors with their surroundings, a class and a box each (Barcelona PBC, Acevedo 2020)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from edge.types import Pixels
from export.sources.example import Box, Example
from export.sources.files import required, rows
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {
    "BA": "basophil",
    "BNE": "band neutrophil",
    "SNE": "segmented neutrophil",
    "NEUTROPHIL": "neutrophil",
    "EO": "eosinophil",
    "ERB": "erythroblast",
    "PMY": "promyelocyte",
    "MY": "myelocyte",
    "MMY": "metamyelocyte",
    "IG": "immature granulocyte",
    "LY": "lymphocyte",
    "MO": "monocyte",
}


@dataclass(frozen=True, slots=True)
class Pbc:
    """Donors are not told, so each image is a group of its own."""

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "Barcelona PBC dataset",
        "CC BY 4.0",
        True,
        "Blood cells of the Barcelona PBC dataset (Acevedo et al. 2020), CC BY 4.0.",
    )
    um_per_px: ClassVar[float] = 0.094
    relative_sd: ClassVar[float] = 0.05

    def images(self) -> Iterator[Example]:
        """Each with the label and the box of the cell that it is about."""
        for row in rows(self.folder / "cells.csv"):
            label = LABELS[row["class"]]
            pixels = read_image(required(self.folder / row["image"]))
            yield Example(
                row["image"],
                pixels,
                self.um_per_px,
                group=f"pbc/{row['image']}",
                label=label,
                boxes=(_box(row, label, pixels),),
            )


def _box(row: Mapping[str, str], label: str, pixels: Pixels) -> Box:
    height, width = pixels.shape[:2]
    x, y = float(row["box_centre_x"]) * width, float(row["box_centre_y"]) * height
    half_width, half_height = float(row["box_width"]) * width / 2, float(row["box_height"]) * height / 2
    return Box(label, x - half_width, y - half_height, x + half_width, y + half_height)
