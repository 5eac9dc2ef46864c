"""Train the room's RBF network: k-medians centres per label, MAD widths, ridge output, calibration out of fold.

The result is the RBF document that a bundle carries:

    version 1 · measures [k] · labels [L] · centre_labels [m] · median, scale [k] · limit
    centres, widths [m][k] · weights [m][L] · bias [L] · slope · offset [L]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ordaz2014_fuzzy_rbf.platt import Calibration, calibrated, softmax
from models.ordaz2014_fuzzy_rbf.robust import MAD_TO_SD, k_medians, scales
from models.ordaz2014_fuzzy_rbf.training_set import TrainingSet

DOCUMENT_VERSION = 1
FUZZY_SCORE = "fuzzy_score"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How to train.

    units_per_label  centres for each label, fewer where a label has fewer cells than ten per centre
    spread           widths in multiples of √measures · MAD, so that a typical member of a unit answers 0.6
    narrowest        floor of a width in standardised measures
    ridge            penalty on the output weights, per cell of mean weight 1
    limit            how many scales from the median a measure is believed
    folds            for the calibration; groups are never split
    """

    units_per_label: int = 12
    spread: float = 1.0
    narrowest: float = 0.3
    ridge: float = 1e-3
    limit: float = 6.0
    folds: int = 5
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Units:
    """Standardisation and hidden layer."""

    median: Floats
    scale: Floats
    limit: float
    centres: Floats
    widths: Floats
    centre_labels: tuple[str, ...]

    def respond(self, values: Floats) -> Floats:
        """Responses (n, units) and a last column of ones for the bias."""
        standard = np.clip((values - self.median) / self.scale, -self.limit, self.limit)
        squares = [(((standard - c) / w) ** 2).sum(axis=1) for c, w in zip(self.centres, self.widths, strict=True)]
        return np.column_stack([np.exp(-0.5 * np.stack(squares, axis=1)), np.ones(len(values))])


def fit(cells: TrainingSet, options: FitOptions | None = None) -> dict[str, Any]:
    """The RBF document for labelled cells, JSON-ready; the same for the same cells, options and seed.

    Raises:
        FitFault: from `TrainingSet`, or a measure is constant.
    """
    chosen = options or FitOptions()
    units = _units(cells, chosen)
    weights = _output(units, cells, chosen)
    calibration = calibrated(_scores_out_of_fold(cells, chosen), cells.label_index, cells.weights)
    return _document(cells, units, weights, calibration)


def evaluate(document: dict[str, Any], values: NDArray[Any]) -> Floats:
    """The document's probabilities (n, labels) for `values` (n, measures): the room's own reading of its formula."""
    arrays = {key: np.array(document[key]) for key in ("median", "scale", "centres", "widths")}
    units = Units(limit=document["limit"], centre_labels=tuple(document["centre_labels"]), **arrays)
    weights = np.vstack([document["weights"], document["bias"]])
    scores = units.respond(np.asarray(values, dtype=np.float64)) @ weights
    return softmax(document["slope"] * scores + np.array(document["offset"]))


def _units(cells: TrainingSet, options: FitOptions) -> Units:
    median = np.median(cells.values, axis=0)
    scale = scales(cells.values, median)
    cells.refuse_constant(scale)
    standard = np.clip((cells.values - median) / scale, -options.limit, options.limit)
    rng = np.random.default_rng(options.seed)
    centres, widths, names = [], [], []
    for index, label in enumerate(cells.labels):
        members = standard[cells.label_index == index]
        placed, sized = _centres(members, options, rng)
        centres.append(placed)
        widths.append(sized)
        names += [label] * len(placed)
    return Units(median, scale, options.limit, np.concatenate(centres), np.concatenate(widths), tuple(names))


def _centres(members: Floats, options: FitOptions, rng: np.random.Generator) -> tuple[Floats, Floats]:
    count = max(1, min(options.units_per_label, len(members) // 10))
    centres, nearest = k_medians(members, count, rng)
    around = [members[nearest == each] if (nearest == each).any() else members for each in range(count)]
    mad = [MAD_TO_SD * np.median(np.abs(own - centre), axis=0) for own, centre in zip(around, centres, strict=True)]
    return centres, options.spread * np.sqrt(members.shape[1]) * np.maximum(mad, options.narrowest)


def _output(units: Units, cells: TrainingSet, options: FitOptions) -> Floats:
    """Output weights with the bias as last row, (units + 1, labels): weighted ridge on one column per label."""
    responses = units.respond(cells.values)
    target = np.eye(len(cells.labels))[cells.label_index]
    weighted = responses * cells.weights[:, None]
    penalty = options.ridge * cells.weights.sum() * np.eye(responses.shape[1])
    penalty[-1, -1] = 0.0  # the bias is the prior and stays free
    return np.asarray(np.linalg.solve(weighted.T @ responses + penalty, weighted.T @ target), dtype=np.float64)


def _scores_out_of_fold(cells: TrainingSet, options: FitOptions) -> Floats:
    scores = np.zeros((len(cells.values), len(cells.labels)))
    for fold in cells.folds(options.folds, options.seed):
        kept = cells.without(fold)
        units = _units(kept, options)
        scores[fold] = units.respond(cells.values[fold]) @ _output(units, kept, options)
    return scores


def _document(cells: TrainingSet, units: Units, weights: Floats, calibration: Calibration) -> dict[str, Any]:
    return {
        "version": DOCUMENT_VERSION,
        "measures": list(cells.measures),
        "labels": list(cells.labels),
        "centre_labels": list(units.centre_labels),
        "median": units.median.tolist(),
        "scale": units.scale.tolist(),
        "limit": units.limit,
        "centres": units.centres.tolist(),
        "widths": units.widths.tolist(),
        "weights": weights[:-1].tolist(),
        "bias": weights[-1].tolist(),
        "slope": calibration.slope,
        "offset": calibration.offset.tolist(),
    }


def with_fuzzy_score(measures: NDArray[Any], scores: NDArray[Any], names: Sequence[str]) -> tuple[Floats, list[str]]:
    """Measures (n, k) with the fuzzy score as last column, and the names to go with them."""
    return np.column_stack([measures, scores]).astype(np.float64), [*names, FUZZY_SCORE]
