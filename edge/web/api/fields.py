"""Fields of a case: captured, examined, and shown with their pictures."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Query, Request, Response, UploadFile
from starlette.responses import FileResponse

from edge.casework.history import deciders
from edge.document import Document, said_again
from edge.record.steps import Step
from edge.types import Frame
from edge.web.api.kept import kept
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.who import By, Reader
from edge.web.desk import Desk
from edge.web.outlines import outlines, thumbnail
from edge.web.parts import WebParts
from edge.web.shapes import CapturedShape, OutlinesShape, ShownShape, already_shape, field_shape
from edge.words import Translate

FIELD = "/api/v1/cases/{case_id}/fields/{number}"
CAPTURES = (
    "record.unknown",
    "case.control",
    "case.signed",
    "case.finished",
    "case.again",
    "case.bundle",
    "scale.size",
    "record.full",
    "source.lost",
)
SHOWN = problems("record.unknown", "case.control", "session.none")
MOST_PIXELS = 60_000_000
"""Of a picture that somebody hands in: more than any camera on a microscope gives; 180 MB decoded."""
Picture = Annotated[UploadFile | None, File(description="absent: the newest live picture")]
Shown = Annotated[bool, Query(description="with the field's document and outlines, to draw it at once")]
Scale = Annotated[float | None, Form(gt=0, lt=10, description="micrometres per pixel, if known")]
ByItself = Annotated[bool, Query(description="nobody asked for it: only if another place than the latest is seen")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be captured: a picture that was handed in, of this scale, or the newest live one."""

    picture: Picture = None
    um_per_px: Scale = None
    by_itself: ByItself = False


Wish = Annotated[Wanted, Depends()]


def capture_router(parts: WebParts, desk: Desk) -> APIRouter:
    """Captures: the newest live picture, or one handed in."""
    routes = APIRouter(prefix="/api/v1/cases/{case_id}/fields", dependencies=OF_A_CASE, tags=["fields"])

    @routes.post("", status_code=201, responses=problems(*CAPTURES, "control.block", "session.none"))
    async def capture(
        case_id: int,
        response: Response,
        translate: Reader,
        by: By,
        wanted: Wish,
        shown: Shown = False,
    ) -> CapturedShape:
        """Examine and record a field. 201 once it is on the disk; 200 where this picture was there already."""
        answer = await captured(parts, desk, case_id, response, by, wanted)
        if shown:
            answer.shown = await asyncio.to_thread(_shown, parts, case_id, answer.field.number, translate)
        return answer

    return routes


async def captured(
    parts: WebParts,
    desk: Desk,
    case_id: int,
    response: Response,
    by: str,
    wanted: Wanted,
) -> CapturedShape:
    """Capture a field into any case, a patient's or a control run's."""
    if wanted.picture is None:
        taken = await desk.take(case_id, desk.newest(), "itself" if wanted.by_itself else "hand", by)
    else:
        async with desk.handing_in:
            frame = await _handed_in(parts, wanted.picture, wanted.um_per_px)
            taken = await desk.take(case_id, frame, "file", by)
    response.status_code = 201 if taken.recorded.is_new else 200
    row = await asyncio.to_thread(parts.casework.results.field, taken.recorded.field)
    return CapturedShape(is_new=taken.recorded.is_new, field=field_shape(row), already=already_shape(taken.already))


def fields_router(parts: WebParts) -> APIRouter:
    """A field: its document and its outlines."""
    routes = APIRouter(prefix=FIELD, dependencies=OF_A_CASE, tags=["fields"])

    @routes.get("", responses=SHOWN)
    def field(case_id: int, number: int, translate: Reader, _: By) -> Document:
        """The whole examination, laid out as `marrowkit analyse --json` does, after corrections: what the kit said of a
        cell is in its `machine`, and who decided otherwise in its `by`.
        """
        return _document(parts, case_id, number, translate)

    @routes.get("/outlines", responses=SHOWN)
    def field_outlines(case_id: int, number: int, _: By) -> OutlinesShape:
        """Outlines of `cells` and `nuclei` by cell id, as [x, y] points in pixels of the image."""
        return _outlines(parts, case_id, number)

    return routes


def pictures_router(parts: WebParts) -> APIRouter:
    """A field's pictures."""
    routes, record = APIRouter(prefix=FIELD, dependencies=OF_A_CASE, tags=["pictures"], responses=SHOWN), parts.record

    @routes.get("/image.jpg", response_class=FileResponse)
    def image(request: Request, case_id: int, number: int, _: By) -> Response:
        """The frame as it was recorded."""
        row = record.field(case_id, number)
        return kept(request, row, lambda: FileResponse(record.picture(row.image)))

    @routes.get("/cells.png", response_class=FileResponse)
    def cells(request: Request, case_id: int, number: int, _: By) -> Response:
        """The label image of the cells, 16 bit."""
        row = record.field(case_id, number)
        return kept(request, row, lambda: FileResponse(record.picture(row.cell_labels)))

    @routes.get("/nuclei.png", response_class=FileResponse)
    def nuclei(request: Request, case_id: int, number: int, _: By) -> Response:
        """The label image of the nuclei, 16 bit."""
        row = record.field(case_id, number)
        return kept(request, row, lambda: FileResponse(record.picture(row.nucleus_labels)))

    @routes.get("/thumbnail.jpg", response_class=Response)
    def small(request: Request, case_id: int, number: int, _: By) -> Response:
        """The frame, small."""
        row = record.field(case_id, number)
        return kept(request, row, lambda: Response(thumbnail(record.picture(row.image)), media_type="image/jpeg"))

    return routes


def _shown(parts: WebParts, case_id: int, number: int, translate: Translate) -> ShownShape:
    document, drawn = _document(parts, case_id, number, translate), _outlines(parts, case_id, number)
    return ShownShape(document=document, outlines=drawn)


def _document(parts: WebParts, case_id: int, number: int, translate: Translate) -> Document:
    document = parts.casework.results.document(case_id, number)
    held = deciders(parts.casework.books.steps.of(case_id))
    cells = [{**cell, "by": _by(held.get((number, cell["id"])))} for cell in document["cells"]]
    return said_again({**document, "cells": cells}, translate)


def _by(step: Step | None) -> dict[str, str] | None:
    """Who decided on a cell, and when by the kit's clock."""
    return None if step is None else {"operator": step.operator, "clock_hint": step.clock_hint}


def _outlines(parts: WebParts, case_id: int, number: int) -> OutlinesShape:
    record, row = parts.record, parts.record.field(case_id, number)
    cells, nuclei = (outlines(record.picture(name)) for name in (row.cell_labels, row.nucleus_labels))
    return OutlinesShape(cells=cells, nuclei=nuclei)


async def _handed_in(parts: WebParts, picture: UploadFile, um_per_px: float | None) -> Frame:
    name = Path(picture.filename or "picture").name
    pixels = await asyncio.to_thread(parts.read_picture, await picture.read(), name, MOST_PIXELS)
    return Frame(pixels, name=name, um_per_px=um_per_px)
