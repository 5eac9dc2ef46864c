"""The definition as a scikit-fuzzy control system: the meaning that every other form must reproduce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

from skfuzzy import control, trapmf

from models.ordaz2014_fuzzy_rbf.definition import Definition, Rule, Variable

FuzzyVariable = Any  # scikit-fuzzy ships no types: its Antecedent or Consequent


def build(definition: Definition) -> control.ControlSystem:
    """A Mamdani control system: min, max, clipping, centroid, as scikit-fuzzy has them by default."""
    inputs = {each.name: with_terms(control.Antecedent(each.universe, each.name), each) for each in definition.inputs}
    output = control.Consequent(definition.output.universe, definition.output.name, defuzzify_method="centroid")
    with_terms(output, definition.output)
    return control.ControlSystem([_rule(each, inputs, output) for each in definition.rules])


def score(simulation: control.ControlSystemSimulation, measures: Mapping[str, float], output: str) -> float | None:
    """The crisp output for one cell, clipped to the universes; None where no rule fires."""
    # an input that no rule mentions is unknown to scikit-fuzzy
    known = {each.label for each in simulation.ctrl.antecedents}
    simulation.inputs({name: float(value) for name, value in measures.items() if name in known})
    simulation.compute()
    crisp = simulation.output.get(output)
    return None if crisp is None else float(crisp)


def strengths(simulation: control.ControlSystemSimulation) -> dict[str, float]:
    """How strongly each rule fired in the last computation, by rule id."""
    return {rule.label: float(rule.aggregate_firing[simulation]) for rule in simulation.ctrl.rules}


def with_terms(fuzzy: FuzzyVariable, variable: Variable) -> FuzzyVariable:
    """The same scikit-fuzzy variable, with the variable's trapezoids sampled on its universe."""
    for name, trapezoid in variable.terms.items():
        fuzzy[name] = trapmf(fuzzy.universe, trapezoid)
    return fuzzy


def _rule(rule: Rule, inputs: Mapping[str, control.Antecedent], output: control.Consequent) -> control.Rule:
    groups = [_any_of(inputs[name][term] for term in terms) for name, terms in rule.when.items()]
    return control.Rule(reduce(and_, groups), output[rule.then], label=rule.id)


def _any_of(terms: Iterable[control.term.Term]) -> control.term.TermPrimitive:
    return reduce(or_, terms)
