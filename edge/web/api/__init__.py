"""`/api/v1`: the page uses nothing else. One file per resource, its shapes beside; `API.md` is the map."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from fastapi import APIRouter

from edge.web import support
from edge.web.api import (
    bundles,
    cases,
    cells,
    controls,
    explaining,
    fields,
    kit,
    life,
    papers,
    runs,
    sessions,
    settings,
)
from edge.web.desk import Desk
from edge.web.parts import WebParts


def routers(parts: WebParts, desk: Desk) -> Iterator[APIRouter]:
    """Every resource. Fixed addresses (`/cases/compare`) come before those with numbers in them."""
    yield sessions.sessions_router(parts)
    yield sessions.operators_router(parts)
    yield settings.settings_router(parts)
    yield settings.first_run_router(parts, desk)
    yield controls.controls_router(parts)
    yield controls.runs_router(parts, desk)
    yield runs.reruns_router(parts)
    yield bundles.bundles_router(parts)
    yield cases.cases_router(parts)
    yield cases.case_router(parts)
    yield life.life_router(parts)
    yield life.said_router(parts)
    yield life.log_router(parts)
    yield life.kit_log_router(parts)
    yield fields.capture_router(parts, desk)
    yield fields.fields_router(parts)
    yield fields.pictures_router(parts)
    yield cells.cells_router(parts)
    yield cells.cell_router(parts)
    if parts.explain is not None:
        yield explaining.explaining_router(parts, desk, parts.explain)
    yield papers.papers_router(parts)
    yield papers.export_router(parts)
    yield papers.replies_router(parts)
    yield kit.kit_router(partial(support.of_kit, parts))
    yield kit.metrics_router(parts)
