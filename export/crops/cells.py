"""The cells that networks on pictures learn from, found by the bundle in use."""

from __future__ import annotations

from pathlib import Path

from edge.station import StationOptions, open_station
from export.opinion.choose import learned
from export.opinion.extract import Extraction
from export.opinion.table import CellTable


def training_cells(data: Path, work: Path, bundle: str | None = None) -> CellTable:
    """Cells of the sets in `data` that may be learned from; what was found is kept in `work` / found.

    Raises:
        NoImages: a set is not there.
        BundleFault: no bundle to find cells with.
    """
    station = open_station(bundle, work / "station", StationOptions(ignore_calibration=True))
    try:
        found_by = Extraction(data, work / "found", station.finder, station.bundle.digest)
        return learned(found_by.cells)
    finally:
        station.close()
