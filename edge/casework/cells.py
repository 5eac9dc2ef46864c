"""Correcting cells: another class, set aside or counted after all, back to the kit's word, undone and done again.

Each is one transaction: the step in the audit log and what holds from now on, or neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from edge.casework.books import Books
from edge.casework.counting import BY_PERSON
from edge.casework.history import History, correction_of, history, value_of
from edge.casework.states import require_counting
from edge.errors import CaseChanged, NothingToDo, NotRecorded, UnknownClass
from edge.record.corrections import AS_FOUND, CellKey, Correction
from edge.record.steps import Doing, Step


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a cell; None: stays as it is."""

    label: str | None = None
    excluded: bool | None = None
    reason: str = ""


class CellBook:
    """Corrections of cells."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def change(self, case_id: int, key: CellKey, wish: Wish, by: str) -> None:
        """Give a cell another class, set it aside, or count it. What holds already is no step.

        Raises:
            CaseSigned, CaseFinished, CaseOfControl, RunUnfinished, NotRecorded.
            UnknownClass: the case's bundle has no such class.
        """
        with self._books.database.writing():
            machine = self._open_cell(case_id, key)
            now = self._books.corrections.of(case_id).get(key, AS_FOUND)
            if wish.label is not None:
                doing = Doing(kind="class", operator=by, reason=wish.reason)
                now = self._step(case_id, key, now, _labelled(now, machine, wish.label), doing)
            if wish.excluded is not None:
                doing = Doing(kind="exclude" if wish.excluded else "include", operator=by, reason=wish.reason)
                self._step(case_id, key, now, _counted(now, machine, wish), doing)

    def restore(self, case_id: int, key: CellKey, by: str) -> None:
        """Back to the kit's word.

        Raises:
            CaseSigned, CaseFinished, CaseOfControl, RunUnfinished, NotRecorded.
        """
        with self._books.database.writing():
            self._open_cell(case_id, key)
            now = self._books.corrections.of(case_id).get(key, AS_FOUND)
            self._step(case_id, key, now, AS_FOUND, Doing(kind="restore", operator=by))

    def undo(self, case_id: int, number: int, by: str) -> Step:
        """Take back the latest step on a cell, which `number` names for whoever has seen it; the step.

        Raises:
            CaseSigned, CaseFinished, CaseOfControl, RunUnfinished, NotRecorded.
            NothingToDo: there is none in this version of the case.
            CaseChanged: somebody took another one since.
        """
        with self._books.database.writing():
            step = _last(self._history(case_id).done, "undo", number)
            self._move(case_id, step, "undo", step.before, step.after, by)
        return step

    def redo(self, case_id: int, number: int, by: str) -> Step:
        """Take the latest step again that was taken back; raises as `undo`."""
        with self._books.database.writing():
            step = _last(self._history(case_id).undone, "redo", number)
            self._move(case_id, step, "redo", step.after, step.before, by)
        return step

    def _history(self, case_id: int) -> History:
        case = self._books.whole(case_id)
        require_counting(case)
        return history(self._books.steps.of(case_id), case.version)

    def _open_cell(self, case_id: int, key: CellKey) -> Mapping[str, Any]:
        """The cell as the kit found it, in a case that may be corrected."""
        case = self._books.whole(case_id)
        require_counting(case)
        field, cell = key
        cells = self._books.record.document(case_id, field)["cells"]
        found = next((each for each in cells if each["id"] == cell), None)
        if found is None:
            raise NotRecorded(f"Field {field} of case {case_id} has no cell {cell}.", "Choose one that is outlined.")
        known: Mapping[str, Any] = found
        return known

    def _step(self, case_id: int, key: CellKey, before: Correction, after: Correction, doing: Doing) -> Correction:
        if after != before:
            self._take(case_id, key, replace(doing, before=value_of(before), after=value_of(after)), after)
        return after

    def _move(self, case_id: int, step: Step, kind: str, goal: Any, origin: Any, by: str) -> None:
        key = (step.field or 0, step.cell or 0)
        doing = Doing(kind=kind, operator=by, before=origin, after=goal, of_step=step.number)
        self._take(case_id, key, doing, correction_of(goal))

    def _take(self, case_id: int, key: CellKey, doing: Doing, holds: Correction) -> None:
        version = self._books.record.case(case_id).version
        self._books.steps.add(case_id, replace(doing, field=key[0], cell=key[1]), version)
        self._books.corrections.set(case_id, key, holds)


def _labelled(now: Correction, machine: Mapping[str, Any], label: str) -> Correction:
    if label not in machine["p"]:
        known = ", ".join(machine["p"])
        raise UnknownClass(f"The case's bundle knows no class {label!r}.", f"Choose one of: {known}.")
    return replace(now, label=label)


def _counted(now: Correction, machine: Mapping[str, Any], wish: Wish) -> Correction:
    """Set aside by a person, or counted; where that is the kit's own word, a person's is not needed."""
    if wish.excluded:
        stands = not machine["countable"] and now.counted is None
        return now if stands else replace(now, counted=False, code=BY_PERSON, reason=wish.reason)
    counted = None if machine["countable"] else True
    return replace(now, counted=counted, code="", reason="")


def _last(steps: tuple[Step, ...], what: str, number: int) -> Step:
    if not steps:
        raise NothingToDo(f"There is nothing to {what}.", "Correct a cell first.")
    if steps[-1].number != number:
        raise CaseChanged(
            f"The step to {what} is {steps[-1].number} now.", "Look at it as it is now, then do it again."
        )
    return steps[-1]
