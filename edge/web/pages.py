"""The pages, thin: a page is its template and the case that it is about; the rest comes through the API."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from edge.record import Case
from edge.web.parts import WebParts, without_password
from edge.web.rendering import render

STATIC = Path(__file__).parent / "static"


class Files(StaticFiles):
    """The kit's own scripts, styles and icons; asked for again each time, so that an update shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be revalidated."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def router(parts: WebParts) -> APIRouter:
    """`/`, `/cases` and `/cases/{id}`."""
    routes, record = APIRouter(include_in_schema=False), parts.record

    @routes.get("/")
    def start(request: Request) -> Response:
        newest = next(iter(record.cases()), None)
        return _bench(request, parts, newest)

    @routes.get("/cases")
    def cases(request: Request) -> Response:
        listed = [(case, record.tally(case.id)) for case in record.cases()]
        return render(request, "cases.html", {"cases": listed})

    @routes.get("/cases/{case_id}")
    def case(request: Request, case_id: int) -> Response:
        return _bench(request, parts, record.case(case_id))

    return routes


def _bench(request: Request, parts: WebParts, case: Case | None) -> Response:
    context = {
        "case": case,
        "source": without_password(parts.live.uri),
        "bundle": parts.bundle,
        "blast_labels": parts.blast_labels,
    }
    return render(request, "bench.html", context)
