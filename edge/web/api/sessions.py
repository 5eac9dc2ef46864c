"""Who is at the kit: sessions and operators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.casework.staff import Change
from edge.record.people import Operator
from edge.web.api.problem_shapes import problems
from edge.web.api.who import COOKIE, Person, must_sign_in, parts_of
from edge.web.examples import example
from edge.web.language import language_of
from edge.web.parts import WebParts

Pin = Annotated[str, Field(description="4 to 12 figures", examples=["2468"], max_length=64)]


class OperatorShape(BaseModel):
    """A person who works with the kit; `lead` may let people in and change settings."""

    id: int
    name: str
    lead: bool
    active: bool


class SessionShape(BaseModel):
    """Who asks, and what the kit needs to know of them."""

    operator: OperatorShape | None
    operators: bool = Field(description="whether anybody is named at all")
    must_sign_in: bool
    language: str
    first_run_done: bool


class SignInShape(BaseModel):
    """A person's number and PIN."""

    model_config = example(operator=1, pin="2468")

    operator: int
    pin: Pin


class NewOperatorShape(BaseModel):
    """A person to let in; the first one leads."""

    model_config = example(name="Amina", pin="2468", lead=True)

    name: str = Field(examples=["Amina"])
    pin: Pin
    lead: bool = False


class OperatorChangeShape(BaseModel):
    """What is to change. `own_pin` is the present PIN, where somebody changes their own."""

    model_config = example(pin="97531", own_pin="2468")

    name: str | None = None
    lead: bool | None = None
    active: bool | None = None
    pin: Pin | None = None
    own_pin: Pin | None = None


def sessions_router(parts: WebParts) -> APIRouter:
    """Sign in, sign out, and who is there."""
    routes, staff = APIRouter(prefix="/api/v1/session", tags=["people"]), parts.casework.staff

    @routes.get("")
    def session(request: Request, person: Person) -> SessionShape:
        """Who asks."""
        return _session(request, person)

    @routes.post("", responses=problems("pin.wrong", "pin.wait", "session.none", "record.unknown"))
    def sign_in(request: Request, response: Response, given: SignInShape) -> SessionShape:
        """Sign in; the answer's cookie is the session."""
        token = staff.sign_in(given.operator, given.pin)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return _session(request, parts.casework.books.people.operator(given.operator))

    @routes.delete("")
    def sign_out(request: Request, response: Response) -> SessionShape:
        """Sign out."""
        staff.sessions.end(request.cookies.get(COOKIE, ""))
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", path="/")
        return _session(request, None)

    return routes


def operators_router(parts: WebParts) -> APIRouter:
    """The people of a kit."""
    routes, staff = APIRouter(prefix="/api/v1/operators", tags=["people"]), parts.casework.staff

    @routes.get("")
    def operators() -> list[OperatorShape]:
        """Everybody, in the order in which they came."""
        return [_operator(each) for each in staff.operators()]

    @routes.post(
        "",
        status_code=201,
        responses=problems("session.none", "session.lead", "operator.taken", "pin.form", "pin.weak", "setting"),
    )
    def add(new: NewOperatorShape, person: Person) -> OperatorShape:
        """Let somebody in."""
        return _operator(staff.add(new.name, new.pin, new.lead, person))

    @routes.patch(
        "/{operator_id}",
        responses=problems(
            "session.none",
            "session.lead",
            "operator.taken",
            "operator.last_lead",
            "pin.form",
            "pin.weak",
            "pin.wrong",
            "pin.wait",
        ),
    )
    def change(operator_id: int, wanted: OperatorChangeShape, person: Person) -> OperatorShape:
        """Change somebody, or one's own PIN."""
        return _operator(staff.change(operator_id, Change(**wanted.model_dump()), person))

    return routes


def _session(request: Request, person: Operator | None) -> SessionShape:
    parts = parts_of(request)
    casework = parts.casework
    return SessionShape(
        operator=None if person is None else _operator(person),
        operators=bool(casework.staff.operators()),
        must_sign_in=person is None and must_sign_in(casework, parts.live.uri),
        language=language_of(request).code,
        first_run_done=casework.first_run.state().next is None,
    )


def _operator(operator: Operator) -> OperatorShape:
    return OperatorShape(id=operator.id, name=operator.name, lead=operator.lead, active=operator.active)
