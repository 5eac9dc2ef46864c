"""The page of a kit that could not start: what happened and what to do, instead of a connection refused."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from edge.web.app import bare_app
from edge.web.problems import Problem, answer, problem_of
from firmware_bridge.errors import Fault


def create_fallback(fault: Fault, host_names: frozenset[str] = frozenset()) -> FastAPI:
    """Every address answers 503 with the fault and its remedy; `/health` too."""
    app = bare_app(host_names)
    known = problem_of(fault)
    problem = Problem(503, known.code, known.detail, known.remedy)

    @app.get("/health")
    def health() -> JSONResponse:
        """Why the station is not up."""
        fault_shape = {"code": problem.code, "detail": problem.detail, "remedy": problem.remedy}
        return JSONResponse({"ok": False, "fault": fault_shape}, 503)

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"], include_in_schema=False)
    def anything(request: Request, path: str) -> Response:
        return answer(request, problem, restart=True)

    return app
