"""Tables of drawn cells: discs in discs, blasts larger than lymphoid cells, with measures that fit the pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from export.opinion.planes import CLEAR, WHOLE
from export.opinion.table import FEATURES, CellTable
from models.marrowkit2026_opinion.net import SIZE_PX, UM_PER_PX
from tests.drawn import ellipse

KINDS = ("blast", "hematogone", "lymphocyte", "white cell")
EVERY_KIND = (*KINDS, "erythroblast", "neutrophil", "promyelocyte", "monocyte")
"""Words of all six labels of the opinion network."""
NUCLEUS_UM = {"blast": 11.0, "hematogone": 8.0, "lymphocyte": 7.5, "white cell": 8.5,
              "erythroblast": 6.5, "neutrophil": 9.0, "promyelocyte": 11.5, "monocyte": 10.0}  # fmt: skip
SOURCE = {"blast": "cnmc", "hematogone": "cnmc", "white cell": "bccd"}
"""The others are of `pbc`."""


def drawn_cells(each: int = 24, seed: int = 0, groups: int = 6, kinds: Sequence[str] = KINDS) -> CellTable:
    """`each` cells of every kind; a group holds cells of one kind only."""
    random = np.random.default_rng(seed)
    labels = np.repeat(kinds, each)
    nuclei = np.array([NUCLEUS_UM[label] for label in labels]) * np.exp(random.normal(0, 0.08, len(labels)))
    cells = nuclei / np.sqrt(random.uniform(0.6, 0.9, len(labels)))
    sources = np.array([SOURCE.get(label, "pbc") for label in labels])
    numbers = np.tile(np.arange(each) % groups, len(kinds)).astype("U3")
    return CellTable(
        planes=np.stack([_planes(*sizes, random) for sizes in zip(cells, nuclei, strict=True)]),
        features=np.stack([_features(*sizes, random) for sizes in zip(cells, nuclei, strict=True)]),
        labels=labels,
        sources=sources,
        images=np.array([f"{number}.png" for number in range(len(labels))]),
        groups=np.char.add(np.char.add(labels, "/"), numbers),
        positions=np.arange(len(labels), dtype=np.int32),
        countable=np.ones(len(labels), np.bool_),
        cut_out=sources == "cnmc",
    )


def of_others(cells: CellTable) -> CellTable:
    """The same cells, of other patients and slides."""
    return replace(cells, groups=np.char.add("other/", cells.groups))


def _planes(cell_um: float, nucleus_um: float, random: np.random.Generator) -> np.ndarray:
    middle = ((SIZE_PX - 1) / 2, (SIZE_PX - 1) / 2)
    cell, nucleus = (ellipse((SIZE_PX, SIZE_PX), middle, um / 2 / UM_PER_PX) for um in (cell_um, nucleus_um))
    passed = (1.0 - 0.3 * cell - 0.4 * nucleus)[None] * random.uniform(0.9, 1.0, (3, SIZE_PX, SIZE_PX))
    return np.concatenate([passed * CLEAR, np.stack([cell, nucleus]) * WHOLE]).round().astype(np.uint8)


def _features(cell_um: float, nucleus_um: float, random: np.random.Generator) -> np.ndarray:
    measured = dict.fromkeys(FEATURES, 0.0) | {
        "diameter_um": cell_um,
        "nucleus_diameter_um": nucleus_um,
        "area_um2": np.pi / 4 * cell_um**2,
        "nucleus_area_um2": np.pi / 4 * nucleus_um**2,
        "nc_ratio": (nucleus_um / cell_um) ** 2,
        "circularity": float(random.uniform(0.85, 0.98)),
        "solidity": float(random.uniform(0.94, 0.99)),
        "elongation": float(random.uniform(1.0, 1.3)),
        "lobes": float(random.integers(1, 3)),
        "nuclear_density": 1.0,
    }
    return np.array([measured[name] for name in FEATURES], np.float32)
