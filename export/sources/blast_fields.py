"""Full smear fields of leukaemia patients with every blast marked (ALL-IDB1). To measure on, never to ship from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from export.sources.example import Example
from export.sources.files import pictures, rows
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image


@dataclass(frozen=True, slots=True)
class BlastFields:
    """One camera of 2004, oil immersion."""

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "ALL-IDB1",
        "research use on request",
        False,
        "Measured on 32 fields of ALL-IDB1 (Labati et al. 2011), research use on request, not redistributed.",
    )
    um_per_px: ClassVar[float] = 0.110
    relative_sd: ClassVar[float] = 0.04

    def images(self) -> Iterator[Example]:
        """Each with the centres of all its blasts, none where nobody marked one; every field is a group."""
        marked: dict[str, list[tuple[float, float]]] = {}
        for row in rows(self.folder / "blasts.csv"):
            marked.setdefault(row["image"], []).append((float(row["x_px"]), float(row["y_px"])))
        for path in pictures(self.folder, "*.jpg"):
            points = tuple(marked.get(path.name, ()))
            yield Example(path.name, read_image(path), self.um_per_px, group=f"blast_fields/{path.name}", points=points)
