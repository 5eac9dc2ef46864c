"""From the sets' words for a cell to the six labels of the opinion network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from export.cells.field_labels import WHITE_CELL
from models.marrowkit2026_opinion.net import LABELS

BLAST = "blast"
LYMPHOID = "lymphoid"
OTHER_CELL = "other cell"
"""A cell of a field in which every blast is marked, and this one is not."""
SOME_OTHER = -1
"""Index of "not a blast, and more is not known"."""

LABEL_OF: Mapping[str, str | None] = MappingProxyType(
    {
        **{label: label for label in LABELS},  # cells that a kit's user corrected bear the bundle's own labels
        "hematogone": "lymphoid",
        "lymphocyte": "lymphoid",
        "erythroblast": "erythroid",
        "segmented neutrophil": "granulocyte",
        "band neutrophil": "granulocyte",
        "neutrophil": "granulocyte",
        "eosinophil": "granulocyte",
        "basophil": "granulocyte",
        "metamyelocyte": "precursor",
        "myelocyte": "precursor",
        "promyelocyte": "precursor",
        "immature granulocyte": "precursor",
        WHITE_CELL: None,
        OTHER_CELL: None,
    }
)
"""None: no blast, and more is not known."""

Indices = NDArray[np.intp]


def label_indices(words: Iterable[str]) -> Indices:
    """Places in `LABELS`, (n,); SOME_OTHER where only that it is no blast is known."""
    labels = (LABEL_OF[word] for word in words)
    return np.array([SOME_OTHER if label is None else LABELS.index(label) for label in labels], np.intp)


def not_blast() -> list[int]:
    """Places in `LABELS` of everything but blasts."""
    return [index for index, label in enumerate(LABELS) if label != BLAST]
