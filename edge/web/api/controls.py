"""Control slides: their runs, limits and trend, and what they allow today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from edge.casework.control_measures import Limit
from edge.casework.controls import ControlState
from edge.casework.staff import require_lead
from edge.nouns import Figure
from edge.record.controls import ControlRun, ControlSlide
from edge.web.api.fields import CAPTURES, Wish, captured
from edge.web.api.problem_shapes import problems
from edge.web.api.who import By, Person, Reader
from edge.web.control_names import ADVICE, MEASURES
from edge.web.desk import Desk
from edge.web.examples import example
from edge.web.moments import Hint
from edge.web.parts import WebParts
from edge.web.shapes import CapturedShape
from edge.words import Translate

Kind = Literal["peripheral", "marrow", "beads", "other"]
Level = Literal["ok", "warn", "block"]


class NewControlShape(BaseModel):
    """A slide that is looked at again and again. `base_runs`: how many first runs its limits are made from."""

    model_config = example(name="Slide 1", kind="peripheral", base_runs=5)

    name: str = Field(min_length=1, max_length=60, examples=["Slide 1"])
    kind: Kind = "peripheral"
    base_runs: int = Field(5, ge=2, le=30)


class ControlChangeShape(BaseModel):
    """Whether a slide is still in use."""

    model_config = example(active=False)

    active: bool


class ControlShape(NewControlShape):
    """A control slide; `runs` are finished ones."""

    id: int
    active: bool
    runs: int
    clock_hint: Hint


class FindingShape(BaseModel):
    """A measure that is not as it should be.

    `rule`: one of Westgard's (1-2s, 1-3s, 2-2s, R-4s), or `fixed`; `low`, `high`: what is usual, null where open.
    """

    code: str
    measure: str
    rule: str
    level: Level
    value: float
    low: float | None
    high: float | None
    z: float | None
    detail: str
    remedy: str


class ControlRunShape(BaseModel):
    """One time that a slide was looked at; its pictures are those of case `case`."""

    control: int
    number: int
    case: int
    state: Literal["open", "finished"]
    verdict: Level | None
    findings: list[FindingShape]
    measures: dict[str, float] | None
    operator: str
    clock_hint: Hint
    finished_hint: Hint | None


class LimitShape(BaseModel):
    """Where a measure usually lies: mean and standard deviation of the base runs."""

    mean: float
    sd: float


class MeasureShape(BaseModel):
    """How a measure is shown: its name in the reader's language, its unit, digits after the point."""

    key: str
    name: str
    unit: str
    digits: int


class TrendShape(BaseModel):
    """The finished and open runs of a slide in their order, with the limits for a Levey–Jennings chart.

    `measures`: everything that a run may measure, in the order in which it is shown.
    """

    control: ControlShape
    measures: list[MeasureShape]
    limits: dict[str, LimitShape]
    runs: list[ControlRunShape]


class ControlStateShape(BaseModel):
    """What the control slide allows today. `due`: nobody has looked at one today."""

    state: Level
    policy: Literal["off", "warn", "block"]
    due: bool
    control: int | None
    slide: str | None
    run: int | None
    verdict: Level | None
    findings: list[FindingShape]
    advice: list[str]


def controls_router(parts: WebParts) -> APIRouter:
    """The slides, and what they say today."""
    routes, casework = APIRouter(prefix="/api/v1/controls", tags=["control slides"]), parts.casework

    @routes.get("")
    def controls() -> list[ControlShape]:
        """All of them, in their order."""
        return [_control(parts, each) for each in casework.books.controls.slides()]

    @routes.post("", status_code=201, responses=problems("setting", "control.taken"))
    def add(new: NewControlShape, by: By) -> ControlShape:
        """A new one."""
        return _control(parts, casework.controls.add(new.name, new.kind, new.base_runs, by))

    @routes.get("/state")
    def state(translate: Reader) -> ControlStateShape:
        """What holds today."""
        return state_shape(casework.controls.state(), translate)

    @routes.patch("/{control_id}", responses=problems("record.unknown", "session.none", "session.lead"))
    def change(control_id: int, wanted: ControlChangeShape, person: Person) -> ControlShape:
        """Take it out of use, or back."""
        if casework.staff.operators():
            require_lead(person)
        return _control(parts, casework.controls.use(control_id, wanted.active, "" if person is None else person.name))

    return routes


