"""Cells: listed by class and doubt, corrected, undone; and their small pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from edge.casework.cells import Wish
from edge.casework.views import CellView, Filter, Order, crops, listed, view
from edge.document import sentences
from edge.figures import shortened
from edge.nouns import LEFT_OUT
from edge.record.corrections import CellKey
from edge.record.steps import Step
from edge.web.api.cases import TOTAL
from edge.web.api.kept import kept
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.result_shapes import AuditStepShape, step_shape
from edge.web.api.who import By, Reader
from edge.web.examples import example
from edge.web.parts import WebParts
from edge.words import Translate

CELL = "/api/v1/cases/{case_id}/fields/{number}/cells/{cell_id}"
THUMBNAIL_PX, THUMBNAIL_UM = 144, 20.0
CropSide = Annotated[float, Query(ge=5, le=100, description="side of the square that is cut out, in micrometres")]
CHANGES = ("record.unknown", "case.control", "case.signed", "case.finished", "run.unfinished", "session.none")


class CellShape(BaseModel):
    """A cell after corrections. `class` is what holds, `machine` what the kit said.

    `doubt`: how unsure the kit is whether it is a blast, 0 to 1. `countable`: it takes part in counts; otherwise
    `excluded` says why, and `codes` for programs. Points and boxes are in pixels of the field's picture.
    """

    field: int
    id: int
    label: str = Field(alias="class")
    machine: str
    corrected: bool
    probability: dict[str, float]
    doubt: float
    doubtful: bool
    countable: bool
    machine_countable: bool
    excluded: list[str]
    codes: list[dict[str, Any]]
    centre: tuple[float, float]
    box: tuple[float, float, float, float]
    features: dict[str, float | None]
    fuzzy_score: float
    thumbnail: str


class CellQuery(BaseModel):
    """Which cells. `order`: most doubtful first, most typical first, or as they lie in the fields."""

    label: str | None = Field(None, alias="class", max_length=60)
    field: int | None = None
    excluded: bool | None = Field(None, description="only those that are not counted, or that are")
    order: Order = "doubt"
    limit: int = Field(100, ge=1, le=500)
    offset: int = Field(0, ge=0)

    @property
    def filter(self) -> Filter:
        """As casework asks."""
        return Filter(self.label, self.field, self.excluded, self.order)


class CellChangeShape(BaseModel):
    """What a person says of a cell: another class, or set aside (with a reason), or counted after all."""

    model_config = example(excluded=True, reason="two cells in one")

    label: str | None = Field(None, alias="class", max_length=60)
    excluded: bool | None = None
    reason: str = Field("", max_length=300, description=f"{', '.join(LEFT_OUT)}, or a person's own words")


class MoveShape(BaseModel):
    """Which step is meant: the number of the case's `undo` or `redo`, as it was shown."""

    model_config = example(step=12)

    step: int


class MovedShape(BaseModel):
    """A step taken back or taken again, and the cell as it is now."""

    step: AuditStepShape
    cell: CellShape


def cells_router(parts: WebParts) -> APIRouter:
    """The cells of a case."""
    routes, casework = (
        APIRouter(prefix="/api/v1/cases/{case_id}", dependencies=OF_A_CASE, tags=["cells"]),
        parts.casework,
    )

    @routes.get("/cells", responses=problems("record.unknown", "case.control", "session.none"))
    def cells(
        case_id: int,
        response: Response,
        translate: Reader,
        _: By,
        asked: Annotated[CellQuery, Query()],
    ) -> list[CellShape]:
        """Cells of the counted fields, those first that nobody has decided and the kit doubts most."""
        model = casework.results.model(case_id)
        found = listed(casework.results.documents(case_id, model), model.roles, asked.filter)
        response.headers[TOTAL] = str(len(found))
        return [_shape(case_id, each, translate) for each in found[asked.offset : asked.offset + asked.limit]]

    @routes.post("/undo", responses=problems(*CHANGES, "case.nothing", "case.changed"))
    def undo(case_id: int, given: MoveShape, translate: Reader, by: By) -> MovedShape:
        """Take back the latest step on a cell, if it still is the one that was shown."""
        return _moved(parts, case_id, casework.cells.undo(case_id, given.step, by), translate)

    @routes.post("/redo", responses=problems(*CHANGES, "case.nothing", "case.changed"))
    def redo(case_id: int, given: MoveShape, translate: Reader, by: By) -> MovedShape:
        """Take it again."""
        return _moved(parts, case_id, casework.cells.redo(case_id, given.step, by), translate)

    return routes


