"""Hypothesis strategies shared by the laws."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.decide.counts import Tally
from edge.types import Features
from models.ordaz2014_fuzzy_rbf.definition import Definition, Rule, Trapezoid, Variable


@st.composite
def fuzzy_variables(draw: st.DrawFn, name: str, step: float = 0.0) -> Variable:
    """A variable of one to four trapezoids that overlap pairwise; with a step every term is full somewhere on it."""
    count = draw(st.integers(1, 4))
    spacing = 1.0 if step else draw(st.floats(0.01, 7.0))
    corners = draw(st.lists(st.integers(1, 99), min_size=4 * (count - 1), max_size=4 * (count - 1), unique=True))
    marks = [spacing * each for each in sorted(corners)]
    high = 100 * spacing
    zones = [marks[4 * k : 4 * k + 4] for k in range(count - 1)]
    rises = [(0.0, 0.0), *((zone[0], zone[2]) for zone in zones)]
    falls = [*((zone[1], zone[3]) for zone in zones), (high, high)]
    terms: dict[str, Trapezoid] = {f"t{k}": (*rises[k], *falls[k]) for k in range(count)}
    return Variable(name, "", 0.0, high, terms, step)


@st.composite
def fuzzy_definitions(draw: st.DrawFn) -> Definition:
    """A whole random rule base: inputs, output, rules with ANDs of ORs."""
    inputs = tuple(draw(fuzzy_variables(f"x{k}")) for k in range(draw(st.integers(1, 4))))
    output = draw(fuzzy_variables("out", step=1.0))
    rules = tuple(draw(_rules(k, inputs, output)) for k in range(draw(st.integers(1, 6))))
    return Definition(inputs, output, rules)


@st.composite
def _rules(draw: st.DrawFn, number: int, inputs: tuple[Variable, ...], output: Variable) -> Rule:
    some = st.lists(st.sampled_from(inputs), min_size=1, unique_by=lambda each: each.name)
    when = {}
    for variable in draw(some):
        terms = st.lists(st.sampled_from(list(variable.terms)), min_size=1, unique=True)
        when[variable.name] = tuple(draw(terms))
    return Rule(f"r{number}", f"Rule {number}.", when, draw(st.sampled_from(list(output.terms))))


@st.composite
def values_inside(draw: st.DrawFn, definition: Definition, most: int = 4) -> NDArray[np.float64]:
    """One to `most` cells (n, inputs) inside the universes, often exactly on a bend."""
    places = [
        st.one_of(st.floats(each.low, each.high), st.sampled_from(list(each.universe))) for each in definition.inputs
    ]
    rows = draw(st.lists(st.tuples(*places), min_size=1, max_size=most))
    return np.array(rows, dtype=np.float64)


@st.composite
def tallies(draw: st.DrawFn, least: int = 0, most: int = 900) -> Tally:
    """Counts that fit each other."""
    countable, excluded = draw(st.integers(least, most)), draw(st.integers(0, most))
    part = st.integers(0, countable)
    doubtful = draw(part)
    return Tally(
        countable=countable,
        excluded=excluded,
        cut=draw(st.integers(0, excluded)),
        blast=draw(part),
        doubtful=doubtful,
        lymphoid_doubt=draw(st.integers(0, doubtful)),
        urgent=draw(part),
        network_blast=draw(part),
        rbf_blast=draw(part),
        alike=draw(part),
    )


RANGES = {
    "diameter_um": (4, 30),
    "nucleus_diameter_um": (3, 26),
    "area_um2": (12, 700),
    "nucleus_area_um2": (7, 530),
    "elongation": (1, 4),
    "lobes": (1, 6),
    "nuclear_density": (0, 2),
    "cytoplasm_hue": (0, 3),
}
"""Of measures that are no shares."""


def features() -> st.SearchStrategy[Features]:
    """The measures of any cell, likely or not."""
    ranges = {each.name: RANGES.get(each.name, (0, 1)) for each in fields(Features)}
    return st.builds(Features, **{name: st.floats(low, high) for name, (low, high) in ranges.items()})