def runs_router(parts: WebParts, desk: Desk) -> APIRouter:
    """The runs of a slide."""
    routes, casework = APIRouter(prefix="/api/v1/controls/{control_id}/runs", tags=["control slides"]), parts.casework

    @routes.get("", responses=problems("record.unknown"))
    def trend(control_id: int, translate: Reader) -> TrendShape:
        """Its trend."""
        slide, limits = casework.books.controls.slide(control_id), casework.controls.limits(control_id)
        runs = [run_shape(each, translate) for each in casework.books.controls.runs(control_id)]
        measures = [_measure(key, figure, translate) for key, figure in MEASURES.items()]
        return TrendShape(control=_control(parts, slide), measures=measures, limits=_limits(limits), runs=runs)

    @routes.post("", status_code=201, responses=problems("record.unknown", "control.retired"))
    def begin(control_id: int, response: Response, translate: Reader, by: By) -> ControlRunShape:
        """Begin a run; 200 with the one that is open."""
        run, is_new = casework.controls.begin(control_id, by)
        response.status_code = 201 if is_new else 200
        return run_shape(run, translate)

    @routes.post(
        "/{number}/fields", status_code=201, responses=problems(*CAPTURES, "control.finished", "control.retired")
    )
    async def capture(
        control_id: int,
        number: int,
        response: Response,
        by: By,
        wanted: Wish,
    ) -> CapturedShape:
        """Add a picture, as to a case."""
        run = await desk.asked(casework.controls.open_run, control_id, number)
        return await captured(parts, desk, run.case_id, response, by, wanted)

    @routes.post(
        "/{number}/finish",
        responses=problems("record.unknown", "control.empty", "control.finished", "control.retired"),
    )
    def finish(control_id: int, number: int, translate: Reader, by: By) -> ControlRunShape:
        """Judge it, for good."""
        return run_shape(casework.controls.finish(control_id, number, by), translate)

    return routes


def state_shape(state: ControlState, translate: Translate) -> ControlStateShape:
    """What the control slide allows today, as it is answered."""
    findings = [] if state.run is None else [finding_shape(each, translate) for each in state.run.findings]
    due = [translate("Check the control slide before the first patient of the day.")] if state.due else []
    return ControlStateShape(
        state=state.level,
        policy=state.policy,
        due=state.due,
        control=None if state.slide is None else state.slide.id,
        slide=None if state.slide is None else state.slide.name,
        run=None if state.run is None else state.run.number,
        verdict=state.verdict,
        findings=findings,
        advice=[*due, *dict.fromkeys(each.remedy for each in findings)],
    )


def run_shape(run: ControlRun, translate: Translate) -> ControlRunShape:
    """A run as it is answered."""
    return ControlRunShape(
        control=run.control_id,
        number=run.number,
        case=run.case_id,
        state="open" if run.is_open else "finished",
        verdict=run.verdict,
        findings=[finding_shape(each, translate) for each in run.findings],
        measures=None if run.measures is None else dict(run.measures),
        operator=run.operator,
        clock_hint=run.clock_hint,
        finished_hint=run.finished_hint,
    )


def finding_shape(finding: Mapping[str, Any], translate: Translate) -> FindingShape:
    """A finding in the reader's words."""
    measure = finding["measure"]
    detail = translate(MEASURES[measure].name)
    return FindingShape(**finding, code=f"control.{measure}", detail=detail, remedy=translate(ADVICE[measure]))


def _control(parts: WebParts, slide: ControlSlide) -> ControlShape:
    finished = sum(not run.is_open for run in parts.casework.books.controls.runs(slide.id))
    known = {name: getattr(slide, name) for name in ("id", "name", "kind", "base_runs", "active", "clock_hint")}
    return ControlShape(**known, runs=finished)


def _measure(key: str, figure: Figure, translate: Translate) -> MeasureShape:
    return MeasureShape(key=key, name=translate(figure.name), unit=figure.unit, digits=figure.digits)


def _limits(limits: Mapping[str, Limit]) -> dict[str, LimitShape]:
    return {name: LimitShape(mean=each.mean, sd=each.sd) for name, each in limits.items()}
