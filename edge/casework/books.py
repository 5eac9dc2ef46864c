"""Everything that the record keeps of casework, opened over one database."""

from __future__ import annotations

from dataclasses import dataclass

from edge.casework.states import require_no_control
from edge.errors import RunUnfinished
from edge.record import Case, Record
from edge.record.case_life import CaseLife
from edge.record.controls import Controls
from edge.record.corrections import Corrections
from edge.record.database import Database
from edge.record.listing import Listing
from edge.record.people import People
from edge.record.reruns import Reruns
from edge.record.station_facts import StationFacts
from edge.record.steps import Steps


@dataclass(frozen=True, slots=True)
class Books:
    """What is written where. All of them share one database, so that one transaction may write in several."""

    record: Record
    database: Database
    steps: Steps
    corrections: Corrections
    people: People
    station: StationFacts
    life: CaseLife
    controls: Controls
    reruns: Reruns
    listing: Listing

    def case(self, case_id: int) -> Case:
        """A case of a patient, seen once or again.

        Raises:
            NotRecorded: there is none.
            CaseOfControl: that number holds a control slide's run.
        """
        case = self.record.case(case_id)
        require_no_control(case)
        return case

    def whole(self, case_id: int) -> Case:
        """The same, to be corrected, finished or signed.

        Raises:
            NotRecorded, CaseOfControl; RunUnfinished: a re-analysis that has not looked at every field.
        """
        case = self.case(case_id)
        if not self.is_whole(case):
            what = f"This re-analysis of case {case.pseudonym} has not looked at every field."
            raise RunUnfinished(what, "Wait until it is done; if it has stopped, analyse again.")
        return case

    def is_whole(self, case: Case) -> bool:
        """Whether all is there that the case is to be judged by."""
        return case.purpose != "again" or self.reruns.is_done(case.id)


def open_books(record: Record) -> Books:
    """The books of a record, which stays the caller's to close."""
    shared = record.database
    return Books(
        record=record,
        database=shared,
        steps=Steps(shared),
        corrections=Corrections(shared),
        people=People(shared),
        station=StationFacts(shared),
        life=CaseLife(shared),
        controls=Controls(shared),
        reruns=Reruns(shared),
        listing=Listing(shared),
    )
