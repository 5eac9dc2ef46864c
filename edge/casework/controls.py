"""Control slides: begun, looked at, judged, and what that allows today."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from edge.casework.books import Books
from edge.casework.control_measures import (
    NONE_GOOD,
    Finding,
    Limit,
    Measures,
    as_document,
    findings,
    limits,
    measured,
    measured_by_gate,
    verdict,
)
from edge.casework.models import Models
from edge.casework.scales import Scales
from edge.casework.settings import ControlPolicy, SettingsBook
from edge.errors import BadSetting, ControlBlocks, ControlEmpty, ControlFinished, ControlRetired
from edge.record import NewCase
from edge.record.clock import clock_hint, here
from edge.record.controls import ControlRun, ControlSlide, Level
from edge.record.steps import Doing

KINDS = ("peripheral", "marrow", "beads", "other")
FRESH_S = 16 * 3600.0
"""A run of this session stays today's so long, whatever the wall clock says."""


@dataclass(frozen=True, slots=True)
class ControlState:
    """What the control slide says today.

    due      nobody has looked at one today
    verdict  of the latest run; None where there is none
    level    what follows from it under the policy of the settings
    """

    level: Level
    policy: ControlPolicy
    due: bool
    slide: ControlSlide | None
    run: ControlRun | None

    @property
    def verdict(self) -> Level | None:
        """Of the latest run."""
        return None if self.run is None else self.run.verdict


