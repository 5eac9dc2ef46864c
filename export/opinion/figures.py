"""AUC, sensitivity and specificity with 95 % intervals over whole patients, fields or images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from export.cells.figures import TAILS_PERCENT, Figure, Ratio, figure

RESAMPLES = 1000

Positives = NDArray[np.bool_]
Values = NDArray[np.float64]
Groups = NDArray[np.intp]


def auc(positive: Positives, values: Values) -> float | None:
    """Area under the receiver operating characteristic; None, not estimable, where there is one side only."""
    return rank_auc(positive, values) if positive.any() and not positive.all() else None


def rank_auc(positive: Positives, values: Values) -> float:
    """The same by ranks (Mann and Whitney 1947), where both sides have at least one."""
    inside = int(np.count_nonzero(positive))
    above = float(rankdata(values)[positive].sum()) - inside * (inside + 1) / 2
    return above / (inside * (len(positive) - inside))


def auc_figure(on: str, positive: Positives, values: Values, groups: Groups, unit: str) -> Figure | None:
    """The AUC with its percentile bootstrap interval over groups (Efron 1979); None where it is not estimable."""
    value = auc(positive, values)
    if value is None:
        return None
    found = [each for each in (auc(positive[at], values[at]) for at in redrawn(groups, RESAMPLES)) if each is not None]
    low, high = np.percentile(found, TAILS_PERCENT)
    return _within(Figure("AUC", on, value, float(low), float(high), int(groups.max()) + 1, unit))


def hit_figure(name: str, on: str, hits: Positives, among: Positives, groups: Groups, unit: str) -> Figure | None:
    """The share of hits among some cells, with its interval over groups; None where there are no such cells."""
    if not among.any():
        return None
    shares, wholes = (np.bincount(groups, each).tolist() for each in (hits & among, among))
    return _within(replace(figure(Ratio(name, on, shares, wholes)), unit=unit))


def numbered(names: NDArray[np.str_]) -> Groups:
    """Groups as 0, 1, 2 …"""
    return np.asarray(np.unique(names, return_inverse=True)[1], np.intp)


def redrawn(groups: Groups, times: int) -> Iterator[Groups]:
    """Places of the cells of whole groups, drawn anew so many times, as many groups as there are."""
    random, count = np.random.default_rng(0), int(groups.max()) + 1
    order = np.argsort(groups, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(groups, minlength=count))[:-1])
    for _ in range(times):
        yield np.concatenate([members[k] for k in random.integers(count, size=count)])


def _within(found: Figure) -> Figure:
    """Rounded; an interval of few groups may miss its own value by a hair, and no manifest takes that."""
    value = round(found.value, 4)
    return replace(found, value=value, low=round(min(found.low, value), 4), high=round(max(found.high, value), 4))
