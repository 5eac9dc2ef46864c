"""A compiled fuzzy document, checked: after this, the runtime trusts its arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.errors import BundleDamaged, BundleUnsupported

DOCUMENT_VERSION = 1
COPY_AGAIN = "Install the bundle again from its source."

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FuzzyVariable:
    """An input or the output, sampled.

    universe     (m,) ascending, in `unit`
    terms        names, from low to high
    memberships  (terms, m), 0–1
    """

    name: str
    unit: str
    universe: Floats
    terms: tuple[str, ...]
    memberships: Floats


@dataclass(frozen=True, slots=True)
class FuzzyRule:
    """A rule: all of the groups in `when`, any of the (input, term) pairs in a group; its sentence is for people."""

    id: str
    sentence: str
    when: tuple[tuple[tuple[str, str], ...], ...]
    then: str


Parts = tuple[tuple[FuzzyVariable, ...], FuzzyVariable, tuple[FuzzyRule, ...]]


def parts(document: Mapping[str, Any]) -> Parts:
    """Inputs, output and rules of a fuzzy document.

    Raises:
        BundleUnsupported: written by a newer version.
        BundleDamaged: a key is missing, or arrays and rules do not fit each other.
    """
    version = document.get("version")
    if version != DOCUMENT_VERSION:
        raise BundleUnsupported(f"The fuzzy rules are of version {version!r}.", "Update the kit.")
    try:
        inputs = tuple(_variable(each) for each in document["inputs"])
        output, rules = _variable(document["output"]), tuple(_rule(each) for each in document["rules"])
    except (KeyError, TypeError, ValueError) as error:
        raise BundleDamaged(f"The fuzzy rules cannot be read: {error!r}.", COPY_AGAIN) from error
    _check_rules(inputs, output, rules)
    return inputs, output, rules


def _variable(document: Mapping[str, Any]) -> FuzzyVariable:
    universe = np.array(document["universe"], dtype=np.float64)
    terms = tuple(each["name"] for each in document["terms"])
    memberships = np.array([each["membership"] for each in document["terms"]], dtype=np.float64)
    variable = FuzzyVariable(document["name"], document["unit"], universe, terms, memberships)
    _check_arrays(variable)
    return variable


def _rule(document: Mapping[str, Any]) -> FuzzyRule:
    when = tuple(tuple((name, term) for name, term in group) for group in document["when"])
    return FuzzyRule(document["id"], document["sentence"], when, document["then"])


def _check_arrays(variable: FuzzyVariable) -> None:
    universe, memberships = variable.universe, variable.memberships
    fits = universe.ndim == 1 and universe.size >= 2 and memberships.shape == (len(variable.terms), universe.size)
    _require(fits and bool(variable.terms), f"the samples of {variable.name} do not fit its universe")
    _require(bool((np.diff(universe) > 0).all()), f"the universe of {variable.name} does not ascend")
    _require(bool(((memberships >= 0) & (memberships <= 1)).all()), f"a membership of {variable.name} leaves 0–1")
    _require(bool((memberships.max(axis=1) > 0).all()), f"a term of {variable.name} holds nowhere")
    _require(all(map(_one_peak, memberships)), f"a membership of {variable.name} has two peaks")


def _one_peak(membership: Floats) -> bool:
    peak = int(np.argmax(membership))
    return bool((np.diff(membership[: peak + 1]) >= 0).all() and (np.diff(membership[peak:]) <= 0).all())


def _check_rules(inputs: tuple[FuzzyVariable, ...], output: FuzzyVariable, rules: tuple[FuzzyRule, ...]) -> None:
    known = {(variable.name, term) for variable in inputs for term in variable.terms}
    _require(bool(rules), "there is no rule")
    for rule in rules:
        _require(bool(rule.when) and all(rule.when), f"rule {rule.id} has an empty condition")
        _require(known.issuperset(pair for group in rule.when for pair in group), f"rule {rule.id} names no such term")
        _require(rule.then in output.terms, f"rule {rule.id} concludes no term of the output")


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BundleDamaged(f"The fuzzy rules contradict themselves: {what}.", COPY_AGAIN)
