"""The kit itself: its latest problems, a support bundle, figures for Prometheus."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from edge.web import support
from edge.web.metrics import exposition
from edge.web.moments import Hint
from edge.web.parts import WebParts
from edge.web.seen_problems import Seen

TEXT = "text/plain; version=0.0.4; charset=utf-8"


class SeenProblemShape(BaseModel):
    """A problem that was answered; `route` is the address without what was filled in."""

    number: int
    code: str
    status: int
    method: str
    route: str
    clock_hint: Hint


def kit_router(document: Callable[[Seen], support.Document]) -> APIRouter:
    """What is wrong, if anything is; `document` is what a support bundle tells."""
    routes = APIRouter(prefix="/api/v1", tags=["kit"])

    @routes.get("/errors")
    def errors(request: Request) -> list[SeenProblemShape]:
        """The latest problems since the start, the newest first."""
        names = SeenProblemShape.model_fields
        return [SeenProblemShape(**{name: getattr(each, name) for name in names}) for each in _seen(request).latest()]

    @routes.get("/support.zip", response_class=Response)
    def support_bundle(request: Request) -> Response:
        """Everything that helps support, and nothing of a patient. Takes seconds: it asks the doctor."""
        name = {"Content-Disposition": 'attachment; filename="marrowkit-support.zip"'}
        return Response(support.packed(document(_seen(request))), media_type="application/zip", headers=name)

    return routes


def metrics_router(parts: WebParts) -> APIRouter:
    """For Prometheus."""
    routes = APIRouter(tags=["kit"])

    @routes.get("/metrics", response_class=Response)
    def metrics(request: Request) -> Response:
        """The kit in figures, in the text format of Prometheus."""
        return Response(exposition(parts, _seen(request)), media_type=TEXT)

    return routes


def _seen(request: Request) -> Seen:
    seen: Seen = request.app.state.seen
    return seen
