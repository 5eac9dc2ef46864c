"""Single marrow cells of known patients, cut out on black: lymphoblasts and hematogones (C-NMC, ISBI 2019)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from export.sources.example import Example
from export.sources.files import required, rows
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {"all": "blast", "hem": "hematogone"}


@dataclass(frozen=True, slots=True)
class Cnmc:
    """The scale was measured on the same laboratory's published fields; patients are the groups."""

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "C-NMC 2019 (B-ALL cells of SBILab)",
        "CC BY 3.0",
        True,
        "Cut-out marrow cells of C-NMC 2019 (ISBI 2019, successor of Duggal's set),"
        " CC BY 3.0 as described by others; check with the publisher.",
    )
    um_per_px: ClassVar[float] = 0.058
    relative_sd: ClassVar[float] = 0.10

    def images(self) -> Iterator[Example]:
        """Each with label and patient."""
        for row in rows(self.folder / "cells.csv"):
            yield Example(
                row["image"],
                read_image(required(self.folder / row["image"])),
                self.um_per_px,
                group=f"cnmc/{row['patient']}",
                label=LABELS[row["label"]],
                patient=row["patient"],
            )
