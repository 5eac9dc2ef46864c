"""Papers of a case: to look at, to keep, to send; and the expert's answer read back from a filled form."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.casework.papers import KINDS
from edge.papers.case_file import ReferralAnswer
from edge.papers.referral import read_referral
from edge.papers.reply import read_typed
from edge.record.clock import clock_hint
from edge.web.api.cases import whole
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.result_shapes import CaseResultShape
from edge.web.api.who import By, Code, Reader
from edge.web.examples import example
from edge.web.local import paper_reader
from edge.web.parts import WebParts

MB = 1_000_000
Version = Annotated[int | None, Query(ge=1, description="as that version was signed; absent: as it is now")]
MOST_FORM_BYTES = 20 * MB


class TargetShape(BaseModel):
    """A place that files can be written to; `problem`: read_only, gone, or empty."""

    id: str
    path: str
    name: str
    kind: str
    free_mb: int
    problem: str


class ExportShape(BaseModel):
    """What is to be written where; `target` is the id of one of `/targets`."""

    model_config = example(target="/media/stick", kinds=["report.pdf", "cells.csv", "images"])

    target: str
    kinds: list[str] = Field(min_length=1, max_length=10, examples=[["report.pdf", "cells.csv", "images"]])


class WrittenShape(BaseModel):
    """Where the files lie now. Beside them lies SHA256SUMS."""

    folder: str
    names: list[str]
    bytes: int


class TypedShape(BaseModel):
    """An answer as it came by messenger, in one line: `7K2Q-9FXA B 85 large nucleoli`."""

    model_config = example(line="7K2Q-9FXA B 85 large nucleoli")

    line: str = Field(min_length=3, max_length=3000)


def papers_router(parts: WebParts) -> APIRouter:
    """Each kind of paper under its own name."""
    routes = APIRouter(prefix="/api/v1/cases/{case_id}", dependencies=OF_A_CASE, tags=["papers"])
    for kind in KINDS:
        _add(routes, parts, kind)
    return routes


def export_router(parts: WebParts) -> APIRouter:
    """Where papers can go, and sending them there."""
    routes, papers = APIRouter(prefix="/api/v1", tags=["papers"]), parts.casework.papers

    @routes.get("/targets")
    def targets(_: By) -> list[TargetShape]:
        """The kit's own folder, then sticks that are plugged in, those that cannot be written included."""
        return [
            TargetShape(
                id=str(each.path),
                path=str(each.path),
                name=each.name,
                kind=each.kind,
                free_mb=each.free_bytes // MB,
                problem=each.problem,
            )
            for each in papers.targets()
        ]

    @routes.post(
        "/cases/{case_id}/export",
        status_code=201,
        dependencies=OF_A_CASE,
        responses=problems(
            "record.unknown", "case.control", "setting", "target.gone", "target.read_only", "target.full"
        ),
    )
    def export(case_id: int, wanted: ExportShape, code: Code, by: By) -> WrittenShape:
        """Write papers and pictures into a new folder there: all of them, or nothing."""
        kinds = list(dict.fromkeys(wanted.kinds))
        written = papers.export(case_id, wanted.target, kinds, paper_reader(code), by)
        return WrittenShape(folder=str(written.folder), names=list(written.names), bytes=written.bytes)

    return routes


def replies_router(parts: WebParts) -> APIRouter:
    """The expert's answer, as it came back."""
    routes, casework = (
        APIRouter(prefix="/api/v1/cases/{case_id}/referral", dependencies=OF_A_CASE, tags=["papers"]),
        parts.casework,
    )
    answers = problems("record.unknown", "case.control", "reply.unreadable", "reply.elsewhere", "session.none")

    @routes.post("/form", responses=answers)
    def filled(
        case_id: int, form: Annotated[UploadFile, File(description="the PDF")], translate: Reader, by: By
    ) -> CaseResultShape:
        """A referral that was filled in on a screen: read into the case, for the version that it answers."""
        reply = read_referral(form.file.read(MOST_FORM_BYTES))
        answer = casework.papers.answer(case_id, reply, clock_hint())
        casework.life.answer(case_id, _kept(answer), by)
        return whole(parts, case_id, translate)

    @routes.post("/line", responses=answers)
    def typed(case_id: int, given: TypedShape, translate: Reader, by: By) -> CaseResultShape:
        """One line with the referral's code, as it came by messenger."""
        answer = casework.papers.answer(case_id, read_typed(given.line), clock_hint())
        casework.life.answer(case_id, _kept(answer), by)
        return whole(parts, case_id, translate)

    return routes


def _kept(answer: ReferralAnswer) -> dict[str, Any]:
    """What is written down of an answer; whether cells were counted since is asked of the log each time."""
    return {name: value for name, value in asdict(answer).items() if name != "recounted"}


def _add(routes: APIRouter, parts: WebParts, kind: str) -> None:
    papers, known = parts.casework.papers, KINDS[kind]
    codes = ("papers.consent", "papers.nothing") if kind == "training.zip" else ("papers.picture",)

    @routes.get(
        f"/{kind}",
        name=kind,
        operation_id=f"paper_{kind.replace('.', '_')}",
        response_class=Response,
        responses=problems("record.unknown", "case.control", "session.none", *codes),
    )
    def paper(case_id: int, code: Code, _: By, version: Version = None) -> Response:
        """The paper, made from the case as it holds; preliminary until it is signed. `?lang=` chooses its language."""
        content = papers.paper(case_id, kind, paper_reader(code), version)
        name = f'inline; filename="case-{case_id}-{kind}"'
        return Response(content, media_type=known.media_type, headers={"Content-Disposition": name})
