"""Everything that explains one cell, in one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edge.decide.cells import Jury
from edge.decide.fuse import pooled
from edge.decide.network import NetworkOpinion
from edge.explain.centres import CentresWhy, centres_why
from edge.explain.looked import Looked, looked
from edge.explain.memberships import FuzzyWhy, fuzzy_why
from edge.explain.shown import ShownCell


@dataclass(frozen=True, eq=False)
class Fusing:
    """How two opinions became one: the probability of a blast by each, their weights, and what came of it."""

    network: float
    rbf: float
    weights: tuple[float, float]
    blast: float
    threshold: float
    doubtful_from: float
    doubtful_to: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a cell got its class."""

    fuzzy: FuzzyWhy
    centres: CentresWhy
    looked: Looked
    fusing: Fusing


def explained(jury: Jury, network: NetworkOpinion, shown: ShownCell) -> Explanation:
    """Why one cell got its class.

    Raises:
        EngineFault: the network fails.
        BadMeasures: a measure is not finite.
    """
    is_blast = np.array([label in jury.roles.blast for label in jury.labels])
    seen = looked(network, shown, is_blast)
    centres = centres_why(jury.fuzzy_rbf, shown.features, jury.roles.blast)
    return Explanation(fuzzy_why(jury.fuzzy_rbf.fuzzy, shown.features), centres, seen, _fusing(jury, seen, centres))


def _fusing(jury: Jury, seen: Looked, centres: CentresWhy) -> Fusing:
    how = jury.fusion
    blast = pooled(np.array([seen.blast]), np.array([centres.blast]), how)
    return Fusing(seen.blast, centres.blast, how.weights, float(blast[0]), how.threshold, *how.abstain)
