"""A field into a case: what must hold before it is examined, and what is written together with it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.casework.books import Books
from edge.casework.controls import ControlBook, fact_of
from edge.casework.models import Models
from edge.casework.scales import Scales
from edge.casework.seen_before import Already, Looker, look, never_seen, set_aside
from edge.casework.states import require_taking
from edge.errors import OtherBundle
from edge.record import Case, Recorded
from edge.record.steps import Doing
from edge.types import Examination, Frame


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
        self._one_by_one = threading.Lock()

    def prepared(self, case_id: int, frame: Frame, is_live: bool) -> Frame:
        """The frame as it is to be examined for a case: a live one with the scale of the case's objective.

        Raises:
            NotRecorded, CaseAgain, CaseSigned, CaseFinished, ControlBlocks, ScaleSize.
            OtherBundle: the case's fields were examined with another bundle than the one in use.
        """
        case = self._books.record.case(case_id)
        require_taking(case)
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
        with self._one_by_one:  # two pictures of one place, taken at once, would otherwise both be new
            already = look(self._books, self._looker, case_id, frame, examination)
            recorded = self._books.record.add_field(
                case_id, frame, examination, lambda number: self._note(case_id, number, already, by)
            )
        return Taken(recorded, already)

    def _note(self, case_id: int, number: int, already: Sequence[Already], by: str) -> None:
        case = self._books.record.case(case_id)
        require_taking(case)  # it may have been signed while the picture was examined
        self._books.steps.add(case_id, Doing(kind="field", operator=by, field=number), case.version)
        self._note_control(case, by)
        set_aside(self._books, case_id, number, already)

    def _note_control(self, case: Case, by: str) -> None:
        fact = fact_of(self._controls.state()) if case.purpose == "patient" else None
        known = self._books.life.facts(case.id).get("control")
        if fact is not None and (known is None or dict(known.value) != fact):
            self._books.life.set_fact(case.id, "control", fact, by)

    def _require_same_bundle(self, case: Case) -> None:
        digests = self._books.record.bundles(case.id)
        current = self._models.current.ref
        if digests and digests[-1] != current.digest:
            what = f"This case was counted with another bundle; {current.name} {current.version} is in use now."
            raise OtherBundle(what, "Re-analyse the case with the new one, or begin a new case.")
