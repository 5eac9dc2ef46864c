"""The parts of casework, put together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

from edge.bundle.offered import Offered
from edge.casework.books import Books, open_books
from edge.casework.capture import Captures
from edge.casework.cells import CellBook
from edge.casework.controls import ControlBook
from edge.casework.first_run import FirstRunBook, Proof
from edge.casework.life import Life
from edge.casework.models import Models
from edge.casework.papers import PaperDesk
from edge.casework.rerun import OpenExaminer, Reanalysis
from edge.casework.results import Results
from edge.casework.scales import Scales
from edge.casework.seen_before import Looker, never_seen
from edge.casework.settings import SettingsBook
from edge.casework.snapshot import Snapshots
from edge.casework.staff import Staff
from edge.decide.model import Model
from edge.record import Case, Record

Offer = Callable[[], tuple[Offered, ...]]


@dataclass(frozen=True, slots=True)
class Casework:
    """What can be done with cases; each part says what it is for."""

    books: Books
    models: Models
    staff: Staff
    settings: SettingsBook
    first_run: FirstRunBook
    scales: Scales
    controls: ControlBook
    captures: Captures
    cells: CellBook
    results: Results
    life: Life
    reanalysis: Reanalysis
    papers: PaperDesk
    offered: Offer

    def case(self, case_id: int) -> Case:
        """A case that may be opened: a patient's, seen once or again.

        Raises:
            NotRecorded: there is none; CaseOfControl: that number holds a control slide's run.
        """
        return self.books.case(case_id)

    def close(self) -> None:
        """End what is under way. The record stays open."""
        self.reanalysis.close()


@dataclass(frozen=True, slots=True)
class Outside:
    """What casework asks others to do.

    looker          tells whether a field was seen before
    looker_again    the same for re-analyses, which go on in a thread of their own
    open_examiner   a station on another bundle, for re-analyses; raises BundleFault, EngineFault
    offered         the bundles that a re-analysis may ask for; raises BundleDamaged, BadSetting
    camera_missing  what keeps pictures from coming, in a sentence; None where they come
    amiss           codes of what the gate finds amiss in the newest picture; None where there is none
    clock           seconds, never going back
    wall            seconds since 1970, as the clock on the wall has them, which may be wrong
    up              seconds since the machine was started; for ever where that is not known
    """

    looker: Looker = never_seen
    looker_again: Looker = never_seen
    open_examiner: OpenExaminer | None = None
    offered: Offer = tuple
    camera_missing: Callable[[], str | None] = lambda: None
    amiss: Callable[[], Collection[str] | None] = tuple
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    up: Callable[[], float] = lambda: math.inf


def open_casework(record: Record, model: Model, outside: Outside | None = None) -> Casework:
    """Casework over a record, which stays the caller's to close after it."""
    outside, books = outside or Outside(), open_books(record)
    models, settings = Models(books.station, model), SettingsBook(books)
    staff = Staff(books, outside.clock, outside.wall, outside.up)
    scales = Scales(books)
    controls = ControlBook(books, models, settings, scales, outside.clock)
    results = Results(books, models, lambda: settings.all().limits)
    proofs: Mapping[str, Proof] = {
        "operator": lambda: None if staff.operators() else "Nobody is named yet.",
        "camera": outside.camera_missing,
        "light": partial(_amiss, outside, "light."),
        "focus": partial(_amiss, outside, "focus."),
        "scale": lambda: None if scales.all() else "No scale is measured yet.",
        "control": lambda: None if books.controls.newest_finished() else "No control slide is checked yet.",
    }
    return Casework(
        books=books,
        models=models,
        staff=staff,
        settings=settings,
        first_run=FirstRunBook(books, proofs),
        scales=scales,
        controls=controls,
        captures=Captures(books, models, controls, scales, outside.looker),
        cells=CellBook(books),
        results=results,
        life=Life(books, staff, results),
        reanalysis=Reanalysis(books, models, outside.open_examiner, outside.looker_again),
        papers=PaperDesk(books, Snapshots(books, models, results), settings),
        offered=outside.offered,
    )


def _amiss(outside: Outside, kind: str) -> str | None:
    """What the live picture shows to be missing of light or focus; no picture shows that either is good."""
    codes = outside.amiss()
    if codes is None:
        return "No picture comes from the camera."
    found = [code for code in codes if code.startswith(kind)]
    return f"The live picture is not good yet ({', '.join(found)})." if found else None
