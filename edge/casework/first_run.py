"""The first run: seven steps that can be left and taken up again, each only done when it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from edge.casework.books import Books
from edge.errors import NotRecorded, NotYet
from edge.record.station_facts import StepState
from edge.record.steps import Doing

STEPS = ("language", "operator", "camera", "light", "focus", "scale", "control")
STATES = ("todo", "done", "skipped")
Proof = Callable[[], str | None]
"""What is missing of a step, in a sentence; None where nothing is."""


@dataclass(frozen=True, slots=True)
class FirstRun:
    """How far it is. `next` is the first step that nobody has done or skipped; None when all are."""

    steps: tuple[StepState, ...]

    @property
    def next(self) -> str | None:
        """The step to go on with."""
        return next((each.step for each in self.steps if each.state == "todo"), None)


class FirstRunBook:
    """The first run as it is kept. `proofs`: by step, what the kit itself can see is missing."""

    def __init__(self, books: Books, proofs: Mapping[str, Proof]) -> None:
        self._books, self._proofs = books, proofs

    def state(self) -> FirstRun:
        """How far it is."""
        kept = self._books.station.first_run()
        return FirstRun(tuple(kept.get(step, StepState(step, "todo", {}, "")) for step in STEPS))

    def set(self, step: str, state: str, facts: Mapping[str, Any], by: str) -> FirstRun:
        """Put a step down as done, skipped, or to do again.

        Raises:
            NotRecorded: there is no such step.
            NotYet: it is said to be done, and the kit sees that it is not.
        """
        if step not in STEPS:
            raise NotRecorded(f"The first run has no step {step!r}.", f"The steps are: {', '.join(STEPS)}.")
        missing = self._proofs[step]() if state == "done" and step in self._proofs else None
        if missing is not None:
            raise NotYet(missing, "Do it, or skip this step for now.")
        with self._books.database.writing():
            before = self._books.station.first_run().get(step)
            self._books.station.set_step(step, state, facts)
            was = None if before is None else before.state
            self._books.steps.add(None, Doing(kind=f"first run: {step}", operator=by, before=was, after=state))
        return self.state()
