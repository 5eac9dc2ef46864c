"""Cells that were counted in an earlier field of the case: found by a looker, set aside, and noted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from edge.casework.books import Books
from edge.casework.counting import AGAIN
from edge.casework.history import value_of
from edge.document import Document
from edge.record.corrections import Correction
from edge.record.steps import Doing
from edge.types import Examination, Frame


@dataclass(frozen=True, slots=True)
class Earlier:
    """A counted field of the same case: its number, its picture as JPEG, and what reads its document.

    Few of a case's fields lie beneath a new one, and only of these a document is needed: reading all of them made each
    capture of a long case slower than the one before.
    """

    number: int
    image: Path
    read: Callable[[], Document]


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


def look(books: Books, looker: Looker, case_id: int, frame: Frame, examination: Examination) -> tuple[Already, ...]:
    """Ask the looker about a new field of a case; one that the gate refused is not counted anyway."""
    if not examination.verdict.ok:
        return ()
    record = books.record
    earlier = [
        Earlier(row.number, record.picture(row.image), partial(record.document, case_id, row.number))
        for row in record.fields(case_id)
        if row.ok
    ]
    return tuple(looker(frame, examination, earlier))


def set_aside(books: Books, case_id: int, number: int, already: Sequence[Already]) -> None:
    """Let the cells that were seen before not be counted in field `number`; to be called in its transaction."""
    version = books.record.case(case_id).version
    seen = {cell: each.field for each in already for cell in each.cells}
    for cell, field in sorted(seen.items()):
        holds = Correction(counted=False, code=AGAIN, reason=str(field))
        books.steps.add(case_id, Doing(kind="again", field=number, cell=cell, after=value_of(holds)), version)
        books.corrections.set(case_id, (number, cell), holds)
