"""`/api/v1/cases`: begin, find, describe, and see what a case amounts to."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from edge.casework.content import seal
from edge.casework.history import history
from edge.casework.life import Words
from edge.record import Case, NewCase
from edge.record.listing import Wanted
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.result_shapes import CaseResultShape, Log, result_shape
from edge.web.api.who import By, Reader
from edge.web.examples import example
from edge.web.parts import WebParts
from edge.web.shapes import CaseShape, CaseState, NewCaseShape, case_shape
from edge.words import Translate

TOTAL = "X-Total-Count"
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0)]
Order = Literal["newest", "oldest", "pseudonym", "changed"]


class CaseChangeShape(BaseModel):
    """What is to change of what is said of a case. `confirm`: it is known that the note looks personal."""

    model_config = example(note="Thin smear, second slide.")

    objective: str | None = Field(None, max_length=40)
    note: str | None = Field(None, max_length=4000)
    confirm: bool = False


def cases_router(parts: WebParts) -> APIRouter:
    """Cases: list them, and begin one."""
    routes, casework = APIRouter(prefix="/api/v1/cases", tags=["cases"]), parts.casework

    @routes.get("", responses=problems("session.none"))
    def cases(
        response: Response,
        _: By,
        query: Annotated[str, Query(max_length=100, description="found in code or note")] = "",
        state: CaseState | None = None,
        order: Order = "newest",
        limit: Limit = 100,
        offset: Offset = 0,
    ) -> list[CaseShape]:
        """The cases of patients; how many there are in all is in the header X-Total-Count."""
        wanted = Wanted(query.strip(), state or "", order, limit, offset)
        response.headers[TOTAL] = str(casework.books.listing.count(wanted))
        return _shapes(parts, casework.books.listing.cases(wanted))

    @routes.post("", status_code=201, responses=problems("case.personal", "control.block", "setting", "session.none"))
    def begin(new: NewCaseShape, by: By) -> CaseShape:
        """Begin a case."""
        casework.controls.require_allowed()
        objective = (new.objective or "").strip() or casework.settings.all().objective
        described = NewCase(new.pseudonym, new.specimen, new.stain, objective, new.note)
        return _shapes(parts, [casework.life.begin(described, by, new.confirm)])[0]

    return routes


def case_router(parts: WebParts) -> APIRouter:
    """One case."""
    routes, casework = APIRouter(prefix="/api/v1/cases", dependencies=OF_A_CASE, tags=["cases"]), parts.casework

    @routes.get("/{case_id}", responses=problems("record.unknown", "case.control", "session.none"))
    def case(case_id: int, translate: Reader, _: By) -> CaseResultShape:
        """A case with its fields, its sums and its decision."""
        return whole(parts, case_id, translate)

    @routes.patch(
        "/{case_id}",
        responses=problems(
            "record.unknown", "case.control", "case.signed", "case.finished", "case.personal", "session.none"
        ),
    )
    def change(case_id: int, wanted: CaseChangeShape, by: By) -> CaseShape:
        """Change objective or note."""
        words = Words(wanted.objective, wanted.note, wanted.confirm)
        return _shapes(parts, [casework.life.describe(case_id, words, by)])[0]

    return routes


def whole(parts: WebParts, case_id: int, translate: Translate) -> CaseResultShape:
    """A case with all that is shown of it, as of one moment."""
    casework = parts.casework
    books = casework.books
    with books.database.alone():
        result, steps = casework.results.of(case_id), books.steps.of(case_id)
        stands = seal(books, result)
    return result_shape(result, Log(steps, history(steps, result.case.version), stands), translate)


def _shapes(parts: WebParts, cases: list[Case] | tuple[Case, ...]) -> list[CaseShape]:
    sums = parts.casework.results.sums([case.id for case in cases])
    return [case_shape(case, sums[case.id]) for case in cases]
