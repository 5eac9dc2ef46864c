"""Predictions out of fold become what a bundle decides by: calibration, fuzzy rules and RBF network, thresholds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.bundle.manifest import Calibration, Thresholds
from edge.bundle.tensors import Floats, probabilities
from edge.decide.fuse import Fusion
from edge.durable import write_durably
from export.opinion.balance import balanced, evenly
from export.opinion.calibrate import calibrated
from export.opinion.fuzzy_rbf import FuzzyRbfDocuments, blast_share, fitted
from export.opinion.labels import BLAST, Indices, label_indices
from export.opinion.opinions import AREA, FUSED, NETWORK, RBF, Opinions, opinions
from export.opinion.table import CellTable
from export.opinion.thresholds import band_of_doubt, operating_point
from models.marrowkit2026_opinion.net import LABELS
from models.ordaz2014_fuzzy_rbf.calibrate import Move

FUSION = Fusion()
"""Both opinions weigh the same: neither may overrule the other, and where they part a person is asked."""
AREAS_UM2 = np.arange(20.0, 200.0, 1.0)
"""Thresholds among which the yardstick's is chosen."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """What follows from the predictions out of fold.

    thresholds  system to the value from which on it calls a cell a blast
    abstain     band of doubt of the fused probability
    """

    calibration: Calibration
    documents: FuzzyRbfDocuments
    thresholds: Mapping[str, float]
    abstain: tuple[float, float]

    def of_manifest(self) -> Thresholds:
        """The thresholds as a manifest has them."""
        each = self.thresholds
        return Thresholds(positive=each[FUSED], abstain=self.abstain, network=each[NETWORK], rbf=each[RBF])


def judge(cells: CellTable, fold: Indices, logits: Floats) -> tuple[Judgement, Opinions]:
    """The judgement, and all systems' opinions out of fold.

    Args:
        cells: all that are learned from.
        fold: of each cell, (n,).
        logits: of the network that has not seen a cell's fold, (n, labels).
    """
    labels = label_indices(cells.labels)
    calibration = calibrated(logits, labels, balanced(labels, cells.sources))
    network = probabilities(logits, calibration)[:, LABELS.index(BLAST)]
    seen = opinions(cells, network, _rbf_out_of_fold(cells, fold), FUSION)
    weights = evenly(cells.blast, cells.sources)
    points = {
        name: operating_point(values, cells.blast, weights, AREAS_UM2 if name == AREA else None)
        for name, values in seen.items()
    }
    abstain = band_of_doubt(seen[FUSED], weights, points[FUSED])
    return Judgement(calibration, fitted(cells), points, abstain), seen


def write_judgement(judgement: Judgement, file: Path) -> None:
    """As JSON, durably."""
    content = {
        "calibration": judgement.calibration.model_dump(mode="json"),
        "thresholds": dict(judgement.thresholds),
        "abstain": list(judgement.abstain),
        "fuzzy": judgement.documents.fuzzy,
        "rbf": judgement.documents.rbf,
        "moves": [asdict(move) for move in judgement.documents.moves],
    }
    write_durably(file, json.dumps(content, indent=1).encode())


def read_judgement(file: Path) -> Judgement:
    """What `write_judgement` wrote."""
    content: dict[str, Any] = json.loads(file.read_text("utf-8"))
    moves = tuple(Move(**{**each, "between": tuple(each["between"])}) for each in content["moves"])
    return Judgement(
        Calibration(**{**content["calibration"], "bias": tuple(content["calibration"]["bias"])}),
        FuzzyRbfDocuments(content["fuzzy"], content["rbf"], moves),
        content["thresholds"],
        tuple(content["abstain"]),
    )


def _rbf_out_of_fold(cells: CellTable, fold: Indices) -> NDArray[np.float64]:
    share = np.zeros(len(cells))
    for number in np.unique(fold):
        held_out = fold == number
        share[held_out] = blast_share(fitted(cells.rows(~held_out)).system(), cells.rows(held_out))
    return share
