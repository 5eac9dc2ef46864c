"""The page of a kit that could not start: what happened and what to do, instead of a connection refused."""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from edge.web.api.kit import kit_router
from edge.web.app import bare_app
from edge.web.language import language_of, translation
from edge.web.problems import answer, fault_shape
from edge.web.support import Findings, of_fault
from firmware_bridge.errors import Fault

NOT_READY = 503


def create_fallback(fault: Fault, host_names: frozenset[str] = frozenset(), findings: Findings = tuple) -> FastAPI:
    """Every address answers 503 with the fault and its remedy, `/health` too; but support gets what can be told, with
    `findings` of the doctor.
    """
    app = bare_app(host_names)
    app.include_router(kit_router(partial(of_fault, fault, findings)))

    @app.get("/health")
    def health(request: Request) -> JSONResponse:
        """Why the station is not up."""
        said = fault_shape(fault, translation(language_of(request).code))
        return JSONResponse({"ok": False, "fault": said}, NOT_READY)

    async def anything(request: Request, _: Exception) -> Response:
        return answer(request, fault, NOT_READY, restart=True)

    # whatever else is asked for, by whatever method, is not there
    app.add_exception_handler(HTTPException, anything)
    return app
