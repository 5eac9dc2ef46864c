"""The application: finished parts in, one ASGI application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from edge.types import Frame
from edge.web import files, health, live, pages, problems
from edge.web.api import routers
from edge.web.api.problem_shapes import as_problems
from edge.web.desk import Desk
from edge.web.fit import Fit
from edge.web.focus import FocusMemory
from edge.web.guard import Guard
from edge.web.packed import Packed
from edge.web.parts import WebParts
from edge.web.seen_problems import Seen
from edge.web.steady import Looking

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(parts: WebParts) -> FastAPI:
    """The page and its API over these parts, which stay the caller's to close."""
    looking, focus = Looking(parts.examiner.gate), FocusMemory()

    def captured(frame: Frame) -> None:
        looking.captured(frame)
        focus.forget()

    desk = Desk(parts, captured, looking.is_captured)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        parts.stopping.set()
        desk.close()
        parts.casework.close()

    app = bare_app(parts.host_names, lifespan)
    app.include_router(pages.router(parts))
    app.include_router(live.router(parts, looking, focus))
    app.state.parts = parts
    for each in routers(parts, desk):
        app.include_router(each)
    app.include_router(health.router(parts))
    return app


class Guarded(FastAPI):
    """An application whose every answer passes its guard: what `add_middleware` adds lies inside of Starlette's own
    answer to errors that nobody foresaw, and that one would leave unmarked.
    """

    def __init__(self, host_names: frozenset[str], **options: Any) -> None:
        super().__init__(**options)
        self._host_names = host_names

    def openapi(self) -> dict[str, Any]:
        """FastAPI's, with errors as what they are sent as."""
        if self.openapi_schema is None:
            self.openapi_schema = as_problems(super().openapi())
        return self.openapi_schema

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's, with the guard outermost."""
        return Guard(super().build_middleware_stack(), self._host_names)


def bare_app(host_names: frozenset[str], lifespan: Lifespan | None = None) -> FastAPI:
    """What every application of the kit has: guards, static files, errors with remedies, and nothing from elsewhere."""
    app = Guarded(
        host_names,
        title="Marrowkit",
        description="Decision support for leukaemia screening, not a diagnosis.",
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        # newer FastAPI can export traces where an environment variable says so; a kit tells nobody anything
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.seen = Seen()
    files.mount(app)
    problems.install(app)
    app.add_middleware(Fit)
    app.add_middleware(Packed)
    return app
