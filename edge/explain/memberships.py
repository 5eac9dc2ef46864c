"""The fuzzy memberships as curves, with the cell's value on them, and the rules that fired, with why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from edge.decide.fuzzy import NEGLIGIBLE, FuzzySystem
from edge.decide.fuzzy_document import FuzzyRule, FuzzyVariable
from edge.decide.measures import table
from edge.types import Features


@dataclass(frozen=True, slots=True)
class TermCurve:
    """One term: how far each value of the universe belongs to it, 0–1, and how far the cell does."""

    term: str
    membership: tuple[float, ...]
    cell: float


@dataclass(frozen=True, slots=True)
class Curves:
    """A variable's terms over its universe; between the samples they are straight.

    name      as in `edge.types.Features`; of the output its own
    universe  ascending, in `unit`
    value     the cell's; beyond the universe it counts as its end
    """

    name: str
    unit: str
    universe: tuple[float, ...]
    value: float
    terms: tuple[TermCurve, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks of one measure: that it belongs to any of these terms; how far it does."""

    measure: str
    terms: tuple[str, ...]
    membership: float


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that took part: as strong as the weakest of its conditions."""

    id: str
    sentence: str
    strength: float
    then: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class FuzzyWhy:
    """How the rules came to their score, 0 (not suspicious) to 100 (suspicious); 50 where none fired.

    output  its terms are as high as the strongest rule for them
    """

    score: float
    band: str
    inputs: tuple[Curves, ...]
    output: Curves
    fired: tuple[Fired, ...]


def fuzzy_why(fuzzy: FuzzySystem, features: Features) -> FuzzyWhy:
    """The fuzzy system's way to its answer for one cell.

    Raises:
        BadMeasures: a measure is not finite.
    """
    values = table([features], fuzzy.names)
    result = fuzzy.infer(values)
    score, strengths = float(result.scores[0]), result.strengths[0]
    inputs = tuple(_curves(variable, float(value)) for variable, value in zip(fuzzy.inputs, values[0], strict=True))
    order = [k for k in np.argsort(-strengths, kind="stable").tolist() if strengths[k] > NEGLIGIBLE]
    belongs = {(curves.name, each.term): each.cell for curves in inputs for each in curves.terms}
    fired = tuple(_fired(fuzzy.rules[k], float(strengths[k]), belongs) for k in order)
    return FuzzyWhy(score, fuzzy.band(score), inputs, _output(fuzzy.output, score, fired), fired)


def _curves(variable: FuzzyVariable, value: float) -> Curves:
    terms = tuple(
        TermCurve(term, tuple(row.tolist()), float(np.interp(value, variable.universe, row)))
        for term, row in zip(variable.terms, variable.memberships, strict=True)
    )
    return Curves(variable.name, variable.unit, tuple(variable.universe.tolist()), value, terms)


def _output(variable: FuzzyVariable, score: float, fired: tuple[Fired, ...]) -> Curves:
    strongest = {
        term: max((each.strength for each in fired if each.then == term), default=0.0) for term in variable.terms
    }
    plain = _curves(variable, score)
    terms = tuple(TermCurve(each.term, each.membership, strongest[each.term]) for each in plain.terms)
    return Curves(plain.name, plain.unit, plain.universe, score, terms)


def _fired(rule: FuzzyRule, strength: float, belongs: Mapping[tuple[str, str], float]) -> Fired:
    return Fired(rule.id, rule.sentence, strength, rule.then, tuple(_conditions(rule, belongs)))


def _conditions(rule: FuzzyRule, belongs: Mapping[tuple[str, str], float]) -> Iterator[Condition]:
    """One for each group; a group of several measures is told by the one that holds most."""
    for group in rule.when:
        best, _ = max(group, key=lambda pair: belongs[pair])
        terms = tuple(term for measure, term in group if measure == best)
        yield Condition(best, terms, max(belongs[pair] for pair in group))
