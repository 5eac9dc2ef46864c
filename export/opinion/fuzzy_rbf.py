"""The room of Ordaz-Gutierrez, brought to the kit's own cells: its boundaries calibrated, its RBF network fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.decide.cells import FuzzyRbf
from edge.decide.fuzzy import FuzzySystem
from edge.decide.rbf import RbfNetwork
from export.opinion.balance import balanced
from export.opinion.figures import numbered
from export.opinion.labels import BLAST, SOME_OTHER, label_indices
from export.opinion.table import CellTable
from models.ordaz2014_fuzzy_rbf.calibrate import Move, calibrate
from models.ordaz2014_fuzzy_rbf.compile import compiled
from models.ordaz2014_fuzzy_rbf.definition import Definition, load
from models.ordaz2014_fuzzy_rbf.fit import FitOptions, fit, with_fuzzy_score
from models.ordaz2014_fuzzy_rbf.net import RBF_MEASURES
from models.ordaz2014_fuzzy_rbf.training_set import TrainingSet, training_set

OF_OUTLINES = ("diameter_um", "circularity")
"""What a cut-out tells of a cell; its cytoplasm, and so everything else, is mostly gone."""
RULE_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "hematogone": "lymphocyte",
        "segmented neutrophil": "neutrophil",
        "band neutrophil": "neutrophil",
        "immature granulocyte": "myelocyte",
    }
)
"""The sets' words for cells that the room's rules call otherwise."""
DRAWN = 20_000
"""Cells drawn, by weight and with repeats, for quartiles in which every set counts alike."""
SMOOTH = FitOptions(units_per_label=20, spread=3.0)
"""Wide units answer smoothly between sets; with the room's own spread of 1 the AUC on another laboratory's fields is
0.01 lower, and so it is with six labels instead of two. Between 6 and 24 units it hardly changes."""
OTHER = "other"
"""The RBF network's only label beside blasts: so cells count of which no more is known than that they are none."""


@dataclass(frozen=True, eq=False)
class FuzzyRbfDocuments:
    """What a bundle carries of the two, and what calibration moved."""

    fuzzy: dict[str, Any]
    rbf: dict[str, Any]
    moves: tuple[Move, ...]

    def system(self) -> FuzzyRbf:
        """The same as the kit runs it."""
        return FuzzyRbf(FuzzySystem.from_document(self.fuzzy), RbfNetwork.from_document(self.rbf))


def fitted(cells: CellTable, options: FitOptions = SMOOTH) -> FuzzyRbfDocuments:
    """Rules and network for these cells.

    Raises:
        FitFault: fewer than twenty blasts or other cells, or all of one group.
    """
    definition, moves = _calibrated(cells.rows(label_indices(cells.labels) != SOME_OTHER), options.seed)
    fuzzy = compiled(definition)
    return FuzzyRbfDocuments(fuzzy, fit(_training_set(cells, fuzzy), options), moves)


def blast_share(system: FuzzyRbf, cells: CellTable) -> NDArray[np.float64]:
    """The RBF network's probability of a blast, (n,)."""
    _, rbf = system.judge(cells.feature_rows())
    return rbf.probability[:, system.rbf.labels.index(BLAST)]


def _calibrated(cells: CellTable, seed: int) -> tuple[Definition, tuple[Move, ...]]:
    """Boundaries of outlines from all cells, the others from those that were seen in a field."""
    weights = balanced(label_indices(cells.labels), cells.sources)
    drawn = _measured(cells).rows(np.random.default_rng(seed).choice(len(cells), DRAWN, p=weights))
    in_fields = drawn.rows(~drawn.cut_out)
    start = load()
    others = [each.name for each in start.inputs if each.name not in OF_OUTLINES]
    definition, of_outlines = _moved(start, drawn, OF_OUTLINES)
    definition, of_others = _moved(definition, in_fields, others)
    return definition, tuple(move for move in (*of_outlines, *of_others) if move.shift)


def _measured(cells: CellTable) -> CellTable:
    """The same without pictures, which would weigh 32 kB for each cell that is drawn."""
    return replace(cells, planes=cells.planes[..., :0, :0])


def _moved(
    definition: Definition, cells: CellTable, names: tuple[str, ...] | list[str]
) -> tuple[Definition, tuple[Move, ...]]:
    words = [RULE_WORDS.get(word, word) for word in cells.labels.tolist()]
    return calibrate(definition, {name: cells.measure(name) for name in names}, words)


def _training_set(cells: CellTable, fuzzy: dict[str, Any]) -> TrainingSet:
    """All cells as blasts and others, balanced as the network's."""
    weights = balanced(label_indices(cells.labels), cells.sources)
    values, names = with_fuzzy_score(cells.measures(RBF_MEASURES), _scores(cells, fuzzy), RBF_MEASURES)
    words = np.where(cells.blast, BLAST, OTHER).tolist()
    return training_set(values, words, names, weights=weights * len(weights), groups=numbered(cells.groups))


def _scores(cells: CellTable, fuzzy: dict[str, Any]) -> NDArray[np.float64]:
    system = FuzzySystem.from_document(fuzzy)
    return system.infer(cells.measures(system.names)).scores
