"""Folds that no patient, slide or image is split between, each with its share of every label of every set."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from export.opinion.labels import Indices
from export.opinion.table import CellTable

FEW = "The least populated class in y"
"""How a warning begins that a label has fewer cells than there are folds: it is then absent from some, as it must."""


def fold_of_each(cells: CellTable, folds: int, seed: int) -> Indices:
    """The number of each cell's fold, (n,), 0 … folds − 1; the same for the same cells and seed."""
    kinds = np.char.add(np.char.add(cells.sources, "/"), cells.labels)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    fold = np.zeros(len(cells), np.intp)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", FEW, UserWarning)
        for number, (_, held_out) in enumerate(splitter.split(np.zeros(len(cells)), kinds, cells.groups)):
            fold[held_out] = number
    return fold
