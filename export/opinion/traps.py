"""Two ways to look good without knowing a blast: by the number of cells, and by the slide. Both are measured.

Leukaemic fields are full of cells, so a field's score is taken of two of its cells, whichever they are. And benign
cells of leukaemic fields should score as those of healthy fields do: near 0.5, else the slide was read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from export.cells.figures import TAILS_PERCENT, Figure
from export.opinion.exams import Result, Sitting
from export.opinion.figures import RESAMPLES, Groups, Values, auc_figure, numbered, rank_auc

UNIT = "field"

Random = np.random.Generator


def two_cells_per_field(leukaemic: Sitting, healthy: Sitting) -> list[Result]:
    """AUC of leukaemic against healthy fields by the mean of two random cells of each (one where there is but one)."""
    on = f"{_name(leukaemic)} against {_name(healthy)}, fields by two random cells"
    return [
        Result(system, _field_figure(on, _Fields.of(leukaemic, system), _Fields.of(healthy, system)))
        for system in leukaemic.opinions
    ]


def benign_cells(leukaemic: Sitting, healthy: Sitting) -> list[Result]:
    """AUC of benign cells of leukaemic fields against cells of healthy fields: it should be near 0.5."""
    benign = leukaemic.rows(~leukaemic.cells.blast)
    on = f"benign cells of {_name(leukaemic)} against {_name(healthy)}; 0.5 is right"
    positive = np.repeat([True, False], [len(benign.cells), len(healthy.cells)])
    groups = numbered(np.concatenate([benign.cells.groups, healthy.cells.groups]))
    found = {
        system: auc_figure(on, positive, np.concatenate([values, healthy.opinions[system]]), groups, UNIT)
        for system, values in benign.opinions.items()
    }
    return [Result(system, each) for system, each in found.items() if each is not None]


@dataclass(frozen=True, slots=True, eq=False)
class _Fields:
    """Scores of the cells of some fields, those of one field together; every field has at least one."""

    scores: Values
    begin: Groups
    size: Groups

    @classmethod
    def of(cls, sitting: Sitting, system: str) -> _Fields:
        groups = numbered(sitting.cells.groups)
        size = np.bincount(groups)
        scores = sitting.opinions[system][np.argsort(groups, kind="stable")]
        return cls(scores, np.cumsum(size) - size, size)

    def drawn(self, random: Random, chosen: Groups) -> Values:
        """Mean score of two random cells of each chosen field, of one where there is but one."""
        begin, size = self.begin[chosen], self.size[chosen]
        first = (random.random(len(chosen)) * size).astype(np.intp)
        second = (first + 1 + (random.random(len(chosen)) * (size - 1)).astype(np.intp)) % size
        return np.asarray((self.scores[begin + first] + self.scores[begin + second]) / 2, np.float64)

    def all(self) -> Groups:
        """Every field once."""
        return np.arange(len(self.size))

    def again(self, random: Random) -> Groups:
        """As many fields, drawn with repeats."""
        return random.integers(len(self.size), size=len(self.size))


def _field_figure(on: str, leukaemic: _Fields, healthy: _Fields) -> Figure:
    random = np.random.default_rng(0)

    def drawn(sick: Groups, well: Groups) -> float:
        scores = np.concatenate([leukaemic.drawn(random, sick), healthy.drawn(random, well)])
        return rank_auc(np.arange(len(scores)) < len(sick), scores)

    value = float(np.mean([drawn(leukaemic.all(), healthy.all()) for _ in range(RESAMPLES)]))
    spread = [drawn(leukaemic.again(random), healthy.again(random)) for _ in range(RESAMPLES)]
    low, high = np.percentile(spread, TAILS_PERCENT)
    ends = round(min(float(low), value), 4), round(max(float(high), value), 4)
    return Figure("AUC", on, round(value, 4), *ends, len(leukaemic.size) + len(healthy.size), UNIT)


def _name(sitting: Sitting) -> str:
    return str(sitting.cells.sources[0])
