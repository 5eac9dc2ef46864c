"""Small fields of hematogones and of three stages of lymphoblasts (Aria et al. 2021). To measure on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from export.sources.example import Example
from export.sources.files import pictures
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {"benign": "hematogone", "early": "blast", "pre": "blast", "pro": "blast"}
SERIES = 25


@dataclass(frozen=True, slots=True)
class Taleqani:
    """Patients are not told: runs of 25 numbers within a stage are a group. `normal`, of unknown origin, is left away.

    The label is that of the whole field: nearly all of its nucleated cells, not every one.
    """

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "Taleqani Hospital ALL dataset",
        "check with the publisher",
        False,
        "Measured on fields of Taleqani Hospital (Aria et al. 2021, doi 10.34740/KAGGLE/DSV/2175623).",
    )
    um_per_px: ClassVar[float] = 0.469
    relative_sd: ClassVar[float] = 0.08

    def images(self) -> Iterator[Example]:
        """Each with its label; the stage is the folder in its name."""
        for stage, label in LABELS.items():
            for path in pictures(self.folder / stage, "*.jpg"):
                series = _number(path) // SERIES
                yield Example(
                    f"{stage}/{path.name}",
                    read_image(path),
                    self.um_per_px,
                    group=f"taleqani/{stage}/{series}",
                    label=label,
                )


def _number(path: Path) -> int:
    digits = re.findall(r"\d+", path.stem)
    return int(digits[-1]) if digits else 0
