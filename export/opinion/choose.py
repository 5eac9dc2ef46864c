"""Which of the cells that were found are learned from, and which sets are only measured on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from export.opinion.labels import SOME_OTHER, label_indices
from export.opinion.table import CellTable, joined

LEARNED_FROM = ("cnmc", "pbc", "bccd", "smear_boxes")
"""The sets whose terms let a model trained on them be shipped."""
MEASURED_ON = ("blast_fields", "taleqani", "wbc_masks", "bccd")
HALVED = "bccd"
"""Of this set the images of even position are learned from, those of odd position measured on."""
LEAST_NUCLEUS_UM = 5.5
"""What is smaller and has no label of its own is more likely debris than a white cell."""
SHARE_MEAN, SHARE_SD, LEAST_SHARE, MOST_SHARE = 0.80, 0.06, 0.60, 0.95
"""Nuclear shares of whole blasts and lymphoid cells. Cut-outs show 0.92, for they were cut closely around the nucleus:
left as it is, that figure alone would tell the sets, and so blasts from most other cells."""


def learned(cells_of: Callable[[str], CellTable]) -> CellTable:
    """The training cells; `cells_of` gives the cells of a set."""
    tables = {name: cells_of(name) for name in LEARNED_FROM}
    tables[HALVED] = tables[HALVED].rows(tables[HALVED].positions % 2 == 0)
    every = joined(list(tables.values()))
    return whole(every.rows(_intact(every)))


def measured(name: str, cells: CellTable) -> CellTable:
    """The cells of a set that figures are taken of: countable ones, in images that nothing was learned from."""
    unseen = cells.positions % 2 == 1 if name == HALVED else np.ones(len(cells), np.bool_)
    return cells.rows(_intact(cells) & unseen)


def whole(cells: CellTable) -> CellTable:
    """With the cytoplasm that cut-outs lost given back to their measures: a share drawn from those of whole cells."""
    drawn = np.random.default_rng(0).normal(SHARE_MEAN, SHARE_SD, len(cells)).clip(LEAST_SHARE, MOST_SHARE)
    share = np.where(cells.cut_out, drawn, cells.measure("nc_ratio"))
    area = np.where(cells.cut_out, cells.measure("nucleus_area_um2") / drawn, cells.measure("area_um2"))
    sized = cells.with_measure("nc_ratio", share).with_measure("area_um2", area)
    return sized.with_measure("diameter_um", 2 * np.sqrt(area / np.pi))


def _intact(cells: CellTable) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    unnamed = (label_indices(cells.labels) == SOME_OTHER) & np.isin(cells.sources, LEARNED_FROM)
    large = cells.measure("nucleus_diameter_um") >= LEAST_NUCLEUS_UM
    return np.asarray(cells.countable & (large | ~unnamed), np.bool_)
