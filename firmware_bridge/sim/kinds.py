"""What each kind of nucleated cell looks like under Giemsa, as data.

Sizes after Bain, *Blood Cells* (5th ed.), and shared clinical facts: red cell 7–8 µm, small lymphocyte 7–10,
lymphoblast 10–18 with a high nuclear share, fine chromatin, nucleoli and scant basophilic cytoplasm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NucleusShape = Literal["round", "indented", "kidney", "band", "segmented", "bilobed"]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chromatin:
    """Texture of a nucleus.

    density   dye, 1 is typical
    scale_um  size of its clumps
    contrast  spread of density
    clumping  0 even spread, 1 clumps with sharp borders
    nucleoli  the most there may be
    """

    density: Span
    scale_um: float
    contrast: float
    clumping: float
    nucleoli: int = 0


@dataclass(frozen=True, slots=True)
class Cytoplasm:
    """Dyes of the cytoplasm and its granules, in units of a typical stain.

    rim       how much deeper at the border
    granules  spacing and radius in µm; None if there are none
    granule_dyes  azure, eosin, haemoglobin of the granules
    vacuoles  the most there may be
    """

    azure: Span
    eosin: Span
    haem: Span = (0.0, 0.0)
    rim: float = 0.0
    mottling: float = 0.15
    granules: tuple[float, float] | None = None
    granule_dyes: tuple[float, float, float] = (0.0, 0.0, 0.0)
    vacuoles: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of cell.

    diameter_um  of the whole cell
    nc_ratio     nuclear share of the area, for round and indented nuclei; the others have their own shape
    wobble_um    irregularity of the cell's outline
    share        among the cells that are not blasts
    """

    diameter_um: Span
    nucleus: NucleusShape
    nc_ratio: Span
    wobble_um: float
    share: float
    chromatin: Chromatin
    cytoplasm: Cytoplasm


_NEUTROPHIL = Cytoplasm((0.05, 0.09), (0.10, 0.17), granules=(0.42, 0.13), granule_dyes=(0.15, 0.20, 0.0))
_CONDENSED = Chromatin((0.95, 1.10), 0.24, 0.26, 0.7)

KINDS: dict[str, Kind] = {
    "lymphoblast": Kind(
        (10.5, 16.5), "indented", (0.76, 0.92), 0.22, 0.0,
        Chromatin((0.78, 0.96), 0.17, 0.13, 0.1, nucleoli=3),
        Cytoplasm((0.42, 0.62), (0.06, 0.14), rim=0.30, vacuoles=2),
    ),
    "neutrophil": Kind((12.0, 14.5), "segmented", (0.3, 0.4), 0.25, 0.42, _CONDENSED, _NEUTROPHIL),
    "band": Kind((12.0, 14.5), "band", (0.35, 0.45), 0.25, 0.08, _CONDENSED, _NEUTROPHIL),
    "lymphocyte": Kind(
        (8.0, 10.5), "round", (0.74, 0.88), 0.15, 0.25,
        Chromatin((0.98, 1.15), 0.30, 0.24, 0.7),
        Cytoplasm((0.20, 0.32), (0.03, 0.07), rim=0.1),
    ),
    "monocyte": Kind(
        (14.0, 18.0), "kidney", (0.45, 0.55), 0.45, 0.09,
        Chromatin((0.76, 0.90), 0.26, 0.20, 0.4),
        Cytoplasm((0.19, 0.27), (0.12, 0.18), mottling=0.25, granules=(0.5, 0.1), granule_dyes=(0.05, 0.10, 0.0),
                  vacuoles=4),
    ),
    "eosinophil": Kind(
        (12.5, 15.5), "bilobed", (0.3, 0.4), 0.25, 0.06,
        Chromatin((0.92, 1.06), 0.24, 0.28, 0.7),
        Cytoplasm((0.04, 0.08), (0.18, 0.24), (0.1, 0.2), granules=(0.72, 0.36), granule_dyes=(0.02, 0.42, 0.62)),
    ),
    "erythroblast": Kind(
        (8.5, 11.5), "round", (0.40, 0.56), 0.15, 0.10,
        Chromatin((1.10, 1.30), 0.42, 0.30, 0.9),
        Cytoplasm((0.14, 0.30), (0.08, 0.14), (0.45, 0.75)),
    ),
}  # fmt: skip
BLAST = "lymphoblast"
