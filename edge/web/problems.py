"""Errors as answers: problem+json (RFC 9457) for programs, a page for people; both say what happened and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from edge.errors import (
    BadSetting,
    BundleFault,
    CaseFault,
    ControlFault,
    EngineFault,
    LastLead,
    NameTaken,
    NotRecorded,
    NotSignedIn,
    NotYet,
    PersonFault,
    PinForm,
    PinWait,
    RecordFault,
    ScaleLines,
    ScaleSize,
    ScaleUnknown,
    StoreFull,
    UnknownClass,
)
from edge.papers.faults import (
    ConsentMissing,
    NothingCorrected,
    PictureDamaged,
    ReplyElsewhere,
    ReplyUnreadable,
    TargetFull,
    TargetGone,
    TargetReadOnly,
    TargetWrong,
)
from edge.web.language import language_of, translation
from edge.web.rendering import render
from edge.web.seen_problems import Seen
from edge.words import Translate, in_english, say_fault
from firmware_bridge.errors import BadPicture, Fault, SourceFault

STATUS: Mapping[type[Fault], int] = {
    NotRecorded: 404,
    BadPicture: 422,
    BadSetting: 422,
    ScaleUnknown: 422,
    ScaleLines: 422,
    ScaleSize: 409,
    NotYet: 409,
    CaseFault: 409,
    UnknownClass: 422,
    ControlFault: 409,
    NotSignedIn: 401,
    PersonFault: 403,
    PinWait: 429,
    PinForm: 422,
    NameTaken: 409,
    LastLead: 409,
    BundleFault: 422,
    PictureDamaged: 503,
    ConsentMissing: 409,
    NothingCorrected: 409,
    ReplyUnreadable: 422,
    ReplyElsewhere: 409,
    TargetGone: 409,
    TargetReadOnly: 409,
    TargetFull: 507,
    TargetWrong: 503,
    EngineFault: 422,
    StoreFull: 507,
    RecordFault: 503,
    SourceFault: 503,
    Fault: 500,
}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error to be answered. `code` is the fault's, stable across languages; `wait_s` until another try helps."""

    status: int
    code: str
    detail: str
    remedy: str
    wait_s: float | None = None

    def response(self) -> JSONResponse:
        """As problem+json."""
        body = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "remedy": self.remedy,
        }
        later = {} if self.wait_s is None else {"Retry-After": str(ceil(self.wait_s))}
        return JSONResponse(body, self.status, later, media_type="application/problem+json")


def problem_of(fault: Fault, translate: Translate = in_english) -> Problem:
    """The problem that a fault is, in the reader's words where there are any."""
    words = say_fault(fault, translate)
    wait_s = fault.wait_s if isinstance(fault, PinWait) else None
    return Problem(status_of(type(fault)), fault.code, words.text, words.remedy, wait_s)


def status_of(kind: type[Fault]) -> int:
    """The status of a kind of fault: that of its nearest named ancestor."""
    return next(STATUS[each] for each in kind.__mro__ if each in STATUS)


def answer(request: Request, problem: Problem, restart: bool = False) -> Response:
    """A page where a page was asked for, problem+json otherwise; `restart`: only a new start will help."""
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if not wants_page:
        return problem.response()
    return render(request, "problem.html", {"problem": problem, "restart": restart}, status=problem.status)


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""
    app.add_exception_handler(Fault, _on_fault)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_bug)


async def _on_fault(request: Request, error: Exception) -> Response:
    if not isinstance(error, Fault):
        raise error
    problem = problem_of(error, translation(language_of(request).code))
    _note(request, problem)
    return answer(request, problem)


def _note(request: Request, problem: Problem) -> None:
    """For support: what went wrong, where, without what anybody typed."""
    seen: Seen | None = getattr(request.app.state, "seen", None)
    route = request.scope.get("route")
    if seen is not None:
        seen.note(problem.code, problem.status, request.method, getattr(route, "path", ""))


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"])
    problem = Problem(422, "web.invalid", f"{place}: {first['msg']}.", "See /openapi.json for the form.")
    _note(request, problem)
    return answer(request, problem)


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = {404: "There is nothing at this address."}.get(error.status_code, str(error.detail))
    problem = Problem(error.status_code, f"web.{error.status_code}", detail, "Go back to the start page.")
    _note(request, problem)
    return answer(request, problem)


async def _on_bug(request: Request, error: Exception) -> Response:
    _note(request, Problem(500, "internal", type(error).__name__, ""))
    _logger.error("unexpected error at %s", request.url.path, exc_info=error)
    return answer(
        request,
        Problem(
            500, "internal", "Something went wrong that should not.", "Try again; if it happens again, tell support."
        ),
    )
