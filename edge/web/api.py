"""`/api/v1`: cases, their fields, and the pictures of a field. The page uses nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from starlette.responses import FileResponse, Response

from edge.document import Document, said_again
from edge.record import NewCase
from edge.types import Frame
from edge.web.desk import Desk
from edge.web.language import language_of, translation
from edge.web.outlines import outlines, thumbnail
from edge.web.parts import WebParts
from edge.web.shapes import (
    CapturedShape,
    CaseResultShape,
    CaseShape,
    NewCaseShape,
    case_shape,
    field_shape,
    result_shape,
)
from edge.words import Translate

FIELD = "/api/v1/cases/{case_id}/fields/{number}"
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
"""A recorded picture never changes."""


def reader(request: Request) -> Translate:
    """The words of whoever asks."""
    return translation(language_of(request).code)


Reader = Annotated[Translate, Depends(reader)]


def cases_router(parts: WebParts) -> APIRouter:
    """Cases: begin one, list them, and see what one amounts to."""
    routes, record = APIRouter(prefix="/api/v1/cases", tags=["cases"]), parts.record

    @routes.get("")
    def cases() -> list[CaseShape]:
        """All cases, newest first."""
        return [case_shape(case) for case in record.cases()]

    @routes.post("", status_code=201)
    def begin(new: NewCaseShape) -> CaseShape:
        """Begin a case."""
        return case_shape(record.begin_case(NewCase(new.pseudonym, new.specimen, new.stain)))

    @routes.get("/{case_id}")
    def case(case_id: int, translate: Reader) -> CaseResultShape:
        """A case with its fields, its sums and its decision."""
        known, rows, tally = record.case(case_id), record.fields(case_id), record.tally(case_id)
        decision = parts.decide_case(record.counted_documents(case_id))
        return result_shape(known, rows, tally, decision, translate)

    return routes


def capture_router(parts: WebParts, desk: Desk) -> APIRouter:
    """Captures: the newest live picture, or one handed in."""
    routes = APIRouter(prefix="/api/v1/cases/{case_id}/fields", tags=["fields"])

    @routes.post("", status_code=201)
    async def capture(
        case_id: int,
        response: Response,
        picture: Annotated[UploadFile | None, File(description="absent: the newest live picture")] = None,
        um_per_px: Annotated[float | None, Form(gt=0, lt=10, description="micrometres per pixel, if known")] = None,
    ) -> CapturedShape:
        """Examine and record a field. 201 once it is on the disk; 200 where this picture was there already."""
        frame = desk.newest() if picture is None else await _handed_in(parts, picture, um_per_px)
        recorded = await desk.take(case_id, frame)
        response.status_code = 201 if recorded.is_new else 200
        return CapturedShape(is_new=recorded.is_new, field=field_shape(recorded.field))

    return routes


def fields_router(parts: WebParts) -> APIRouter:
    """A field: its document and its outlines."""
    routes, record = APIRouter(prefix=FIELD, tags=["fields"]), parts.record

    @routes.get("")
    def field(case_id: int, number: int, translate: Reader) -> Document:
        """The whole examination, laid out as `marrowkit analyse --json` does."""
        return said_again(record.document(case_id, number), translate)

    @routes.get("/outlines")
    def field_outlines(case_id: int, number: int) -> dict[str, dict[int, list[list[int]]]]:
        """Outlines of `cells` and `nuclei` by cell id, as [x, y] points in pixels of the image."""
        row = record.field(case_id, number)
        return {
            "cells": outlines(record.picture(row.cell_labels)),
            "nuclei": outlines(record.picture(row.nucleus_labels)),
        }

    return routes


def pictures_router(parts: WebParts) -> APIRouter:
    """A field's pictures."""
    routes, record = APIRouter(prefix=FIELD, tags=["pictures"]), parts.record

    @routes.get("/image.jpg", response_class=FileResponse)
    def image(case_id: int, number: int) -> FileResponse:
        """The frame as it was recorded."""
        return _picture(record.picture(record.field(case_id, number).image))

    @routes.get("/cells.png", response_class=FileResponse)
    def cells(case_id: int, number: int) -> FileResponse:
        """The label image of the cells, 16 bit."""
        return _picture(record.picture(record.field(case_id, number).cell_labels))

    @routes.get("/nuclei.png", response_class=FileResponse)
    def nuclei(case_id: int, number: int) -> FileResponse:
        """The label image of the nuclei, 16 bit."""
        return _picture(record.picture(record.field(case_id, number).nucleus_labels))

    @routes.get("/thumbnail.jpg", response_class=Response)
    def small(case_id: int, number: int) -> Response:
        """The frame, small."""
        content = thumbnail(record.picture(record.field(case_id, number).image))
        return Response(content, media_type="image/jpeg", headers=FOREVER)

    return routes


async def _handed_in(parts: WebParts, picture: UploadFile, um_per_px: float | None) -> Frame:
    name = Path(picture.filename or "picture").name
    pixels = await asyncio.to_thread(parts.read_picture, await picture.read(), name)
    return Frame(pixels, name=name, um_per_px=um_per_px)


def _picture(path: Path) -> FileResponse:
    return FileResponse(path, headers=FOREVER)
