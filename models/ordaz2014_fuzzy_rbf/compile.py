"""The definition as plain arrays: the fuzzy document that a bundle carries and the kit reads without scikit-fuzzy.

version   1
inputs    [{name, unit, universe [m], terms [{name, trapezoid [4], membership [m]}]}]
output    the same for the output; universe and memberships are scikit-fuzzy's own samples
rules     [{id, sentence, when [[[input, term], …], …] (AND of ORs), then}]
"""

from __future__ import annotations

from typing import Any

from skfuzzy import control

from models.ordaz2014_fuzzy_rbf.definition import Definition, Rule, Variable
from models.ordaz2014_fuzzy_rbf.system import build, with_terms

DOCUMENT_VERSION = 1


def compiled(definition: Definition) -> dict[str, Any]:
    """The fuzzy document, JSON-ready; memberships are taken from scikit-fuzzy, not computed a second time."""
    build(definition)  # refuses what scikit-fuzzy would refuse
    return {
        "version": DOCUMENT_VERSION,
        "inputs": [_variable(each) for each in definition.inputs],
        "output": _variable(definition.output),
        "rules": [_rule(each) for each in definition.rules],
    }


def _variable(variable: Variable) -> dict[str, Any]:
    fuzzy = with_terms(control.Antecedent(variable.universe, variable.name), variable)
    terms = [
        {"name": name, "trapezoid": list(variable.terms[name]), "membership": term.mf.tolist()}
        for name, term in fuzzy.terms.items()
    ]
    return {"name": variable.name, "unit": variable.unit, "universe": fuzzy.universe.tolist(), "terms": terms}


def _rule(rule: Rule) -> dict[str, Any]:
    when = [[[name, term] for term in terms] for name, terms in rule.when.items()]
    return {"id": rule.id, "sentence": rule.sentence, "when": when, "then": rule.then}
