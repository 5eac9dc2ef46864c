"""Casework over a real record with painted fields, made fast: what is written need not survive a power cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from edge.casework import Casework, open_casework
from edge.casework.casework import Outside
from edge.casework.content import seal
from edge.casework.history import History, history
from edge.casework.life import Hand
from edge.casework.rerun import OpenExaminer
from edge.casework.seen_before import Looker, never_seen
from edge.record import Case, NewCase, Record
from edge.record.steps import Step
from edge.types import Examination, Frame
from tests.cases import MODEL, PaintedExaminer, painted_frame

NEW = NewCase("A-17", "marrow", "wright-giemsa", "100x oil")
SIZE = (480, 360)
PIN = "2468"


class Clock:
    """Seconds in a test's hands."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s

    def pass_by(self, seconds: float) -> None:
        """So much later."""
        self.now_s += seconds


@contextmanager
def casework_in(
    folder: Path,
    clock: Clock | None = None,
    looker: Looker = never_seen,
    open_examiner: OpenExaminer | None = None,
    outside: Outside | None = None,
) -> Iterator[Casework]:
    """Casework in a data folder, closed with its record."""
    with closing(Record(folder)) as record:
        record.database.connection.execute("PRAGMA synchronous = OFF")
        around = outside or Outside(looker, looker, open_examiner, clock=clock or Clock())
        with closing(open_casework(record, MODEL, around)) as made:
            yield made


@cache
def field(seed: int, cells: int = 5) -> tuple[Frame, Examination]:
    """A painted field and what is found in it."""
    frame = Frame(painted_frame(seed, cells, SIZE).pixels, name=f"{seed}.png")
    return frame, PaintedExaminer().examine(frame)


def capture(casework: Casework, case_id: int, seed: int, cells: int = 5, by: str = "Amina") -> int:
    """A painted field into a case; its number."""
    frame, examination = field(seed, cells)
    prepared = casework.captures.prepared(case_id, frame, is_live=False)
    return casework.captures.take(case_id, prepared, lambda _: examination, by).recorded.field.number


def counted_case(casework: Casework, seeds: tuple[int, ...] = (1, 2), cells: int = 5) -> Case:
    """A case with fields."""
    case = casework.life.begin(NEW, by="Amina")
    for seed in seeds:
        capture(casework, case.id, seed, cells)
    return case


def hand(casework: Casework, case_id: int, says: str = "", pin: str = PIN, operator: int = 1) -> Hand:
    """The hand of somebody who has seen the case as it is now."""
    return Hand(operator, pin, seal(casework.books, casework.results.of(case_id)), says)


def undo(casework: Casework, case_id: int, by: str = "Amina") -> Step:
    """Take back what somebody sees as the latest step."""
    return casework.cells.undo(case_id, _number(_history(casework, case_id).done), by)


def redo(casework: Casework, case_id: int, by: str = "Amina") -> Step:
    """Take it again."""
    return casework.cells.redo(case_id, _number(_history(casework, case_id).undone), by)


def _history(casework: Casework, case_id: int) -> History:
    return history(casework.books.steps.of(case_id), casework.books.record.case(case_id).version)


def _number(steps: tuple[Step, ...]) -> int:
    return steps[-1].number if steps else 0
