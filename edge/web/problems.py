"""Errors as answers: problem+json (RFC 9457) for programs, a page for people; both say what happened and what to do."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from edge.errors import BadSetting, NotRecorded, RecordFault, ScaleUnknown, StoreFull
from edge.web.rendering import render
from firmware_bridge.errors import BadPicture, Fault, SourceFault

STATUS: Mapping[type[Fault], int] = {
    NotRecorded: 404,
    BadPicture: 422,
    BadSetting: 422,
    ScaleUnknown: 422,
    StoreFull: 507,
    RecordFault: 503,
    SourceFault: 503,
    Fault: 500,
}

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error to be answered. `code` is the fault's, stable across languages."""

    status: int
    code: str
    detail: str
    remedy: str

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
        return JSONResponse(body, self.status, media_type="application/problem+json")


def problem_of(fault: Fault) -> Problem:
    """The problem that a fault is, with the status of its nearest named ancestor."""
    status = next(STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS)
    return Problem(status, fault.code, fault.what, fault.remedy)


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
    return answer(request, problem_of(error))


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = ".".join(str(step) for step in first["loc"])
    return answer(request, Problem(422, "web.invalid", f"{place}: {first['msg']}.", "See /openapi.json for the form."))


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    detail = {404: "There is nothing at this address."}.get(error.status_code, str(error.detail))
    return answer(request, Problem(error.status_code, f"web.{error.status_code}", detail, "Go back to the start page."))


async def _on_bug(request: Request, error: Exception) -> Response:
    _logger.error("unexpected error at %s", request.url.path, exc_info=error)
    return answer(
        request,
        Problem(
            500, "internal", "Something went wrong that should not.", "Try again; if it happens again, tell support."
        ),
    )
