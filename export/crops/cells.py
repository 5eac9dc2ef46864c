"""The cells that networks on pictures learn from and are examined on, found by the bundle in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.station import StationOptions, open_station
from export.crops.kept import Told
from export.errors import BadCrops
from export.opinion.choose import HALVED, MEASURED_ON, learned, measured
from export.opinion.extract import Extraction
from export.opinion.folds import fold_of_each
from export.opinion.labels import Indices
from export.opinion.table import CELLS_SUFFIX, CellTable, read_cells
from export.rooms.spec import FOLDS


def training_cells(data: Path, work: Path, bundle: str | None = None) -> CellTable:
    """Cells of the sets in `data` that may be learned from; what was found is kept in `work` / found.

    Raises:
        NoImages: a set is not there.
        BundleFault: no bundle to find cells with.
    """
    with _found(data, work, bundle) as found:
        return learned(found.cells)


def cells_in(data: Path, work: Path) -> CellTable:
    """The cells to learn from: of the sets in a folder, or a file of one's own; raises as above."""
    return read_cells(data) if data.suffix == CELLS_SUFFIX else training_cells(data, work)


def unseen_cells(data: Path, work: Path, bundle: str | None = None) -> Mapping[str, CellTable]:
    """Cells of each set in `data` that nothing is ever learned from, as far as it is there; raises as above."""
    names = [name for name in MEASURED_ON if name != HALVED and (data / name).is_dir()]
    with _found(data, work, bundle) as found:
        return {name: measured(name, found.cells(name)) for name in names}


def fold_numbers(cells: CellTable) -> Indices:
    """The fold of each training cell, 0 … FOLDS − 1: the same for every network, so that cards can be compared.

    Raises:
        BadCrops: no kind of cell is there often enough.
    """
    kinds = Counter(zip(cells.sources.tolist(), cells.labels.tolist(), strict=True))
    if max(kinds.values(), default=0) < FOLDS:
        raise BadCrops(f"{len(cells)} cells are too few for {FOLDS} folds.", "Give more cells, or leave no fold out.")
    return fold_of_each(cells, FOLDS, seed=0)


def left_out_of(cells: CellTable, told: Told) -> NDArray[np.bool_]:
    """Which of all training cells a network did not learn from, (n,): those of its fold; none if it left none out.

    Raises:
        BadCrops: they are others than those that it was trained with: their folds are others too.
    """
    if told.left_out is None:
        return np.zeros(len(cells), np.bool_)
    out = np.asarray(fold_numbers(cells) == told.left_out, np.bool_)
    if told.cells is not None and told.cells != cells.rows(~out).mark:
        what = f"{told.network} was trained with other cells, so it is not known which of these it learned from."
        raise BadCrops(what, "Find them by the bundle that found those, or train it again.")
    return out


@contextmanager
def _found(data: Path, work: Path, bundle: str | None) -> Iterator[Extraction]:
    station = open_station(bundle, work / "station", StationOptions(ignore_calibration=True))
    try:
        yield Extraction(data, work / "found", station.finder, station.bundle.digest)
    finally:
        station.close()
