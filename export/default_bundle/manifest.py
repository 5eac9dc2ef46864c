"""What the shipped bundle says of itself: use, data and terms, figures, limits."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edge.bundle.manifest import Preprocessing
from edge.bundle.shelf import DEFAULT_NAME
from edge.optics.normal import WORKING_UM_PER_PX
from export.cells.figures import Figure
from export.opinion.exams import Result, named
from export.opinion.judge import FUSION, Judgement
from export.opinion.labels import BLAST, LYMPHOID
from export.opinion.opinions import FUSED
from export.opinion.table import CellTable
from export.sources import SOURCES, open_source
from models.marrowkit2026_cells.net import MULTIPLE_PX
from models.marrowkit2026_opinion.net import LABELS

VERSION = 2
"""Raise it with every release: kits refuse an older one than they have."""
ASSUMED_UM_PER_PX = 0.1
"""Of a picture that shows no red cells and comes without a scale; the kit says that it was assumed, and refers."""
ROLES: Mapping[str, str] = {
    "cnmc": "learned from: blasts and hematogones of both networks, fuzzy boundaries and RBF network",
    "pbc": "learned from: benign cells of both networks, fuzzy boundaries and RBF network",
    "bccd": "learned from: images of even position; measured on: the others",
    "smear_boxes": "learned from: fields of the cells network, benign cells of the opinion network",
}
MEASURED_ROLE = "measured on, never learned from"
TERMS = (
    "Learned from C-NMC 2019 (CC BY 3.0 as described by others), the Barcelona PBC dataset (CC BY 4.0), BCCD and"
    " smear_boxes (MIT); their authors must be named."
)
LIMITS = (
    "Decision support, never a diagnosis: a person looks at the cells and signs. No approved medical device.",
    "All blasts it learned from are of one laboratory, B-ALL, and cut out of their fields. Other stains, other"
    " leukaemias and T-ALL were not learned from.",
    "Hematogones, benign precursors that can pass 25 % of a marrow, often cannot be told from blasts by their form.",
    "Thresholds were chosen where they were learned. On another camera and stain they shift: calibrate the station.",
    "What the networks are shown, two settings, and what counts as a naked nucleus were chosen by figures on three of"
    " the sets that are reported (blast_fields, wbc_masks, bccd): expect somewhat less elsewhere.",
    "Benign cells of leukaemic marrows look more like blasts to it than cells of healthy blood do.",
    "Cells are judged by their outlines. Naked, crushed, smudged and clumped ones are not counted, and are often"
    " blasts; a third of the naked nuclei of blast_fields still are counted.",
)


def manifest_fields(
    inputs: Preprocessing,
    judgement: Judgement,
    data: Sequence[Mapping[str, Any]],
    metrics: Sequence[Figure],
    variants: Sequence[Mapping[str, Any]],
    taken_over: str = "",
) -> dict[str, Any]:
    """Everything that a packer does not add by itself.

    data        see `data_sources`
    metrics     see `metrics_of`
    variants    see `export.variants`
    taken_over  what was not trained with the rest, in words
    """
    return {
        "name": DEFAULT_NAME,
        "version": VERSION,
        "title": "Marrowkit default",
        "intended_use": _USE,
        "labels": list(LABELS),
        "positive_label": BLAST,
        "lymphoid_labels": [LYMPHOID],
        "urgent_labels": [],
        "segmentation": _SEGMENTATION,
        "preprocessing": inputs.model_dump(mode="json"),
        "thresholds": judgement.of_manifest().model_dump(mode="json"),
        "calibration": judgement.calibration.model_dump(mode="json"),
        "fusion": {"network": FUSION.weights[0], "rbf": FUSION.weights[1], "bias": FUSION.bias},
        "fuzzy": "fuzzy.json",
        "rbf": "rbf.json",
        "stain_reference": {},
        "variants": [dict(each) for each in variants],
        "training": {"data": [dict(each) for each in data], "terms": TERMS, "made_with": _made_with(taken_over)},
        "metrics": [asdict(each) for each in metrics],
        "limits": list(LIMITS),
    }


def data_sources(data: Path, tables: Mapping[str, CellTable]) -> list[dict[str, Any]]:
    """One entry per set: its title and terms, how many images gave cells, its patients, and what it was used for."""
    return [_data_source(name, data, tables[name]) for name in SOURCES if name in tables]


def metrics_of(cells: Sequence[Figure], opinions: Sequence[Result]) -> list[Figure]:
    """The figures that the manifest shows: of every system the AUC, and how the fused call does as shipped."""
    return [*cells, *(named(each) for each in opinions if each.figure.name == "AUC" or each.system == FUSED)]


def _data_source(name: str, data: Path, cells: CellTable) -> dict[str, Any]:
    terms = open_source(name, data).terms
    images, groups = len(np.unique(cells.images)), len(np.unique(cells.groups))
    entry = {"name": terms.title, "terms": f"{terms.licence}. {terms.sentence}", "images": images}
    role = ROLES.get(name, MEASURED_ROLE)
    return {**entry, "role": role, **({"patients": groups} if name == "cnmc" else {})}


def _made_with(taken_over: str) -> str:
    made = f"marrowkit-export train-default, torch {torch.__version__}, Python {platform.python_version()}"
    return f"{made}; with {taken_over}" if taken_over else made


_USE = {
    "specimens": ["bone marrow aspirate", "peripheral blood smear"],
    "stains": ["Wright", "Giemsa", "May-Grünwald–Giemsa", "Leishman"],
    "magnification": "40× to 100×",
    "um_per_px": ASSUMED_UM_PER_PX,
}
_SEGMENTATION = {"method": "network", "um_per_px": WORKING_UM_PER_PX, "multiple_px": MULTIPLE_PX, "limits": {}}
