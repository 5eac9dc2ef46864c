"""The page of a kit that could not start: what happened and what to do, instead of a connection refused."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from edge.web.app import bare_app
from edge.web.language import language_of, translation
from edge.web.problems import answer, problem_of
from firmware_bridge.errors import Fault

NOT_READY = 503


def create_fallback(fault: Fault, host_names: frozenset[str] = frozenset()) -> FastAPI:
    """Every address answers 503 with the fault and its remedy; `/health` too."""
    app = bare_app(host_names)

    @app.get("/health")
    def health(request: Request) -> JSONResponse:
        """Why the station is not up."""
        problem = problem_of(fault, translation(language_of(request).code), NOT_READY)
        known = {"code": problem.code, "detail": problem.detail, "remedy": problem.remedy}
        return JSONResponse({"ok": False, "fault": known}, NOT_READY)

    async def anything(request: Request, _: Exception) -> Response:
        return answer(request, fault, NOT_READY, restart=True)

    # whatever else is asked for, by whatever method, is not there
    app.add_exception_handler(HTTPException, anything)
    return app
