"""The rule base as data: what rules.toml says, checked, before any library sees it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_bridge.errors import Fault

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RULES_FILE = Path(__file__).with_name("rules.toml")

Trapezoid = tuple[float, float, float, float]


class DefinitionFault(Fault):
    """The rule base contradicts itself: a term out of order, a rule that names nothing."""

    code = "room.definition"


@dataclass(frozen=True, slots=True)
class Variable:
    """An input or the output: its range, and its terms as trapezoids (a, b, c, d) from low to high.

    step  distance of the universe's samples; 0 samples it exactly where its terms bend
    """

    name: str
    unit: str
    low: float
    high: float
    terms: Mapping[str, Trapezoid]
    step: float = 0.0

    @property
    def universe(self) -> NDArray[np.float64]:
        """Where scikit-fuzzy samples the memberships, ascending."""
        if self.step:
            return np.linspace(self.low, self.high, 1 + round((self.high - self.low) / self.step))
        bends = {bend for trapezoid in self.terms.values() for bend in trapezoid}
        return np.array(sorted(bends | {self.low, self.high}))


@dataclass(frozen=True, slots=True)
class Rule:
    """IF every input in `when` lies in one of its terms THEN the output is `then`."""

    id: str
    sentence: str
    when: Mapping[str, tuple[str, ...]]
    then: str


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where calibration may move the crossing of two neighbouring terms, and between which labels it belongs."""

    input: str
    between: tuple[str, str]
    below: frozenset[str]
    above: frozenset[str]
    at_most: float


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole Mamdani system: AND is min, OR is max, implication clips, aggregation is max, output is the centroid."""

    inputs: tuple[Variable, ...]
    output: Variable
    rules: tuple[Rule, ...]
    boundaries: tuple[Boundary, ...] = ()

    def __post_init__(self) -> None:
        for variable in (*self.inputs, self.output):
            _check_variable(variable)
        _check_unique("input", [variable.name for variable in self.inputs])
        _check_unique("rule", [rule.id for rule in self.rules])
        for rule in self.rules:
            self._check_rule(rule)
        for boundary in self.boundaries:
            self._check_terms(f"calibration of {boundary.input}", boundary.input, boundary.between)

    def _check_rule(self, rule: Rule) -> None:
        _require(bool(rule.when), f"Rule {rule.id} has no condition.", "Name at least one input under `when`.")
        for name, terms in rule.when.items():
            self._check_terms(f"rule {rule.id}", name, terms)
        known = ", ".join(self.output.terms)
        _require(rule.then in self.output.terms, f"Rule {rule.id} concludes {rule.then!r}.", f"Use one of: {known}.")

    def _check_terms(self, where: str, name: str, terms: Iterable[str]) -> None:
        variable = next((each for each in self.inputs if each.name == name), None)
        names = ", ".join(each.name for each in self.inputs)
        if variable is None:
            raise DefinitionFault(f"The {where} names an input {name!r}.", f"Use one of: {names}.")
        unknown = [term for term in terms if term not in variable.terms]
        _require(
            bool(terms) and not unknown, f"The {where} names terms {unknown} of {name}.", f"Use {[*variable.terms]}."
        )


def load(path: Path = RULES_FILE) -> Definition:
    """The definition in a rules file.

    Raises:
        DefinitionFault: the file is no TOML, lacks a key, or contradicts itself.
    """
    try:
        return from_table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise DefinitionFault(
            f"{path.name} cannot be read: {error!r}.", "Compare it with the room's rules.toml."
        ) from error


def from_table(table: Mapping[str, Any]) -> Definition:
    """The definition in a parsed rules file."""
    return Definition(
        inputs=tuple(_variable(each) for each in table["input"]),
        output=_variable(table["output"]),
        rules=tuple(_rule(each) for each in table["rule"]),
        boundaries=tuple(_boundary(each) for each in table.get("calibration", [])),
    )


def _variable(table: Mapping[str, Any]) -> Variable:
    low, high = map(float, table["range"])
    terms = {name: _trapezoid(corners) for name, corners in table["terms"].items()}
    return Variable(table["name"], table["unit"], low, high, terms, float(table.get("step", 0)))


def _trapezoid(corners: Iterable[float]) -> Trapezoid:
    a, b, c, d = map(float, corners)
    return a, b, c, d


def _rule(table: Mapping[str, Any]) -> Rule:
    when = {name: tuple(terms) for name, terms in table["when"].items()}
    return Rule(table["id"], table["sentence"], when, table["then"])


def _boundary(table: Mapping[str, Any]) -> Boundary:
    left, right = table["between"]
    below, above = frozenset(table["below"]), frozenset(table["above"])
    return Boundary(table["input"], (left, right), below, above, float(table["at_most"]))


def _check_variable(variable: Variable) -> None:
    remedy = f"Look at {variable.name} in the rules."
    _require(variable.low < variable.high, f"The range of {variable.name} is empty.", remedy)
    for term, (a, b, c, d) in variable.terms.items():
        ordered = variable.low <= a <= b <= c <= d <= variable.high
        _require(ordered, f"{variable.name} {term}: {a}, {b}, {c}, {d} are not in order within the range.", remedy)
        # between samples a vertical edge would lean; at the ends of the range there is nothing beyond it
        upright = (a == b > variable.low) or (c == d < variable.high)
        _require(not upright, f"{variable.name} {term} has an upright edge inside the range.", remedy)
        full = ((variable.universe >= b) & (variable.universe <= c)).any()
        _require(bool(full), f"No sample of {variable.name} lies where {term} is full: the step is too wide.", remedy)
    for (left, first), (right, second) in pairwise(variable.terms.items()):
        overlap = first[0] <= second[0] < first[3] <= second[3]
        _require(overlap, f"{variable.name}: {left} and {right} leave a gap or swap places.", remedy)


def _check_unique(kind: str, names: list[str]) -> None:
    _require(len(set(names)) == len(names), f"Two {kind}s share a name: {names}.", "Give each its own.")


def _require(holds: bool, what: str, remedy: str) -> None:
    if not holds:
        raise DefinitionFault(what, remedy)
