"""The whole examination of what is shipped: every exam that the sets at hand allow, as figures with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.bundle.manifest import Calibration, Preprocessing
from edge.bundle.tensors import probabilities
from edge.decide.cells import FuzzyRbf
from edge.runtime.session import Session
from export.opinion.choose import HALVED
from export.opinion.exams import Result, Sitting, measured, together
from export.opinion.fuzzy_rbf import blast_share
from export.opinion.judge import FUSION
from export.opinion.labels import BLAST
from export.opinion.opinions import opinions
from export.opinion.table import CellTable
from export.opinion.trained import logits_of
from export.opinion.traps import benign_cells, two_cells_per_field
from models.marrowkit2026_opinion.net import LABELS

PATIENTS_OF = "cnmc"
FIELDS, DRAWN_CELLS = "blast_fields", "wbc_masks"
STAGES_OF = "taleqani"
UNITS: Mapping[str, str] = {FIELDS: "field", STAGES_OF: "series of 25 images", DRAWN_CELLS: "series of 10 images"}

CellsOf = Callable[[str], CellTable | None]
"""The cells of a set to measure on; None where the set is not at hand."""


@dataclass(frozen=True, eq=False)
class Examined:
    """The systems as they are shipped, ready to be asked.

    thresholds  system to the value from which on it calls a cell a blast; one without is measured without
    """

    session: Session
    inputs: Preprocessing
    calibration: Calibration
    fuzzy_rbf: FuzzyRbf
    thresholds: Mapping[str, float]

    def sit(self, cells: CellTable) -> Sitting:
        """Every system's opinion on these cells."""
        logits = logits_of(self.session, cells, self.inputs)
        network = probabilities(logits, self.calibration)[:, LABELS.index(BLAST)]
        rbf = blast_share(self.fuzzy_rbf, cells)
        return Sitting(cells, opinions(cells, network, rbf, FUSION))


def examine(examined: Examined, out_of_fold: Sitting, cells_of: CellsOf) -> list[Result]:
    """All results: unseen patients, and those of `examine_elsewhere`."""
    patients = out_of_fold.rows(out_of_fold.cells.sources == PATIENTS_OF)
    unseen = measured(f"{PATIENTS_OF}, patients out of fold", "patient", patients, examined.thresholds)
    return unseen + examine_elsewhere(examined, cells_of)


def examine_elsewhere(examined: Examined, cells_of: CellsOf) -> list[Result]:
    """Sets never learned from, all benign cells together, and the two traps."""
    points = examined.thresholds
    results: list[Result] = []
    tables = {name: cells_of(name) for name in (FIELDS, STAGES_OF, DRAWN_CELLS, HALVED)}
    sat = {name: examined.sit(cells) for name, cells in tables.items() if cells is not None and len(cells)}
    for name, unit in UNITS.items():
        if name in sat:
            results += measured(f"{name}, never learned from", unit, sat[name], points)
    return results + _pooled(sat, points) + _traps(sat)


def _pooled(sat: Mapping[str, Sitting], points: Mapping[str, float]) -> list[Result]:
    """Blasts of full fields against the benign cells of all sets that were never learned from."""
    parts = [sat[name] for name in (FIELDS, DRAWN_CELLS, HALVED) if name in sat]
    if FIELDS not in sat or len(parts) == 1:
        return []
    others = " and ".join(name for name in (DRAWN_CELLS, f"{HALVED} (odd half)") if name.split()[0] in sat)
    return measured(f"blasts of {FIELDS} against all others of it, {others}", "image", together(parts), points)


def _traps(sat: Mapping[str, Sitting]) -> list[Result]:
    if FIELDS not in sat or HALVED not in sat:
        return []
    leukaemic, healthy = sat[FIELDS], sat[HALVED]
    return two_cells_per_field(leukaemic, healthy) + benign_cells(leukaemic, healthy)
