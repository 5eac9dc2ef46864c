"""Figures with 95 % intervals over groups, or the reason why there is none: never a number that means nothing.

Intervals are percentiles of a bootstrap over whole groups (Efron 1979; Field and Welsh, J R Stat Soc B 69 (2007) 369):
cells of one patient are alike, and intervals over cells would be too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from export.building.marks import BINS
from export.cells.figures import RESAMPLES, TAILS_PERCENT
from export.opinion.figures import rank_auc, redrawn
from export.validating.answers import Answers, Bools, Ints

AUC_RESAMPLES = 500
LEAST_DEFINED = 0.95
"""Share of the resamples in which a figure must be defined for its interval to be told."""
ONE_GROUP = "one group only"
TOO_FEW = "too few cells"

Values = NDArray[np.float64]
Counts = NDArray[np.float64]
"""Confusion of truth (rows) and answer (columns), (…, classes, classes)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure; None with the reason where it, or its interval, is not estimable."""

    name: str
    value: float | None
    interval: tuple[float, float] | None
    reason: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return f"not estimable: {self.reason}"
        if self.interval is None:
            return f"{self.value:.3f}, interval not estimable: {self.reason}"
        return f"{self.value:.3f} [{self.interval[0]:.3f}–{self.interval[1]:.3f}]"


Share = Callable[[Counts], Values]
"""From confusions to one figure each, NaN where it is not defined."""


def _sensitivity(counts: Counts) -> Values:
    return _over(counts[..., 1, 1], counts[..., 1, :].sum(-1))


def _specificity(counts: Counts) -> Values:
    return _over(counts[..., 0, 0], counts[..., 0, :].sum(-1))


def _precision(counts: Counts) -> Values:
    return _over(counts[..., 1, 1], counts[..., :, 1].sum(-1))


def _f1(counts: Counts) -> Values:
    return _over(2 * counts[..., 1, 1], counts[..., 1, :].sum(-1) + counts[..., :, 1].sum(-1))


def accuracy(counts: Counts) -> Values:
    """Share of right answers."""
    return _over(np.trace(counts, axis1=-2, axis2=-1), counts.sum((-2, -1)))


def weighted_f1(counts: Counts) -> Values:
    """F1 of every class, weighed by how often it occurs: the figure of the ISBI 2019 challenge."""
    right, due, said = np.diagonal(counts, axis1=-2, axis2=-1), counts.sum(-1), counts.sum(-2)
    f1 = np.where(due + said > 0, 2 * right / np.maximum(due + said, 1e-12), 0.0)
    return _over((f1 * due).sum(-1), due.sum(-1))


def recall_of(place: int) -> Share:
    """Share of one class that is named rightly."""
    return lambda counts: _over(counts[..., place, place], counts[..., place, :].sum(-1))


BINARY: Mapping[str, tuple[Share, str]] = {
    "accuracy": (accuracy, TOO_FEW),
    "precision": (_precision, "no cell was called a blast"),
    "sensitivity": (_sensitivity, "no blasts"),
    "specificity": (_specificity, "no benign cells"),
    "F1": (_f1, "no blasts, and none called"),
    "weighted F1": (weighted_f1, TOO_FEW),
}
"""Of blasts against all other cells: how it is reckoned, and what is missing where it cannot be."""


def of_blasts(answers: Answers) -> list[Estimate]:
    """Blasts against all other cells: calls as the kit makes them, AUC and calibration of its probability."""
    truth, called, groups = answers.is_blast, answers.called_blast, answers.groups
    counts = confusions(truth.astype(np.intp), called.astype(np.intp), groups, 2)
    told = [_estimate(name, counts, share, missing) for name, (share, missing) in BINARY.items()]
    return [*told, auc_of(truth, answers.blast_share, groups), ece_of(truth, answers.blast_share, groups)]


def of_labels(answers: Answers) -> list[Estimate]:
    """Every label: accuracy, weighted F1 and each label's recall, on cells whose label is known."""
    known = answers.named()
    counts = confusions(known.truth, known.said, known.groups, len(answers.labels))
    figures = {"accuracy of the label": accuracy, "weighted F1 of the label": weighted_f1}
    recalls = {f"recall of {label}": recall_of(place) for place, label in enumerate(answers.labels)}
    return [_estimate(name, counts, share, "no such cells") for name, share in {**figures, **recalls}.items()]


def confusions(truth: Ints, said: Ints, groups: Ints, classes: int) -> Counts:
    """One confusion for each group, (groups, classes, classes)."""
    counts = np.zeros((int(groups.max(initial=-1)) + 1, classes, classes))
    np.add.at(counts, (groups, truth, said), 1.0)
    return counts


def auc_of(positive: Bools, values: NDArray[np.floating], groups: Ints) -> Estimate:
    """Area under the receiver operating characteristic."""
    if not positive.any() or positive.all():
        return Estimate("AUC", None, None, "blasts only" if positive.any() else "no blasts")
    value, scores = rank_auc(positive, np.asarray(values, np.float64)), np.asarray(values, np.float64)
    found = [rank_auc(positive[at], scores[at]) if positive[at].any() and not positive[at].all() else np.nan
             for at in redrawn(groups, AUC_RESAMPLES)]  # fmt: skip
    return _with_interval("AUC", value, np.array(found), groups)


def ece_of(positive: Bools, values: NDArray[np.floating], groups: Ints) -> Estimate:
    """Expected calibration error of the blast's probability: how far it is from how often it is one, on average over
    fifteen bins (Guo et al. 2017)."""
    if not len(values):
        return Estimate("ECE", None, None, TOO_FEW)
    inside = np.minimum((values * BINS).astype(np.intp), BINS - 1)
    gaps = np.zeros((int(groups.max()) + 1, BINS))
    np.add.at(gaps, (groups, inside), positive - values)
    cells = np.bincount(groups).astype(np.float64)
    drawn = _drawn(len(cells), RESAMPLES)
    return _with_interval("ECE", float(np.abs(gaps.sum(0)).sum() / cells.sum()),
                          np.abs(drawn @ gaps).sum(1) / (drawn @ cells), groups)  # fmt: skip


def _estimate(name: str, counts: Counts, share: Share, missing: str) -> Estimate:
    value = float(share(counts.sum(0)))
    if np.isnan(value):
        return Estimate(name, None, None, missing)
    groups, classes = counts.shape[0], counts.shape[1]
    again = (_drawn(groups, RESAMPLES) @ counts.reshape(groups, -1)).reshape(-1, classes, classes)
    return _with_interval(name, value, share(again), np.arange(groups))


def _with_interval(name: str, value: float, resampled: Values, groups: Ints) -> Estimate:
    if len(np.unique(groups)) < 2:
        return Estimate(name, value, None, ONE_GROUP)
    defined = resampled[~np.isnan(resampled)]
    if len(defined) < LEAST_DEFINED * len(resampled):
        return Estimate(name, value, None, TOO_FEW)
    low, high = np.percentile(defined, TAILS_PERCENT)
    return Estimate(name, value, (min(float(low), value), max(float(high), value)))


def _drawn(groups: int, times: int) -> Values:
    """How often each group is drawn, (times, groups)."""
    random = np.random.default_rng(0)
    return np.asarray(random.multinomial(groups, np.full(groups, 1 / groups), times), np.float64)


def _over(part: Values, whole: Values) -> Values:
    shares: Values = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=np.asarray(whole) > 0)
    return shares
