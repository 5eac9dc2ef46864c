"""What happens to a case: finished, resumed, signed, amended; and what is said of it."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from edge.casework.content import is_intact
from edge.casework.life import LONGEST_STATEMENT, LONGEST_TEXT, Hand
from edge.record.steps import Step
from edge.web.api.cases import whole
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.result_shapes import (
    AuditStepShape,
    CaseResultShape,
    VersionShape,
    signature_shape,
    step_shape,
)
from edge.web.api.sessions import Pin
from edge.web.api.who import By, Reader
from edge.web.examples import example
from edge.web.parts import WebParts

After = Annotated[int, Query(ge=0, description="only the steps after the one with this number")]
Before = Annotated[int, Query(ge=1, le=sys.maxsize, description="only the steps before the one with this number")]
Most = Annotated[int, Query(ge=1, le=500, description="at most so many")]
Seal = Annotated[str, Field(min_length=64, max_length=64, description="of the case as it was shown: its `seal`")]
CHANGES = ("record.unknown", "case.control", "case.signed", "session.none")


class SignShape(BaseModel):
    """Who signs, and what they say."""

    model_config = example(operator=1, pin="2468", seal="3f" * 32, statement="Checked by eye.")

    operator: int
    pin: Pin
    seal: Seal
    statement: str = Field("", max_length=LONGEST_STATEMENT)


class AmendShape(BaseModel):
    """Who reopens a signed case, and why."""

    model_config = example(operator=1, pin="2468", seal="3f" * 32, reason="Two cells were taken for blasts.")

    operator: int
    pin: Pin
    seal: Seal
    reason: str = Field(max_length=LONGEST_STATEMENT, examples=["Two cells were taken for blasts."])


class ManualCountShape(BaseModel):
    """A person's own count, cells by class."""

    model_config = example(counts={"blast": 31, "lymphoid": 69})

    counts: dict[str, int] = Field(examples=[{"blast": 31, "lymphoid": 12}], max_length=40)


class AnswerShape(BaseModel):
    """What the expert answered."""

    model_config = example(expert="Dr Wanjiru", opinion="likely", percent=80, text="Large nucleoli.")

    expert: str = Field(min_length=1, max_length=200)
    opinion: str = Field(min_length=1, max_length=60)
    percent: float | None = Field(None, ge=0, le=100)
    text: str = Field("", max_length=LONGEST_TEXT)
    version: int | None = Field(
        None, ge=1, description="of the case that they were asked about; absent: the one that stands"
    )


class ConsentShape(BaseModel):
    """On what ground cells may be used for training."""

    model_config = example(ground="Form 3 of the ward, signed on paper")

    ground: str = Field(min_length=1, max_length=500, examples=["Form 3 of the ward, signed on paper"])


def life_router(parts: WebParts) -> APIRouter:
    """From finishing to amending."""
    routes, life = (
        APIRouter(prefix="/api/v1/cases/{case_id}", dependencies=OF_A_CASE, tags=["life of a case"]),
        parts.casework.life,
    )

    @routes.post("/finish", responses=problems(*CHANGES, "case.finished", "case.empty", "run.unfinished"))
    def finish(case_id: int, translate: Reader, by: By) -> CaseResultShape:
        """Close the count. The result is preliminary until it is signed."""
        life.finish(case_id, by)
        return whole(parts, case_id, translate)

    @routes.post("/resume", responses=problems(*CHANGES, "case.open"))
    def resume(case_id: int, translate: Reader, by: By) -> CaseResultShape:
        """Go on counting a finished case."""
        life.resume(case_id, by)
        return whole(parts, case_id, translate)

    @routes.post("/sign", responses=problems(*CHANGES, "case.open", "case.changed", "pin.wrong", "pin.wait"))
    def sign(case_id: int, given: SignShape, translate: Reader, _: By) -> CaseResultShape:
        """Put a person's name under it, as it was shown to them."""
        life.sign(case_id, Hand(given.operator, given.pin, given.seal, given.statement))
        return whole(parts, case_id, translate)

    @routes.post(
        "/amend",
        responses=problems(
            "record.unknown", "case.control", "case.unsigned", "case.changed", "pin.wrong", "pin.wait", "setting"
        ),
    )
    def amend(case_id: int, given: AmendShape, translate: Reader, _: By) -> CaseResultShape:
        """Reopen a signed case as its next version; the one before is kept."""
        life.amend(case_id, given.reason, Hand(given.operator, given.pin, given.seal))
        return whole(parts, case_id, translate)

    return routes


