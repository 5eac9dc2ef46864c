"""The shapes of cases and fields as the API answers them, for its documentation and for whoever programs against it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, Field

from edge.casework.life import LONGEST_TEXT
from edge.casework.seen_before import Already
from edge.record import Case, FieldRow
from edge.record.listing import Sums
from edge.web.examples import example
from edge.web.moments import Hint

Stain = Literal["wright-giemsa", "may-gruenwald-giemsa", "leishman", "jenner-giemsa", "other"]
CaseState = Literal["open", "finished", "signed", "amended"]


class NewCaseShape(BaseModel):
    """What a new case needs: a code instead of a name, and what lies on the stage."""

    model_config = example(pseudonym="A-17", specimen="marrow", stain="wright-giemsa", objective="100x oil")

    pseudonym: str = Field(description="a code for the patient, never the name", examples=["A-17"])
    specimen: Literal["marrow", "blood"] = "marrow"
    stain: Stain = "wright-giemsa"
    objective: str | None = Field(
        None, max_length=40, description="absent: that of the settings", examples=["100x oil"]
    )
    note: str = Field("", max_length=LONGEST_TEXT)
    confirm: bool = Field(False, description="it is known that code or note look like something personal")


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
    """One recorded field, after corrections. `ok` is False where the gate refused it: kept, shown, not counted."""

    number: int
    ok: bool
    name: str
    digest: str
    size: tuple[int, int]
    counts: CountsShape
    decision: str


class CaseShape(BaseModel):
    """One case, with its sums after corrections.

    `clock_hint` is what the kit's clock said, which may be wrong; `id` is the order of creation. `version` grows with
    each amendment. `of_case`: the case that was looked at again with another bundle.
    """

    id: int
    pseudonym: str
    specimen: str
    stain: str
    objective: str
    note: str
    state: CaseState
    version: int
    clock_hint: Hint
    changed_hint: Hint
    of_case: int | None
    fields: int
    counts: CountsShape
    doubtful: int
    corrected: int


class AlreadyShape(BaseModel):
    """A field of the case that the new picture shows again; its cells are not counted twice."""

    field: int
    overlap: float
    cells_again: int


class OutlinesShape(BaseModel):
    """Outlines by cell id, as [x, y] points in pixels of the image."""

    cells: dict[int, list[list[int]]]
    nuclei: dict[int, list[list[int]]]


class ShownShape(BaseModel):
    """What it takes to draw a field at once, as its own addresses give it."""

    document: dict[str, Any]
    outlines: OutlinesShape


class CapturedShape(BaseModel):
    """The answer to a capture. `is_new` is False where this very picture was in the case already.

    `shown`: where it was asked for.
    """

    is_new: bool
    field: FieldShape
    already: AlreadyShape | None = None
    shown: ShownShape | None = None


def case_shape(case: Case, sums: Sums) -> CaseShape:
    """A case as it is answered."""
    known = {name: getattr(case, name) for name in CaseShape.model_fields if hasattr(case, name)}
    return CaseShape(
        **known,
        fields=sums.fields,
        counts=CountsShape(**asdict(sums.counts)),
        doubtful=sums.doubtful,
        corrected=sums.corrected,
    )


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


def already_shape(already: tuple[Already, ...]) -> AlreadyShape | None:
    """The field that a picture overlaps with most; None where it is new."""
    if not already:
        return None
    most = max(already, key=lambda each: each.overlap)
    again = len({cell for each in already for cell in each.cells})
    return AlreadyShape(field=most.field, overlap=round(most.overlap, 3), cells_again=again)
