"""The pages, thin: a page is its template and the case that it is about; the rest comes through the API."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from edge.papers.page import report_page
from edge.record import Case
from edge.web import guard
from edge.web.api.papers import Version
from edge.web.api.who import By, Code, sees_cases, signed_in
from edge.web.local import paper_reader
from edge.web.opened import remember_case, takes_fields, worked_on
from edge.web.parts import WebParts
from edge.web.rendering import render
from firmware_bridge.masking import without_secrets

Step = Literal["language", "operator", "camera", "light", "focus", "scale", "control"]
POLICY = "Content-Security-Policy"
View = Literal["cells", "result", "log"]


def router(parts: WebParts) -> APIRouter:
    """Every page."""
    routes = APIRouter(include_in_schema=False)
    _add_cases(routes, parts)
    _add_views(routes, parts)
    _add_kit(routes, parts)
    return routes


def _add_cases(routes: APIRouter, parts: WebParts) -> None:
    @routes.get("/")
    def start(request: Request, _: By) -> Response:
        """The microscope, at the address of its case: loaded again it shows the same one, whatever else is begun."""
        case = worked_on(request, parts)
        if case is None:
            return _bench(request, parts, None)
        asked = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/cases/{case.id}{asked}", 303)

    @routes.get("/cases")
    def cases(request: Request) -> Response:
        return _page(request, parts, "cases.html", now="cases")

    @routes.get("/cases/new")
    def new_case(request: Request) -> Response:
        return _page(request, parts, "case_new.html", now="case", **_objectives(parts))

    @routes.get("/cases/compare")
    def compare(request: Request) -> Response:
        return _page(request, parts, "compare.html", now="cases")


def _add_views(routes: APIRouter, parts: WebParts) -> None:
    @routes.get("/cases/{case_id}")
    def case(request: Request, case_id: int, _: By) -> Response:
        return _bench(request, parts, parts.casework.case(case_id))

    @routes.get("/cases/{case_id}/report")
    def report(request: Request, case_id: int, code: Code, _: By, version: Version = None) -> Response:
        """To print: the words of report.pdf; shown, like the papers themselves, only to whoever may see cases."""
        file = parts.casework.papers.file(case_id, version)
        page = {"report": report_page(file, paper_reader(code)), "case_id": case_id}
        response = render(request, "report.html", page)
        response.headers[POLICY] = guard.HEADERS[POLICY].replace("img-src", "img-src data:")
        return response

    @routes.get("/cases/{case_id}/{view}")
    def view_of(request: Request, case_id: int, view: View, _: By) -> Response:
        known = parts.casework.case(case_id)
        return _page(request, parts, f"{view}.html", known, now="case", view=view)


def _add_kit(routes: APIRouter, parts: WebParts) -> None:
    @routes.get("/control")
    def control(request: Request) -> Response:
        return _page(request, parts, "control.html", now="control")

    @routes.get("/settings")
    def settings(request: Request) -> Response:
        return _page(request, parts, "settings.html", now="settings")

    @routes.get("/sign-in")
    def sign_in(request: Request) -> Response:
        return _page(request, parts, "sign_in.html", now="settings")

    @routes.get("/first-run")
    def first_run(request: Request, step: Step | None = None) -> Response:
        return _page(request, parts, "first_run.html", now="settings", step=step or "")


def _bench(request: Request, parts: WebParts, case: Case | None) -> Response:
    captures_itself = parts.casework.settings.all().auto_capture
    bench = {"case": case, "view": "", "captures_itself": captures_itself, **_objectives(parts)}
    return _page(request, parts, "bench.html", case, now="microscope", **bench)


def _objectives(parts: WebParts) -> dict[str, Any]:
    """What a new case's objective is offered: the usual one, and those with a scale."""
    casework = parts.casework
    measured = [scale.objective for scale in casework.scales.all()]
    return {"objective": casework.settings.all().objective, "objectives": measured}


def _page(request: Request, parts: WebParts, template: str, here: Case | None = None, **context: Any) -> Response:
    """A page with what every page knows of the kit; `here` is the case that it is about."""
    known = {
        "here": here,
        "working": _working(request, parts, here),
        "source": without_secrets(parts.live.uri),
        "bundle": parts.bundle,
        "blast_labels": parts.blast_labels,
    }
    response = render(request, template, {**known, **context})
    if here is not None:
        remember_case(response, here)
    return response


def _working(request: Request, parts: WebParts, here: Case | None) -> Case | None:
    """The case that "Microscope" leads to: the open page's own where it takes fields; none for whoever sees none."""
    if here is not None and takes_fields(here):
        return here
    return worked_on(request, parts) if sees_cases(parts, signed_in(request)) else None