def cell_router(parts: WebParts) -> APIRouter:
    """One cell."""
    routes, casework = APIRouter(prefix=CELL, dependencies=OF_A_CASE, tags=["cells"]), parts.casework

    @routes.get("", responses=problems("record.unknown", "case.control", "session.none"))
    def cell(case_id: int, number: int, cell_id: int, translate: Reader, _: By) -> CellShape:
        """A cell as it holds now."""
        return one_cell(parts, case_id, (number, cell_id), translate)

    @routes.patch("", responses=problems(*CHANGES, "cell.class"))
    def change(
        case_id: int, number: int, cell_id: int, wanted: CellChangeShape, translate: Reader, by: By
    ) -> CellShape:
        """Correct it."""
        wish = Wish(wanted.label, wanted.excluded, wanted.reason.strip())
        casework.cells.change(case_id, (number, cell_id), wish, by)
        return one_cell(parts, case_id, (number, cell_id), translate)

    @routes.delete("", responses=problems(*CHANGES))
    def restore(case_id: int, number: int, cell_id: int, translate: Reader, by: By) -> CellShape:
        """Back to what the kit said."""
        casework.cells.restore(case_id, (number, cell_id), by)
        return one_cell(parts, case_id, (number, cell_id), translate)

    @routes.get(
        "/thumbnail.jpg", response_class=Response, responses=problems("record.unknown", "case.control", "session.none")
    )
    def thumbnail(
        request: Request, case_id: int, number: int, cell_id: int, _: By, side_um: CropSide = THUMBNAIL_UM
    ) -> Response:
        """The cell, cut out of its picture."""
        record = casework.books.record
        found, row = one_view(parts, case_id, (number, cell_id)), record.field(case_id, number)

        def cut() -> Response:
            um_per_px = record.document(case_id, number)["um_per_px"]
            content = crops(record.picture(row.image), [found.document], um_per_px, side_um, THUMBNAIL_PX)[0]
            return Response(content, media_type="image/jpeg")

        return kept(request, row, cut)

    return routes


def one_view(parts: WebParts, case_id: int, key: CellKey) -> CellView:
    """A cell after corrections."""
    results = parts.casework.results
    return view(results, results.model(case_id).roles, case_id, *key)


def one_cell(parts: WebParts, case_id: int, key: CellKey, translate: Translate) -> CellShape:
    """A cell as it is answered."""
    return _shape(case_id, one_view(parts, case_id, key), translate)


def _moved(parts: WebParts, case_id: int, step: Step, translate: Translate) -> MovedShape:
    key = (step.field or 0, step.cell or 0)
    return MovedShape(step=step_shape(step), cell=one_cell(parts, case_id, key, translate))


def _shape(case_id: int, each: CellView, translate: Translate) -> CellShape:
    cell = each.document
    plain = {name: cell[name] for name in ("id", "class", "corrected", "doubtful", "countable", "codes", "centre")}
    address = CELL.format(case_id=case_id, number=each.field, cell_id=each.id)
    return CellShape(
        **plain,
        field=each.field,
        machine=cell["machine"]["class"],
        machine_countable=cell["machine"]["countable"],
        probability=cell["p"],
        doubt=shortened(each.doubt, 4),
        excluded=sentences(cell["codes"], translate),
        box=tuple(cell["box"]),
        features=cell["features"],
        fuzzy_score=cell["fuzzy"]["score"],
        thumbnail=f"{address}/thumbnail.jpg",
    )
