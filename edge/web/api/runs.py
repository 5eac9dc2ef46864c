"""A case looked at again with another bundle, and two cases side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from edge.casework.compare import ClassPair, Comparison, Share, compared
from edge.casework.rerun import UNKNOWN, Run
from edge.casework.results import CaseResult, require_case
from edge.document import sentences
from edge.record.listing import Sums
from edge.web.api.of_case import OF_A_CASE
from edge.web.api.problem_shapes import FaultShape, problems
from edge.web.api.result_shapes import ref_shape
from edge.web.api.who import By, Reader
from edge.web.examples import example
from edge.web.parts import WebParts
from edge.web.shapes import CaseShape, CountsShape, DecisionShape, case_shape
from edge.words import Sentence, Translate, say_code


class RerunShape(BaseModel):
    """Which bundle to look again with: its name or path, `ask` of `GET /bundles`."""

    model_config = example(bundle="marrowkit-default")

    bundle: str = Field(min_length=1, max_length=300, examples=["marrowkit-default"])


class CaseRunShape(BaseModel):
    """One way in which a case was looked at; `case` holds it. The first is the case itself.

    `state`: done, running, failed (see `fault`), stopped (the kit went down). `done` of `fields` are examined.
    `bundle` is the name that was asked for until one is.
    """

    case: int
    bundle: dict[str, Any] | str
    state: str
    done: int
    fields: int
    counts: CountsShape
    decision: DecisionShape
    fault: FaultShape | None


class SideShape(BaseModel):
    """One of two cases."""

    case: CaseShape
    bundle: dict[str, Any]
    counts: CountsShape
    decision: DecisionShape


class ShareShape(BaseModel):
    """Cells of a class and their percentage of the countable."""

    cells: int
    percent: float


class ClassPairShape(BaseModel):
    """One class in both; null where that case's bundle does not know it."""

    label: str
    left: ShareShape | None
    right: ShareShape | None
    blast: bool


class ComparisonShape(BaseModel):
    """Right less left, in percentage points of blasts, with the 95 % interval; without one for the same pictures.

    `unlike`: in what the two differ besides their cells: specimen, stain, objective, bundle; fields where they share
    some and not all.
    `agree`: chance alone explains it; null where nobody can tell: other specimens, the same pictures, too few cells.
    """

    left: SideShape
    right: SideShape
    same_pictures: bool
    unlike: list[str]
    difference: float
    interval: tuple[float, float] | None
    agree: bool | None
    classes: list[ClassPairShape]


def reruns_router(parts: WebParts) -> APIRouter:
    """Re-analyses."""
    routes, casework = APIRouter(prefix="/api/v1/cases", tags=["later"]), parts.casework

    @routes.get("/compare", responses=problems("record.unknown", "case.control", "session.none"))
    def compare(
        left: Annotated[int, Query()], right: Annotated[int, Query()], translate: Reader, _: By
    ) -> ComparisonShape:
        """Two cases side by side."""
        both = compared(casework.results.of(left), casework.results.of(right))
        return _comparison(both, translate)

    @routes.post(
        "/{case_id}/reanalyse",
        status_code=202,
        dependencies=OF_A_CASE,
        responses=problems("record.unknown", "case.control", "run.busy", "case.empty", "setting", "session.none"),
    )
    def reanalyse(case_id: int, wanted: RerunShape, translate: Reader, by: By) -> CaseRunShape:
        """Look at a case again with another bundle; the old result stays. It goes on by itself: ask `runs`."""
        require_case(casework.books.record.case(case_id), "patient")
        again = casework.reanalysis.begin(case_id, wanted.bundle, by)
        found = casework.reanalysis.runs(case_id)
        return _run(parts, next(run for run in found if run.case.id == again.id), translate)

    @routes.get(
        "/{case_id}/runs", dependencies=OF_A_CASE, responses=problems("record.unknown", "case.control", "session.none")
    )
    def runs(case_id: int, translate: Reader, _: By) -> list[CaseRunShape]:
        """The case itself, then every time that it was looked at again."""
        return [_run(parts, each, translate) for each in casework.reanalysis.runs(case_id)]

    return routes


def _run(parts: WebParts, run: Run, translate: Translate) -> CaseRunShape:
    result = parts.casework.results.of(run.case.id)
    of_case = run.case.of_case or run.case.id
    return CaseRunShape(
        case=run.case.id,
        bundle=run.rerun.bundle if run.rerun is not None and not result.fields else ref_shape(result.model.ref),
        state="done" if run.rerun is None else run.rerun.state,
        done=len(result.fields),
        fields=len(parts.record.fields(of_case)),
        counts=CountsShape(**asdict(result.figures.counts)),
        decision=_decision(result.figures.decision, translate),
        fault=_fault(run.rerun.fault, translate) if run.rerun is not None and run.rerun.fault else None,
    )


def _fault(written: Mapping[str, str], translate: Translate) -> FaultShape:
    """What ended a run, in the reader's words; kits that wrote no words wrote them of what nobody knew."""
    known = {**UNKNOWN, **written}
    told = say_code(known["code"], Sentence(known["detail"], known["remedy"]), translate)
    return FaultShape(code=known["code"], detail=told.text, remedy=told.remedy)


def _comparison(both: Comparison, translate: Translate) -> ComparisonShape:
    apart, same = both.difference, both.same_pictures
    return ComparisonShape(
        left=_side(both.left, translate),
        right=_side(both.right, translate),
        same_pictures=same,
        difference=apart.points,
        interval=None if same else apart.interval,
        unlike=list(both.unlike),
        agree=both.agree,
        classes=[_pair(each) for each in both.classes],
    )


def _side(result: CaseResult, translate: Translate) -> SideShape:
    figures = result.figures
    sums = Sums(len(result.fields), figures.counts, figures.doubtful, figures.corrected)
    return SideShape(
        case=case_shape(result.case, sums),
        bundle=ref_shape(result.model.ref),
        counts=CountsShape(**asdict(figures.counts)),
        decision=_decision(figures.decision, translate),
    )


def _pair(pair: ClassPair) -> ClassPairShape:
    return ClassPairShape(label=pair.label, left=_share(pair.left), right=_share(pair.right), blast=pair.blast)


def _share(share: Share | None) -> ShareShape | None:
    return None if share is None else ShareShape(cells=share[0], percent=share[1])


def _decision(document: dict[str, Any], translate: Translate) -> DecisionShape:
    return DecisionShape(**{**document, "reasons": sentences(document["codes"], translate)})
