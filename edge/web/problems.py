"""Errors as answers: problem+json (RFC 9457) for programs, a page for people; both say what happened and what to do."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from edge.errors import PinWait
from edge.web.faults import Broken, NoFiles, NoSuchAddress, NoSuchMethod, TooLarge, Unfit, Unreadable, WebFault
from edge.web.language import language_of, translation
from edge.web.rendering import render
from edge.web.seen_problems import Seen
from edge.web.statuses import TITLES, status_of
from edge.words import Translate, in_english, say_fault
from firmware_bridge.errors import Fault

OF_STATUS: Mapping[int, type[WebFault]] = {404: NoSuchAddress, 405: NoSuchMethod, 413: TooLarge}
"""What the framework means by a status; any other is a request that it cannot read."""

OUT_OF_FILES = frozenset({errno.EMFILE, errno.ENFILE})

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """An error to be answered, in the reader's words. `code` is the fault's, stable across languages.

    `wait_s` until another try helps; `errors` (place and kind) where values do not fit.
    """

    status: int
    title: str
    code: str
    detail: str
    remedy: str
    wait_s: float | None = None
    errors: tuple[Mapping[str, str], ...] = ()

    def response(self) -> JSONResponse:
        """As problem+json."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "remedy": self.remedy,
        }
        unfit = {"errors": list(self.errors)} if self.errors else {}
        later = {} if self.wait_s is None else {"Retry-After": str(ceil(self.wait_s))}
        return JSONResponse({**body, **unfit}, self.status, later, media_type="application/problem+json")


def problem_of(fault: Fault, translate: Translate = in_english, status: int | None = None) -> Problem:
    """The problem that a fault is, in the reader's words where there are any; `status` instead of its own."""
    words, number = say_fault(fault, translate), status or status_of(type(fault))
    wait_s = fault.wait_s if isinstance(fault, PinWait) else None
    errors = fault.errors if isinstance(fault, Unfit) else ()
    return Problem(number, translate(TITLES[number]), fault.code, words.text, words.remedy, wait_s, errors)


def fault_shape(fault: Fault, translate: Translate = in_english) -> dict[str, str]:
    """A fault inside of an answer, in the reader's words."""
    words = say_fault(fault, translate)
    return {"code": fault.code, "detail": words.text, "remedy": words.remedy}


def answer(request: Request, fault: Fault, status: int | None = None, restart: bool = False) -> Response:
    """A page where a page was asked for, problem+json otherwise; support can read later that it was given.

    `restart`: only a new start of the kit will help.
    """
    problem = problem_of(fault, translation(language_of(request).code), status)
    _note(request, problem)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if not wants_page:
        return problem.response()
    return render(request, "problem.html", {"problem": problem, "restart": restart}, status=problem.status)


def install(app: FastAPI) -> None:
    """Answer every error of this app as a problem."""
    app.add_exception_handler(Fault, _on_fault)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(OSError, _on_system)
    app.add_exception_handler(Exception, _on_bug)


def _note(request: Request, problem: Problem) -> None:
    """For support: what went wrong, where, without what anybody typed."""
    seen: Seen = request.app.state.seen
    route = request.scope.get("route")
    seen.note(problem.code, problem.status, request.method, getattr(route, "path", ""))


async def _on_fault(request: Request, error: Exception) -> Response:
    if not isinstance(error, Fault):
        raise error
    return answer(request, NoFiles() if _is_for_want_of_files(error) else error)


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    unfit = [{"place": ".".join(map(str, each["loc"])), "kind": str(each["type"])} for each in error.errors()]
    return answer(request, Unfit(unfit))


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return answer(request, OF_STATUS.get(error.status_code, Unreadable)())


async def _on_bug(request: Request, error: Exception) -> Response:
    _logger.error("unexpected error at %s", request.url.path, exc_info=error)
    return answer(request, Broken())


async def _on_system(request: Request, error: Exception) -> Response:
    if not _is_for_want_of_files(error):
        raise error
    return answer(request, NoFiles())


def _is_for_want_of_files(error: BaseException) -> bool:
    causes = (error, error.__cause__, error.__context__)
    return any(isinstance(each, OSError) and each.errno in OUT_OF_FILES for each in causes)
