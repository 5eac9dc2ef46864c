"""A field into a case: what must hold before it is examined, and what is written together with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from edge.casework.books import Books
from edge.casework.controls import ControlBook, fact_of
from edge.casework.counting import AGAIN
from edge.casework.history import value_of
from edge.casework.models import Models
from edge.casework.scales import Scales
from edge.casework.states import require_counting
from edge.errors import OtherBundle
from edge.record import Case, Recorded
from edge.record.corrections import Correction
from edge.record.steps import Doing
from edge.types import Examination, Frame


@dataclass(frozen=True, slots=True)
class Earlier:
    """A counted field of the same case: its number, its picture as JPEG, and its document."""

    number: int
    image: Path
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Already:
    """The picture shows again what a field of the case shows.

    overlap  share of the new picture, 0–1
    cells    ids of the new picture's cells that are counted in that field
    """

    field: int
    overlap: float
    cells: tuple[int, ...]


class Looker(Protocol):
    """Tells whether a field was seen before (`edge.again`)."""

    def __call__(self, frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> Sequence[Already]:
        """Every field of the case that it overlaps with; empty where it is new."""


def never_seen(frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> Sequence[Already]:
    """For a kit that does not look."""
    return ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A capture: the field, and which fields it overlaps with."""

    recorded: Recorded
    already: tuple[Already, ...] = ()


class Captures:
    """Fields into cases, one at a time."""

    def __init__(
        self, books: Books, models: Models, controls: ControlBook, scales: Scales, looker: Looker = never_seen
    ) -> None:
        self._books, self._models, self._controls, self._scales = books, models, controls, scales
        self._looker = looker

    def prepared(self, case_id: int, frame: Frame, is_live: bool) -> Frame:
        """The frame as it is to be examined for a case: a live one with the scale of the case's objective.

        Raises:
            NotRecorded, CaseSigned, CaseFinished, ControlBlocks, ScaleSize.
            OtherBundle: the case's fields were examined with another bundle than the one in use.
        """
        case = self._books.record.case(case_id)
        require_counting(case)
        self._require_same_bundle(case)
        if case.purpose != "patient":
            return frame
        self._controls.require_allowed()
        return self._scales.applied(frame, case.objective) if is_live else frame

    def take(self, case_id: int, frame: Frame, examine: Callable[[Frame], Examination], by: str) -> Taken:
        """Examine and record a prepared frame. It is on the disk when this returns, with its step in the audit log and
        the cells that were counted before set aside.

        Raises:
            Fault: whatever the station or the record has to say.
        """
        same = self._books.record.same_picture(case_id, frame.digest)
        if same is not None:
            return Taken(Recorded(same, is_new=False))
        examination = examine(frame)
        already = tuple(self._looker(frame, examination, self._earlier(case_id))) if examination.verdict.ok else ()
        recorded = self._books.record.add_field(
            case_id, frame, examination, lambda number: self._note(case_id, number, already, by)
        )
        return Taken(recorded, already)

    def _note(self, case_id: int, number: int, already: Sequence[Already], by: str) -> None:
        case = self._books.record.case(case_id)
        require_counting(case)  # it may have been signed while the picture was examined
        self._books.steps.add(case_id, Doing(kind="field", operator=by, field=number), case.version)
        self._note_control(case, by)
        seen = {cell: each.field for each in already for cell in each.cells}
        for cell, field in sorted(seen.items()):
            holds = Correction(counted=False, code=AGAIN, reason=str(field))
            again = Doing(kind="again", field=number, cell=cell, after=value_of(holds))
            self._books.steps.add(case_id, again, case.version)
            self._books.corrections.set(case_id, (number, cell), holds)

    def _note_control(self, case: Case, by: str) -> None:
        fact = fact_of(self._controls.state()) if case.purpose == "patient" else None
        known = self._books.life.facts(case.id).get("control")
        if fact is not None and (known is None or dict(known.value) != fact):
            self._books.life.set_fact(case.id, "control", fact, by)

    def _earlier(self, case_id: int) -> list[Earlier]:
        images = {row.number: row.image for row in self._books.record.fields(case_id)}
        documents = self._books.record.counted_by_number(case_id)
        return [Earlier(number, self._books.record.picture(images[number]), each) for number, each in documents]

    def _require_same_bundle(self, case: Case) -> None:
        digests = self._books.record.bundles(case.id)
        current = self._models.current.ref
        if digests and digests[-1] != current.digest:
            what = f"This case was counted with another bundle; {current.name} {current.version} is in use now."
            raise OtherBundle(what, "Re-analyse the case with the new one, or begin a new case.")
