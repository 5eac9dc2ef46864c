"""The RBF network's typical cells that are most like this one, and what each says for or against a blast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edge.decide.cells import FUZZY_SCORE, FuzzyRbf
from edge.decide.rbf import RbfNetwork
from edge.types import Features

NEAREST = 5


@dataclass(frozen=True, slots=True)
class TypicalCell:
    """A centre of the network.

    label     what it stands for
    distance  in its own widths, over all measures; 1 is as near as its neighbours usually are
    response  of its unit to the cell, 0–1: exp(−distance² / 2)
    weight    what a full response adds to the log-odds of a blast; `says` is what this response adds
    measures  its own, in the units of `edge.types.Features`
    """

    label: str
    distance: float
    response: float
    weight: float
    says: float
    measures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CentresWhy:
    """The cell among the centres.

    values    the measures that are compared, the cell's
    blast     its probability
    base      log-odds of a blast where no centre responds: what is said of a cell unlike all others
    others    what all centres that are not told add together
    nearest   the nearest first
    """

    values: Mapping[str, float]
    blast: float
    base: float
    others: float
    nearest: tuple[TypicalCell, ...]


def centres_why(system: FuzzyRbf, features: Features, blast: frozenset[str], count: int = NEAREST) -> CentresWhy:
    """How the RBF network came to its answer for one cell; `blast` are the labels that count as blasts.

    For two labels `base` and all that is said add up to the log-odds exactly; for more they are those of the strongest
    blast label against the strongest other one.

    Raises:
        BadMeasures: a measure is not finite.
    """
    fuzzy, result = system.judge([features])
    rbf, distances = system.rbf, result.distances[0]
    probability = dict(zip(rbf.labels, result.probability[0].tolist(), strict=True))
    weights, base = _sided(rbf, probability, blast)
    responses = np.exp(-0.5 * distances**2)
    order = np.argsort(distances, kind="stable")[:count].tolist()
    told = tuple(_typical(rbf, k, float(distances[k]), float(responses[k]), float(weights[k])) for k in order)
    others = float(responses @ weights) - sum(each.says for each in told)
    share = sum(each for label, each in probability.items() if label in blast)
    return CentresWhy(_values(rbf, features, float(fuzzy.scores[0])), share, base, others, told)


def _sided(rbf: RbfNetwork, probability: Mapping[str, float], blast: frozenset[str]) -> tuple[np.ndarray, float]:
    """What each unit's response adds to the log-odds of a blast, and their value without any; (units,)."""
    of, labels = rbf.arrays, list(rbf.labels)
    sides = [[label for label in labels if (label in blast) is side] for side in (True, False)]
    yes, no = (labels.index(max(side, key=probability.__getitem__)) for side in sides)
    weights = of.slope * (of.weights[:, yes] - of.weights[:, no])
    base = of.slope * (of.bias[yes] - of.bias[no]) + of.offset[yes] - of.offset[no]
    return weights, float(base)


def _typical(rbf: RbfNetwork, unit: int, distance: float, response: float, weight: float) -> TypicalCell:
    own = rbf.arrays.centres[unit] * rbf.arrays.scale + rbf.arrays.median
    measures = dict(zip(rbf.measures, map(float, own), strict=True))
    return TypicalCell(rbf.centre_labels[unit], distance, response, weight, response * weight, measures)


def _values(rbf: RbfNetwork, features: Features, score: float) -> Mapping[str, float]:
    return {name: score if name == FUZZY_SCORE else float(getattr(features, name)) for name in rbf.measures}
