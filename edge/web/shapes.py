"""The shapes of the API's answers, for its documentation and for whoever programs against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, Field

from edge.document import decision_document
from edge.record import Case, FieldRow, Tally
from edge.types import Decision
from edge.words import Translate

PROVISIONAL_CELLS, FULL_CELLS = 200, 500
"""The teaching minimum, and what WHO and ICSH ask for."""


class NewCaseShape(BaseModel):
    """What a new case needs: a code instead of a name, and what lies on the stage."""

    pseudonym: str = Field(description="a code for the patient, never the name")
    specimen: Literal["marrow", "blood"] = "marrow"
    stain: Literal["wright-giemsa", "may-gruenwald-giemsa", "leishman", "jenner-giemsa", "other"] = "wright-giemsa"


class CountsShape(BaseModel):
    """Cells: `nucleated` = `countable` + `excluded`; `blast` counts among the countable."""

    nucleated: int
    countable: int
    excluded: int
    blast: int


class DecisionShape(BaseModel):
    """Decision support, never a diagnosis: blast percentage of the countable cells with its Wilson 95 % interval."""

    label: str
    score: float
    interval: tuple[float, float]
    reasons: list[str]
    codes: list[dict[str, Any]]


class FieldShape(BaseModel):
    """One recorded field. `ok` is False where the gate refused it: kept and shown, but not counted."""

    number: int
    ok: bool
    name: str
    digest: str
    size: tuple[int, int]
    counts: CountsShape
    decision: str


class CaseShape(BaseModel):
    """One case. `clock_hint` is what the kit's clock said, which may be wrong; `id` is the order of creation."""

    id: int
    pseudonym: str
    specimen: str
    stain: str
    state: str
    clock_hint: str


class CaseResultShape(BaseModel):
    """A case with its fields, its sums, and what they amount to."""

    case: CaseShape
    fields: list[FieldShape]
    counted_fields: int
    counts: CountsShape
    doubtful: int
    targets: tuple[int, int] = (PROVISIONAL_CELLS, FULL_CELLS)
    decision: DecisionShape


class CapturedShape(BaseModel):
    """The answer to a capture. `is_new` is False where this very picture was in the case already."""

    is_new: bool
    field: FieldShape


def case_shape(case: Case) -> CaseShape:
    """A case as it is answered."""
    return CaseShape(**asdict(case))


def field_shape(row: FieldRow) -> FieldShape:
    """A field as it is answered."""
    return FieldShape(
        number=row.number,
        ok=row.ok,
        name=row.frame_name,
        digest=row.frame_digest,
        size=(row.width_px, row.height_px),
        counts=CountsShape(**asdict(row.counts)),
        decision=row.decision,
    )


def result_shape(
    case: Case, rows: tuple[FieldRow, ...], tally: Tally, decision: Decision, translate: Translate
) -> CaseResultShape:
    """A case with everything that its page shows."""
    return CaseResultShape(
        case=case_shape(case),
        fields=[field_shape(row) for row in rows],
        counted_fields=tally.counted,
        counts=CountsShape(**asdict(tally.counts)),
        doubtful=tally.doubtful,
        decision=DecisionShape(**decision_document(decision, translate)),
    )
