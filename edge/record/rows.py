"""What the record holds, as values: a case, a field's summary, and the sums over a case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from edge.document import Document
from edge.errors import BadSetting
from edge.types import Counts, Examination

LONGEST_PSEUDONYM = 64


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is asked for when a case begins: nothing personal.

    purpose  patient; control: the pictures of a control slide's run; again: `of_case` looked at with another bundle

    Raises:
        BadSetting: the pseudonym is empty, too long, or holds what cannot be printed.
    """

    pseudonym: str
    specimen: str
    stain: str
    objective: str = ""
    note: str = ""
    purpose: str = "patient"
    of_case: int | None = None

    def __post_init__(self) -> None:
        name = self.pseudonym.strip()
        if not name or len(name) > LONGEST_PSEUDONYM or not name.isprintable():
            raise BadSetting(
                "The case's code is empty, too long or holds characters that cannot be printed.",
                f"Give a code of 1 to {LONGEST_PSEUDONYM} letters and figures, not the patient's name.",
            )
        object.__setattr__(self, "pseudonym", name)


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `id` is the order of creation; `clock_hint` is what the clock said then, which may be wrong.

    state    open, finished, signed; amended: open again after a signature
    version  1, and one more with each amendment
    purpose, of_case   as in `NewCase`
    """

    id: int
    pseudonym: str
    specimen: str
    stain: str
    state: str
    clock_hint: str
    objective: str = ""
    note: str = ""
    version: int = 1
    changed_hint: str = ""
    purpose: str = "patient"
    of_case: int | None = None


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One recorded field without its cells.

    number  order in its case, from 1
    ok      the gate let it through; otherwise it is kept, shown, and not counted
    image, cell_labels, nucleus_labels  file names inside the pictures folder
    """

    case_id: int
    number: int
    frame_digest: str
    frame_name: str
    width_px: int
    height_px: int
    image: str
    cell_labels: str
    nucleus_labels: str
    ok: bool
    counts: Counts
    decision: str
    clock_hint: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to a capture. `is_new` is False where this very picture was in the case already."""

    field: FieldRow
    is_new: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the counted fields of a case.

    fields    all that were recorded, refused ones included
    counted   those that the gate let through
    doubtful  countable cells whose class is open
    """

    fields: int
    counted: int
    counts: Counts
    doubtful: int


def case_of(row: dict[str, Any]) -> Case:
    """A row of `cases`."""
    return Case(**row)


def doubtful_cells(examination: Examination) -> int:
    """Countable cells whose class is open."""
    return sum(result.doubtful for result in examination.cells if result.cell.countable)


def field_values(examination: Examination, document: Document) -> dict[str, Any]:
    """The columns of `fields` that come from the examination; sums are zero for a field that the gate refused."""
    ok = examination.verdict.ok
    counts = examination.counts if ok else Counts(0, 0, 0, 0)
    bundle = examination.bundle
    return {
        "frame_digest": examination.frame_digest,
        "frame_name": examination.frame_name,
        "width_px": examination.size_px[0],
        "height_px": examination.size_px[1],
        "bundle_name": bundle.name,
        "bundle_version": bundle.version,
        "bundle_digest": bundle.digest,
        "bundle_variant": bundle.variant,
        "ok": int(ok),
        "um_per_px": document["um_per_px"],
        "scale_source": document["scale_source"],
        "nucleated": counts.nucleated,
        "countable": counts.countable,
        "excluded": counts.excluded,
        "blast": counts.blast,
        "doubtful": doubtful_cells(examination) if ok else 0,
        "decision": examination.decision.label,
        "timing_ms": as_json(document["timing_ms"]),
        "document": as_json(document),
    }


def cell_values(field_id: int, document: Document) -> Iterator[tuple[Any, ...]]:
    """The rows of `cells`."""
    for cell in document["cells"]:
        yield (
            field_id,
            cell["id"],
            cell["class"],
            as_json(cell["p"]),
            int(cell["countable"]),
            int(cell["doubtful"]),
            as_json(cell["codes"]),
        )


def as_json(value: Any) -> str:
    """Compact JSON in which NaN is an error."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
