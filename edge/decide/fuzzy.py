"""The Mamdani system at run time: scikit-fuzzy's answers from compiled arrays, for all cells of a field at once.

AND is min, OR is max, implication clips, aggregation is max, the output is the centroid, as in the definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.decide.centroid import Centroid
from edge.decide.fuzzy_document import FuzzyRule, FuzzyVariable, parts
from edge.decide.measures import checked
from edge.types import FiredRule, FuzzyOpinion

UNDECIDED_SCORE = 50.0
"""The score where no rule fires: the middle of the scale, with no rules to show for it."""
NEGLIGIBLE = 1e-9
"""A rule weaker than this did not fire."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FuzzyResult:
    """What the rules make of n cells.

    scores     (n,) 0–100
    strengths  (n, rules) 0–1
    """

    scores: Floats
    strengths: Floats
    rules: tuple[FuzzyRule, ...]

    @property
    def fired(self) -> NDArray[np.bool_]:
        """Whether any rule fired, (n,); where none did the score is `UNDECIDED_SCORE`."""
        return np.asarray(self.strengths.max(axis=1, initial=0.0) > NEGLIGIBLE)

    def explain(self, index: int) -> FuzzyOpinion:
        """One cell's score with the rules that fired, the strongest first."""
        strengths = self.strengths[index]
        order = [each for each in np.argsort(-strengths, kind="stable") if strengths[each] > NEGLIGIBLE]
        fired = tuple(FiredRule(self.rules[each].sentence, float(strengths[each])) for each in order)
        return FuzzyOpinion(float(self.scores[index]), fired)


@dataclass(frozen=True, eq=False)
class FuzzySystem:
    """A compiled rule base; `inputs` gives the order of the columns it wants."""

    inputs: tuple[FuzzyVariable, ...]
    output: FuzzyVariable
    rules: tuple[FuzzyRule, ...]

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> FuzzySystem:
        """The system that `models.ordaz2014_fuzzy_rbf.compile` wrote.

        Raises:
            BundleUnsupported: written by a newer version.
            BundleDamaged: a key is missing, or arrays do not fit each other.
        """
        return cls(*parts(document))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, as in `edge.types.Features`."""
        return tuple(variable.name for variable in self.inputs)

    def infer(self, values: NDArray[Any]) -> FuzzyResult:
        """Scores and rule strengths for measures `values` (n, inputs); values outside a universe are clipped to it.

        Raises:
            BadMeasures: the shape is wrong, or a value is not finite.
        """
        strengths = self._fire(self.memberships(values))
        cuts = np.stack([strengths[:, each].max(axis=1, initial=0.0) for each in self._rules_by_term], axis=1)
        silent = strengths.max(axis=1, initial=0.0) <= NEGLIGIBLE
        scores = np.where(silent, UNDECIDED_SCORE, self._centroid(cuts))
        return FuzzyResult(scores, strengths, self.rules)

    def band(self, score: float) -> str:
        """The output's term that a score belongs to most: the word for a number."""
        fits = [float(np.interp(score, self.output.universe, each)) for each in self.output.memberships]
        return self.output.terms[int(np.argmax(fits))]

    def memberships(self, values: NDArray[Any]) -> Floats:
        """How far each cell belongs to each term: (n, terms), the inputs' terms one after another, each 0–1."""
        checked_values = checked(values, self.names)
        columns = zip(checked_values.T, self.inputs, strict=True)
        return np.concatenate([_fuzzified(column, variable) for column, variable in columns], axis=1)

    def _fire(self, memberships: Floats) -> Floats:
        """Rule strengths (n, rules): min over the groups of the max over a group's terms."""
        strongest_of_group = memberships[:, self._groups].max(axis=2)
        return np.asarray(np.minimum.reduceat(strongest_of_group, self._first_group, axis=1))

    @cached_property
    def _term_index(self) -> dict[tuple[str, str], int]:
        pairs = [(variable.name, term) for variable in self.inputs for term in variable.terms]
        return {pair: index for index, pair in enumerate(pairs)}

    @cached_property
    def _groups(self) -> NDArray[np.intp]:
        """Terms of every group of every rule, (groups, longest); shorter groups repeat their first term."""
        groups = [[self._term_index[pair] for pair in group] for rule in self.rules for group in rule.when]
        longest = max(map(len, groups))
        return np.array([group + group[:1] * (longest - len(group)) for group in groups], dtype=np.intp)

    @cached_property
    def _first_group(self) -> NDArray[np.intp]:
        """Row of `_groups` at which each rule begins."""
        return np.cumsum([0, *(len(rule.when) for rule in self.rules[:-1])])

    @cached_property
    def _rules_by_term(self) -> list[NDArray[np.intp]]:
        """For each term of the output, the rules that conclude it."""
        concluded = np.array([rule.then for rule in self.rules])
        return [np.flatnonzero(concluded == term) for term in self.output.terms]

    @cached_property
    def _centroid(self) -> Centroid:
        return Centroid(self.output.universe, self.output.memberships)


def _fuzzified(column: Floats, variable: FuzzyVariable) -> Floats:
    """Memberships (n, terms) of one input: linear between the universe's samples, its ends' values beyond them."""
    return np.stack([np.interp(column, variable.universe, each) for each in variable.memberships], axis=1)
