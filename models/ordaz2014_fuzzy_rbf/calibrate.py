"""Move the rule base's boundaries to measured cells: bounded, robust, and never out of order.

A boundary is the crossing of two neighbouring terms. It goes midway between the upper quartile of the labels that
belong below it and the lower quartile of those above it, both edges by the same distance, at most as far as the rules
allow. Where the moves of one input would disorder its terms, they are shortened together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.ordaz2014_fuzzy_rbf.definition import Boundary, Definition, DefinitionFault, Trapezoid, Variable

FEWEST_CELLS = 20
"""Cells needed on each side before a boundary moves: a quartile of fewer is a guess."""
SHORTENINGS = (1.0, 0.75, 0.5, 0.25, 0.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one boundary: how far it was moved, and the cells that spoke on each side."""

    input: str
    between: tuple[str, str]
    shift: float
    cells_below: int
    cells_above: int


def calibrate(
    definition: Definition, measures: Mapping[str, NDArray[Any]], labels: Sequence[str]
) -> tuple[Definition, tuple[Move, ...]]:
    """The definition with its boundaries moved to the cells, and what was moved.

    Args:
        definition: where the boundaries stand now.
        measures: one array (n,) per input, by name; inputs that are absent keep their boundaries.
        labels: the cells' labels (n,), in the words of the rules' `below` and `above`.

    Raises:
        DefinitionFault: a measure has another length than the labels, or is not finite.
    """
    known = np.asarray(labels, dtype=np.str_)
    columns = {name: _column(name, values, len(known)) for name, values in measures.items()}
    wanted = [_wanted(each, definition, columns, known) for each in definition.boundaries]
    inputs, moves = [], []
    for variable in definition.inputs:
        moved, made = _moved(variable, [each for each in wanted if each.input == variable.name])
        inputs.append(moved)
        moves += made
    return replace(definition, inputs=tuple(inputs)), tuple(moves)


def _column(name: str, values: NDArray[Any], count: int) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (count,) or not np.isfinite(column).all():
        raise DefinitionFault(f"{name} is not one finite number for each of {count} cells.", "Drop the others first.")
    return column


def _wanted(boundary: Boundary, definition: Definition, columns: Mapping[str, Floats], labels: NDArray[Any]) -> Move:
    column = columns.get(boundary.input, np.empty(0))
    known = labels[: column.size]
    below, above = (column[np.isin(known, list(side))] for side in (boundary.below, boundary.above))
    variable = next(each for each in definition.inputs if each.name == boundary.input)
    shift = 0.0
    if min(below.size, above.size) >= FEWEST_CELLS:
        target = (float(np.quantile(below, 0.75)) + float(np.quantile(above, 0.25))) / 2
        shift = float(np.clip(target - _crossing(variable, boundary.between), -boundary.at_most, boundary.at_most))
    return Move(boundary.input, boundary.between, shift, int(below.size), int(above.size))


def _crossing(variable: Variable, between: tuple[str, str]) -> float:
    """Where the falling edge of the left term meets the rising edge of the right one."""
    (_, _, c, d), (a, b, _, _) = (variable.terms[term] for term in between)
    return (d * (b - a) + a * (d - c)) / ((b - a) + (d - c))


def _moved(variable: Variable, moves: Sequence[Move]) -> tuple[Variable, list[Move]]:
    for part in SHORTENINGS:
        shortened = [replace(move, shift=move.shift * part) for move in moves]
        terms = _shifted(variable.terms, shortened)
        if _in_order(variable, terms.values()):
            return replace(variable, terms=terms), shortened
    raise DefinitionFault(f"The terms of {variable.name} are out of order.", "Correct the rules first.")


def _shifted(terms: Mapping[str, Trapezoid], moves: Iterable[Move]) -> dict[str, Trapezoid]:
    moved = dict(terms)
    for move in moves:
        left, right = move.between
        a, b, c, d = moved[left]
        moved[left] = (a, b, c + move.shift, d + move.shift)
        a, b, c, d = moved[right]
        moved[right] = (a + move.shift, b + move.shift, c, d)
    return moved


def _in_order(variable: Variable, terms: Iterable[Trapezoid]) -> bool:
    corners = np.array(list(terms))
    inside = (corners >= variable.low).all() and (corners <= variable.high).all()
    rising = (np.diff(corners, axis=1) >= 0).all()
    # a term ends before the next but one begins, so that never more than two neighbours speak at once
    apart = (corners[:-2, 3] <= corners[2:, 0]).all()
    return bool(inside and rising and apart)
