"""Settings, the first run, and the scales of the microscope's objectives."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from edge.casework.first_run import FirstRun
from edge.casework.scales import Reading, between, by_lines, by_red_cells, given, require_likely
from edge.casework.settings import Settings
from edge.casework.staff import require_lead
from edge.record.station_facts import ToldScale
from edge.types import Frame
from edge.web.api.problem_shapes import problems
from edge.web.api.who import Person
from edge.web.desk import Desk
from edge.web.examples import example
from edge.web.moments import Hint
from edge.web.parts import WebParts

StepName = Literal["language", "operator", "camera", "light", "focus", "scale", "control"]
StepState = Literal["todo", "done", "skipped"]
Objective = Annotated[str, Field(min_length=1, max_length=40, examples=["100x oil"])]
Micrometres = Annotated[float, Field(gt=0, le=100_000, allow_inf_nan=False)]
Confirmed = Annotated[bool, Field(description="it is right though red cells in the picture say another")]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class FirstRunStepShape(BaseModel):
    """One step of the first run."""

    step: StepName
    state: StepState
    facts: dict[str, Any]
    clock_hint: Hint


class FirstRunShape(BaseModel):
    """How far the first run is; `next` is the step to go on with."""

    done: bool
    next: StepName | None
    steps: list[FirstRunStepShape]


class StepChangeShape(BaseModel):
    """How far a step is now, and what is to be remembered of it."""

    model_config = example(state="done", facts={"language": "sw"})

    state: StepState
    facts: dict[str, Any] = Field(default_factory=dict, max_length=30)


class GivenScaleShape(BaseModel):
    """A scale that somebody knows."""

    model_config = example(method="given", objective="100x oil", um_per_px=0.085)

    method: Literal["given"]
    objective: Objective
    um_per_px: float = Field(gt=0, le=10, examples=[0.085])
    confirm: Confirmed = False


class RedCellScaleShape(BaseModel):
    """Read it off the red cells in the live picture."""

    model_config = example(method="red_cells", objective="100x oil")

    method: Literal["red_cells"]
    objective: Objective


class MicrometreScaleShape(BaseModel):
    """A micrometre slide in the live picture: two marks and their distance, or the spacing of lines that are found."""

    model_config = example(method="micrometre", objective="100x oil", points=[[0.11, 0.5], [0.91, 0.5]], distance_um=80)

    method: Literal["micrometre"]
    objective: Objective
    points: tuple[tuple[Share, Share], tuple[Share, Share]] | None = Field(
        None,
        description="shares of the live picture's width and height, however large it is shown; with their distance",
        examples=[[[0.1, 0.5], [0.9, 0.5]]],
    )
    distance_um: Micrometres | None = None
    confirm: Confirmed = False
    spacing_um: Micrometres | None = None

    @model_validator(mode="after")
    def _whole(self) -> MicrometreScaleShape:
        if (self.points is None) != (self.distance_um is None):
            raise ValueError("points and distance_um belong together")
        return self


ScaleWish = Annotated[GivenScaleShape | RedCellScaleShape | MicrometreScaleShape, Field(discriminator="method")]


class ScaleShape(BaseModel):
    """How large a pixel is with an objective, in pictures of that size."""

    objective: str
    um_per_px: float
    relative_sd: float
    method: str
    width_px: int
    height_px: int
    facts: dict[str, Any]
    clock_hint: Hint


def settings_router(parts: WebParts) -> APIRouter:
    """What the kit's people set."""
    routes, casework = APIRouter(prefix="/api/v1/settings", tags=["kit"]), parts.casework

    @routes.get("")
    def settings() -> Settings:
        """All of them."""
        return casework.settings.all()

    @routes.patch("", responses=problems("setting", "session.none", "session.lead"))
    def change(changes: dict[str, Any], person: Person) -> Settings:
        """Change some; as somebody who leads, once anybody is named."""
        _require_lead_if_any(parts, person)
        return casework.settings.change(changes, _name(person))

    return routes


def first_run_router(parts: WebParts, desk: Desk) -> APIRouter:
    """The first run, step by step, and scales."""
    routes, casework = APIRouter(prefix="/api/v1", tags=["first run"]), parts.casework

    @routes.get("/first-run")
    def first_run() -> FirstRunShape:
        """How far it is."""
        return _first_run(casework.first_run.state())

    @routes.put("/first-run/{step}", responses=problems("first_run.not_yet", "session.none", "session.lead"))
    def set_step(step: StepName, change: StepChangeShape, person: Person) -> FirstRunShape:
        """Put a step down as done, skipped, or to do again."""
        _require_lead_if_any(parts, person)
        return _first_run(casework.first_run.set(step, change.state, change.facts, _name(person)))

    @routes.get("/scales")
    def scales() -> list[ScaleShape]:
        """The scale in force of each objective."""
        return [_scale(each) for each in casework.scales.all()]

    @routes.post(
        "/first-run/scale",
        status_code=201,
        responses=problems(
            "scale.unknown", "scale.lines", "scale.unlikely", "setting", "source.lost", "source.unavailable"
        ),
    )
    def set_scale(wish: ScaleWish, person: Person) -> ScaleShape:
        """Tell or measure the scale of an objective, in pictures as the camera sends them now.

        Where the usual objective has no scale yet, this one becomes the usual one.
        """
        _require_lead_if_any(parts, person)
        frame = desk.newest()
        reading = _read(wish, frame)
        if not isinstance(wish, RedCellScaleShape) and not wish.confirm:
            require_likely(reading, frame)
        scale = casework.scales.keep(wish.objective, reading, frame, _name(person))
        if casework.scales.told(casework.settings.all().objective) is None:
            casework.settings.change({"objective": scale.objective}, _name(person))
        return _scale(scale)

    return routes


def _read(wish: GivenScaleShape | RedCellScaleShape | MicrometreScaleShape, frame: Frame) -> Reading:
    if isinstance(wish, GivenScaleShape):
        return given(wish.um_per_px)
    if isinstance(wish, RedCellScaleShape):
        return by_red_cells(frame)
    if wish.points is not None and wish.distance_um is not None:
        return between(frame, wish.points, wish.distance_um)
    return by_lines(frame, wish.spacing_um or MICROMETRE_UM)


MICROMETRE_UM = 10.0
"""Between the lines of an ordinary stage micrometre: 1 mm in 100 parts."""


def _require_lead_if_any(parts: WebParts, person: Person) -> None:
    if parts.casework.staff.operators():
        require_lead(person)


def _name(person: Person) -> str:
    return "" if person is None else person.name


def _first_run(run: FirstRun) -> FirstRunShape:
    steps = [{"step": s.step, "state": s.state, "facts": dict(s.facts), "clock_hint": s.clock_hint} for s in run.steps]
    return FirstRunShape.model_validate({"done": run.next is None, "next": run.next, "steps": steps})


def _scale(scale: ToldScale) -> ScaleShape:
    return ScaleShape(**{name: getattr(scale, name) for name in ScaleShape.model_fields})
