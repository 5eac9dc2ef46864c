"""What a system makes of the blasts of a laboratory that it never saw, having learned from all others.

The shipped bundle learns its blasts from one set, whose terms allow it. Two more sets show blasts, under terms that do
not let a model be shipped. Leaving each of the three out in turn tells how far the blasts of some laboratories tell
those of another, and, beside the shipped bundle's own figures on the same cells, what the two sets would add.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import probabilities
from export.opinion.exams import Result, Sitting
from export.opinion.figures import auc_figure, numbered
from export.opinion.fuzzy_rbf import blast_share, fitted
from export.opinion.judge import FUSION
from export.opinion.labels import BLAST
from export.opinion.opinions import opinions
from export.opinion.options import TrainOptions
from export.opinion.table import CellTable
from export.opinion.train import train
from export.opinion.trained import logits_of, read_trained
from models.marrowkit2026_opinion.net import LABELS

BLASTS_OF: Mapping[str, str] = MappingProxyType(
    {"cnmc": "patient", "blast_fields": "field", "taleqani": "series of 25 images"}
)
"""The sets with blasts, and what their groups are."""
LEAST_OF_EACH = 20
"""An RBF network is not fitted to fewer, nor is an AUC of fewer worth a line."""
PLAIN = Calibration(temperature=1.0, bias=(0.0,) * len(LABELS))
"""The AUC asks for an order alone."""


def left_out(name: str, cells: CellTable, folder: Path, options: TrainOptions) -> list[Result]:
    """The AUC of every system on the cells of one set, by a network and an RBF that learned from the other sets;
    nothing where either side has too few blasts or other cells.

    Args:
        name: the set, one of `BLASTS_OF`.
        cells: of all sets; those of `name` are left out of the learning.
        folder: of the training run.
    """
    held_out = cells.sources == name
    seen, unseen = cells.rows(~held_out), cells.rows(held_out)
    if min(_rarer(seen), _rarer(unseen)) < LEAST_OF_EACH:
        return []
    trained = read_trained(train(seen, folder, options))
    network = probabilities(logits_of(trained, unseen, trained.inputs), PLAIN)[:, LABELS.index(BLAST)]
    rbf = blast_share(fitted(seen).system(), unseen)
    sitting = Sitting(unseen, opinions(unseen, network, rbf, FUSION))
    learned_from = ", ".join(sorted(set(seen.sources.tolist())))
    return _aucs(f"{name}, learned from {learned_from}", BLASTS_OF[name], sitting)


def _rarer(cells: CellTable) -> int:
    """How many cells there are of the rarer kind, blasts or others."""
    blasts = int(np.count_nonzero(cells.blast))
    return min(blasts, len(cells) - blasts)


def _aucs(on: str, unit: str, sitting: Sitting) -> list[Result]:
    groups = numbered(sitting.cells.groups)
    found = {
        system: auc_figure(on, sitting.cells.blast, values, groups, unit) for system, values in sitting.opinions.items()
    }
    return [Result(system, each) for system, each in found.items() if each is not None]
