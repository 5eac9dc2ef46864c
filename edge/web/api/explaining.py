"""Why a cell got its class: `…/cells/{cell}/explanation`, and where the network looked, `…/occlusion.png`."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from fastapi import APIRouter, Request
from starlette.responses import Response

from edge.errors import StoreDamaged
from edge.explain import Explained, RecordedField, heat_png
from edge.record import Record
from edge.types import Frame, Labels
from edge.web.api.cells import CELL
from edge.web.api.explanation_shapes import ExplanationShape, explanation_shape
from edge.web.api.kept import marked, still
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import problems
from edge.web.api.who import By, Reader
from edge.web.desk import Desk
from edge.web.parts import WebParts
from firmware_bridge.imagefile import read_image

Explain = Callable[[RecordedField, int], Explained]
Key = tuple[int, int, int]
REMEMBERED = 24
"""Explanations that are kept: both addresses of a cell are asked for at once, and people go back and forth."""
FAULTS = ("record.unknown", "case.control", "record.damaged", "case.bundle", "desk.overtaken", "session.none")


def explaining_router(parts: WebParts, desk: Desk, explain: Explain) -> APIRouter:
    """Explanations of recorded cells, made when they are asked for; they take the desk's turn, about half a second."""
    routes = APIRouter(prefix=CELL, dependencies=OF_A_CASE, tags=["explanations"])
    known = _Known(parts.record, explain)

    @routes.get("/explanation", responses=problems(*FAULTS))
    async def explanation(case_id: int, number: int, cell_id: int, translate: Reader, _: By) -> ExplanationShape:
        """Measures on their fuzzy curves, the rules that fired, the nearest typical cells, and what the network saw."""
        found = await desk.in_turn(known.of, (case_id, number, cell_id))
        occlusion = f"{CELL.format(case_id=case_id, number=number, cell_id=cell_id)}/occlusion.png"
        return explanation_shape(number, cell_id, found, occlusion, translate)

    @routes.get("/occlusion.png", response_class=Response, responses=problems(*FAULTS))
    async def occlusion(request: Request, case_id: int, number: int, cell_id: int, _: By) -> Response:
        """The cell in grey; orange: this part spoke for a blast, violet: against; outlines of nucleus and cell."""
        row = await desk.asked(parts.record.field, case_id, number)
        if (same := still(request, row)) is not None:
            return same
        found = await desk.in_turn(known.of, (case_id, number, cell_id))
        return marked(Response(heat_png(found.explanation.looked, found.shown), media_type="image/png"), row)

    return routes


class _Known:
    """The latest explanations: a recorded field never changes, and the bundle stays while the kit runs.

    For one thread, the desk's.
    """

    def __init__(self, record: Record, explain: Explain) -> None:
        self._record, self._explain = record, explain
        self._latest: OrderedDict[Key, Explained] = OrderedDict()

    def of(self, key: Key) -> Explained:
        """The explanation of a case's field's cell."""
        if key not in self._latest:
            self._latest[key] = self._explain(_field(self._record, *key[:2]), key[2])
        self._latest.move_to_end(key)
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
        return self._latest[key]


def _field(record: Record, case_id: int, number: int) -> RecordedField:
    row, document = record.field(case_id, number), record.document(case_id, number)
    frame = Frame(read_image(record.picture(row.image)), name=row.frame_name)
    cells, nuclei = (_labels(record.picture(name)) for name in (row.cell_labels, row.nucleus_labels))
    return RecordedField(frame, document, cells, nuclei)


def _labels(path: Path) -> Labels:
    labels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    if labels is None or labels.dtype != np.uint16:
        raise StoreDamaged(f"The outlines {path.name} cannot be read.", "Put them back from a copy.")
    return np.asarray(labels, np.uint16)
