"""Single white cells with hand-drawn nucleus and cytoplasm (Zheng et al. 2018). To measure on, not to ship from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from edge.types import Pixels
from export.sources.example import Example, Masks
from export.sources.files import required, rows
from export.sources.terms import Terms
from firmware_bridge.imagefile import read_image

LABELS = {"1": "neutrophil", "2": "lymphocyte", "3": "monocyte", "4": "eosinophil", "5": "basophil"}
NUCLEUS_ABOVE = 192
SERIES = 10


@dataclass(frozen=True, slots=True)
class WbcMasks:
    """The scale is that of red cells of 47 px. Slides are not told; ten neighbouring numbers are a group."""

    folder: Path
    terms: ClassVar[Terms] = Terms(
        "Zheng et al. 2018, dataset 1",
        "GPL-3.0 repository",
        False,
        "Measured on the white-cell masks of Zheng et al. (2018); its repository is GPL-3.0.",
    )
    um_per_px: ClassVar[float] = 0.16
    relative_sd: ClassVar[float] = 0.05

    def images(self) -> Iterator[Example]:
        """Each with the label and the masks of the cell in its middle."""
        for row in rows(self.folder / "labels.csv"):
            number = int(row["image ID"])
            drawn = read_image(required(self.folder / "masks" / f"{number:03d}.png"))
            yield Example(
                f"{number:03d}.png",
                read_image(required(self.folder / "images" / f"{number:03d}.png")),
                self.um_per_px,
                group=f"wbc_masks/{(number - 1) // SERIES}",
                label=LABELS[row["class label"]],
                masks=_masks(drawn),
            )


def _masks(drawn: Pixels) -> Masks:
    return Masks(drawn[..., 0] > 0, drawn[..., 0] > NUCLEUS_ABOVE)
