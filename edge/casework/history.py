"""What can be undone and redone: worked out from the audit log, so that it survives whatever happens to the kit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.record.corrections import CellKey, Correction
from edge.record.steps import Step

CELL_KINDS = frozenset({"class", "exclude", "include", "restore"})
"""Steps that a person takes on a cell; they can be undone."""
MOVES = frozenset({"undo", "redo"})


@dataclass(frozen=True, slots=True)
class History:
    """The steps that hold, and those taken back that could come again; the last of each is the next to go."""

    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()


def history(steps: Iterable[Step], version: int) -> History:
    """Of a case's version: what was signed before it cannot be undone, only corrected anew."""
    now = History()
    for step in steps:
        if step.version == version:
            now = _after(now, step)
    return now


def corrections_of(steps: Iterable[Step]) -> Mapping[CellKey, Correction]:
    """What all steps together say of the cells: what the table of corrections must hold."""
    said: dict[CellKey, Correction] = {}
    for step in steps:
        if step.field is not None and step.cell is not None:
            said[step.field, step.cell] = correction_of(step.after)
    return {key: correction for key, correction in said.items() if not correction.is_nothing}


def deciders(steps: Iterable[Step]) -> Mapping[CellKey, Step]:
    """Whose word holds of each cell that a person decided on: the step that was not taken back."""
    held: dict[CellKey, list[Step]] = defaultdict(list)
    taken: dict[int, Step] = {}
    for step in steps:
        if step.field is None or step.cell is None:
            continue
        standing = held[step.field, step.cell]
        if step.kind in CELL_KINDS:
            taken[step.number] = step
            standing.append(step)
        elif step.kind == "undo":
            standing.pop()
        elif step.kind == "redo" and step.of_step is not None:
            standing.append(taken[step.of_step])
    return {key: standing[-1] for key, standing in held.items() if standing and standing[-1].after is not None}


def correction_of(value: Mapping[str, Any] | None) -> Correction:
    """A step's `before` or `after`."""
    return Correction(**value) if value else Correction()


def value_of(correction: Correction) -> dict[str, Any] | None:
    """The same the other way; None where the kit's word stands."""
    if correction.is_nothing:
        return None
    names = ("label", "counted", "code", "reason")
    return {name: getattr(correction, name) for name in names}


def _after(now: History, step: Step) -> History:
    if step.kind in CELL_KINDS:
        return History((*now.done, step))
    if step.kind == "undo":
        return History(now.done[:-1], (*now.undone, now.done[-1]))
    if step.kind == "redo":
        return History((*now.done, now.undone[-1]), now.undone[:-1])
    return now