def said_router(parts: WebParts) -> APIRouter:
    """A manual count, the expert's answer, consent."""
    routes, life = (
        APIRouter(prefix="/api/v1/cases/{case_id}", dependencies=OF_A_CASE, tags=["said of a case"]),
        parts.casework.life,
    )

    @routes.put("/manual", responses=problems(*CHANGES, "cell.class", "setting"))
    def count(case_id: int, given: ManualCountShape, translate: Reader, by: By) -> CaseResultShape:
        """A person's own count beside the kit's; their agreement is in the answer."""
        life.count_by_hand(case_id, given.counts, by)
        return whole(parts, case_id, translate)

    @routes.delete("/manual", responses=problems(*CHANGES))
    def uncount(case_id: int, translate: Reader, by: By) -> CaseResultShape:
        """Without it again."""
        life.drop_hand_count(case_id, by)
        return whole(parts, case_id, translate)

    @routes.put("/referral/answer", responses=problems("record.unknown", "case.control", "session.none", "setting"))
    def answer(case_id: int, given: AnswerShape, translate: Reader, by: By) -> CaseResultShape:
        """What the expert answered; also after the signature."""
        said = given.model_dump()
        known = parts.casework.papers.asked_about(case_id, given.version)
        life.answer(case_id, {**said, "referral": known}, by)
        return whole(parts, case_id, translate)

    @routes.put("/consent", responses=problems("record.unknown", "case.control", "session.none", "setting"))
    def consent(case_id: int, given: ConsentShape, translate: Reader, by: By) -> CaseResultShape:
        """Cells of this case may be used for training."""
        life.consent(case_id, given.ground, by)
        return whole(parts, case_id, translate)

    @routes.delete("/consent", responses=problems("record.unknown", "case.control", "session.none"))
    def no_consent(case_id: int, translate: Reader, by: By) -> CaseResultShape:
        """They may not, or not any more."""
        life.consent(case_id, None, by)
        return whole(parts, case_id, translate)

    return routes


def kit_log_router(parts: WebParts) -> APIRouter:
    """The audit log of the kit itself."""
    routes, steps = APIRouter(prefix="/api/v1", tags=["kit"]), parts.casework.books.steps

    @routes.get("/audit", responses=problems("session.none"))
    def kit_audit(_: By, before: Before = sys.maxsize, limit: Most = 100) -> list[AuditStepShape]:
        """What was done to people, settings, scales and control slides, the newest first."""
        return [step_shape(step) for step in steps.latest(None, limit, before)]

    return routes


def log_router(parts: WebParts) -> APIRouter:
    """The audit log and the signed versions."""
    routes, books = (
        APIRouter(prefix="/api/v1/cases/{case_id}", dependencies=OF_A_CASE, tags=["life of a case"]),
        parts.casework.books,
    )

    @routes.get("/audit", responses=problems("record.unknown", "case.control", "session.none"))
    def audit(case_id: int, _: By, after: After = 0) -> list[AuditStepShape]:
        """Everything that was done to a case, in order."""
        case, steps = books.record.case(case_id), books.steps.of(case_id)
        versions = range(1, case.version + 1)
        undone = {step.number for version in versions for step in _taken_back(steps, version)}
        return [step_shape(step, step.number in undone) for step in steps if step.number > after]

    @routes.get("/versions", responses=problems("record.unknown", "case.control", "session.none"))
    def versions(case_id: int, _: By) -> list[VersionShape]:
        """What was signed, version by version, and whether all of it is still as it was; reads every picture."""
        books.record.case(case_id)
        reasons = {step.version - 1: step.reason for step in books.steps.of(case_id) if step.kind == "amend"}
        return [
            VersionShape(
                **signature_shape(each).model_dump(),
                intact=is_intact(books, case_id, each),
                amended=reasons.get(each.version, ""),
                content=json.loads(each.content),
            )
            for each in books.life.signatures(case_id)
        ]

    return routes


def _taken_back(steps: tuple[Step, ...], version: int) -> list[Step]:
    """Steps whose latest move is an undo, also those that a later step has made final."""
    last: dict[int, Literal["undo", "redo"]] = {}
    for step in steps:
        if step.version == version and step.kind in ("undo", "redo") and step.of_step is not None:
            last[step.of_step] = "undo" if step.kind == "undo" else "redo"
    return [step for step in steps if last.get(step.number) == "undo"]