class ControlBook:
    """The control slides of a kit. `clock` counts seconds and never goes back."""

    def __init__(
        self,
        books: Books,
        models: Models,
        settings: SettingsBook,
        scales: Scales,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._books, self._models, self._settings, self._scales = books, models, settings, scales
        self._clock = clock
        self._finished_at_s: dict[int, float] = {}

    def add(self, name: str, kind: str, base_runs: int, by: str) -> ControlSlide:
        """A new control slide.

        Raises:
            SlideTaken; BadSetting: it has no name, or no kind that there is.
        """
        said = " ".join(name.split())
        if not said or len(said) > 60 or kind not in KINDS or not 2 <= base_runs <= 30:
            raise BadSetting(
                "This is no control slide.", f"Give a name, a kind ({', '.join(KINDS)}), and 2 to 30 runs."
            )
        with self._books.database.writing():
            slide = self._books.controls.add(said, kind, base_runs)
            self._books.steps.add(None, Doing(kind="control slide", operator=by, after=said))
        return slide

    def use(self, control_id: int, active: bool, by: str) -> ControlSlide:
        """Take a slide out of use, or back into it.

        Raises:
            NotRecorded: there is no such slide.
        """
        with self._books.database.writing():
            before = self._books.controls.slide(control_id)
            if before.active != active:
                self._books.controls.set_active(control_id, active)
                said = [{"slide": control_id, "active": each} for each in (before.active, active)]
                self._books.steps.add(None, Doing(kind="control slide", operator=by, before=said[0], after=said[1]))
        return self._books.controls.slide(control_id)

    def begin(self, control_id: int, by: str) -> tuple[ControlRun, bool]:
        """A new run, or the one that is open; whether it is new.

        Raises:
            NotRecorded: there is no such slide; ControlRetired: it is out of use.
        """
        with self._books.database.writing():
            slide = self._in_use(control_id)
            runs = self._books.controls.runs(control_id)
            if runs and runs[-1].is_open:
                return runs[-1], False
            specimen = "marrow" if slide.kind == "marrow" else "blood"
            objective = self._settings.all().objective
            case = self._books.record.begin_case(
                NewCase(slide.name, specimen, "other", objective=objective, purpose="control")
            )
            number = self._books.controls.begin(control_id, case.id, by)
        return self._books.controls.run(control_id, number), True

    def open_run(self, control_id: int, number: int) -> ControlRun:
        """A run to which pictures may be added.

        Raises:
            NotRecorded, ControlRetired; ControlFinished: it is finished.
        """
        self._in_use(control_id)
        run = self._books.controls.run(control_id, number)
        if not run.is_open:
            raise ControlFinished(f"Run {number} of this control slide is finished.", "Begin another run.")
        return run

    def finish(self, control_id: int, number: int, by: str) -> ControlRun:
        """Judge a run by its pictures, for good.

        Raises:
            NotRecorded, ControlRetired, ControlFinished; ControlEmpty: it has no picture.
        """
        with self._books.database.writing():
            run = self.open_run(control_id, number)
            measures, found = self._judge(run)
            self._books.controls.finish(run, measures, verdict(found), [as_document(each) for each in found])
            self._books.life.change(run.case_id, state="finished")
            after = {"slide": control_id, "run": number, "verdict": verdict(found)}
            self._books.steps.add(None, Doing(kind="control", operator=by, after=after))
        self._finished_at_s[run.id] = self._clock()
        return self._books.controls.run(control_id, number)

    def _judge(self, run: ControlRun) -> tuple[Measures, Sequence[Finding]]:
        """What a run measures, and what is amiss. That the gate let no picture pass is the gravest of all, as when
        the lamp fails or nothing can be focused.
        """
        record = self._books.record
        good = list(record.counted_documents(run.case_id))
        if good:
            measures = measured(good, self._models.current.roles)
            told = self._scales.told(record.case(run.case_id).objective)
            return measures, findings(self._judged(run.control_id), measures, self.limits(run.control_id), told)
        refused = [record.document(run.case_id, row.number) for row in record.fields(run.case_id)]
        if not refused:
            raise ControlEmpty("There is no picture in this run.", "Capture at least one field of the control slide.")
        measures = measured_by_gate(refused)
        return measures, [NONE_GOOD, *findings((), measures, {}, None)]

    def limits(self, control_id: int) -> Mapping[str, Limit]:
        """The limits that a slide's base runs give; empty until there are enough. A run out of control is no base."""
        slide = self._books.controls.slide(control_id)
        good = [run for run in self._books.controls.runs(control_id) if run.verdict in ("ok", "warn")]
        return limits([run.measures or {} for run in good[: slide.base_runs]], slide.base_runs)

    def state(self) -> ControlState:
        """What holds today."""
        policy = self._settings.all().control_policy
        run = self._books.controls.newest_finished()
        slide = None if run is None else self._books.controls.slide(run.control_id)
        due = run is None or not self._is_todays(run)
        return ControlState(_level(policy, due, run), policy, due, slide, run)

    def require_allowed(self) -> None:
        """Patients' cases may go on.

        Raises:
            ControlBlocks: the settings forbid it as long as the control slide is due, or out of its limits.
        """
        state = self.state()
        if state.level == "block":
            what = "No control slide was checked today." if state.due else "The control slide is out of its limits."
            raise ControlBlocks(what, "Check the control slide, or let somebody who leads change the setting.")

    def _in_use(self, control_id: int) -> ControlSlide:
        slide = self._books.controls.slide(control_id)
        if not slide.active:
            raise ControlRetired(f"Control slide {slide.name} is out of use.", "Choose another one.")
        return slide

    def _judged(self, control_id: int) -> Sequence[Measures]:
        return [run.measures for run in self._books.controls.runs(control_id) if run.measures is not None]

    def _is_todays(self, run: ControlRun) -> bool:
        at_s = self._finished_at_s.get(run.id)
        is_fresh = at_s is not None and self._clock() - at_s < FRESH_S
        return is_fresh or _day(run.finished_hint or "") == _day(clock_hint())


def _day(hint: str) -> date | None:
    """A day is one of the kit's time zone: in UTC, Lima's ends at seven in the evening."""
    at = here(hint)
    return None if at is None else at.date()


def fact_of(state: ControlState) -> dict[str, Any] | None:
    """What a case keeps of it: the run that stood when its latest field was captured."""
    if state.run is None or state.slide is None:
        return None
    when, found = state.run.finished_hint, [dict(each) for each in state.run.findings]
    run = {"run": state.run.number, "verdict": state.run.verdict, "when": when, "due": state.due, "findings": found}
    return {"control": state.slide.id, "slide": state.slide.name, **run}


def _level(policy: str, due: bool, run: ControlRun | None) -> Level:
    said = "ok" if run is None or run.verdict is None else run.verdict
    if policy == "off" or (said == "ok" and not due):
        return "ok"
    is_grave = due or said == "block"
    return "block" if policy == "block" and is_grave else "warn"
