"""Moving back to a place that was counted: its cells are shown, and not counted twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.again import Signature, signature_of
from edge.casework import Casework
from edge.casework.capture import Taken
from edge.casework.known_again import KnownAgain
from edge.document import Document
from edge.record import Record
from edge.types import Examination, Frame
from firmware_bridge.errors import BadPicture
from tests.casebooks import NEW, casework_in
from tests.cases import PaintedExaminer, painted_pixels

SMEAR = painted_pixels(5, 40, (1500, 1000))
WIDTH, HEIGHT = 720, 540


class Signing:
    """Makes signatures, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, frame: Frame) -> Signature:
        self.made += 1
        return signature_of(frame.pixels)


def place(x: int, y: int) -> Frame:
    return Frame(np.ascontiguousarray(SMEAR[y : y + HEIGHT, x : x + WIDTH]), name=f"{x}-{y}.png")


def taken(casework: Casework, case_id: int, x: int, y: int) -> tuple[Taken, Examination]:
    frame = place(x, y)
    examination = PaintedExaminer().examine(frame)
    prepared = casework.captures.prepared(case_id, frame, is_live=False)
    return casework.captures.take(case_id, prepared, lambda _: examination, "Amina"), examination


@pytest.fixture
def signing() -> Signing:
    return Signing()


@pytest.fixture
def casework(tmp_path: Path, signing: Signing) -> Iterator[Casework]:
    with casework_in(tmp_path, looker=KnownAgain(signing)) as made:
        yield made


def centres(examination: Examination, x: int, y: int) -> dict[tuple[int, int], int]:
    """Where countable cells lie on the smear, and their ids."""
    countable = [result.cell for result in examination.cells if result.cell.countable]
    return {(round(c.centre_px[0] + x), round(c.centre_px[1] + y)): c.id for c in countable}


def test_cells_of_a_common_part_are_counted_once(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="Amina")
    first, one = taken(casework, case.id, 0, 100)
    second, two = taken(casework, case.id, 300, 130)
    assert first.already == ()
    (already,) = second.already
    assert already.field == first.recorded.field.number
    assert already.overlap == pytest.approx((1 - 300 / WIDTH) * (1 - 30 / HEIGHT), abs=0.03)
    before, new = centres(one, 0, 100), centres(two, 300, 130)
    same = {k for (x, y), k in new.items() if any(np.hypot(x - a, y - b) < 12 for a, b in before)}
    assert len(same) > 2
    cut = {result.cell.id for result in two.cells if not result.cell.countable}
    assert same <= set(already.cells) <= same | cut
    counted = casework.results.of(case.id).figures.counts
    assert counted.countable == len(before) + len(new) - len(same)


def test_new_places_are_new(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="Amina")
    for x, y in ((0, 0), (760, 0), (760, 460)):
        assert not [each for each in taken(casework, case.id, x, y)[0].already if each.overlap > 0.2]


def test_signatures_are_made_once_and_again_after_a_restart(tmp_path: Path) -> None:
    first, later = Signing(), Signing()
    with casework_in(tmp_path, looker=KnownAgain(first)) as casework:
        case = casework.life.begin(NEW, by="Amina")
        for x in (0, 400, 780):
            taken(casework, case.id, x, 0)
    assert first.made == 3 + 2
    with casework_in(tmp_path, looker=KnownAgain(later)) as casework:
        back = taken(casework, case.id, 20, 5)[0]
        assert [each.field for each in back.already][:1] == [1]
    assert later.made == 3 + 1


def test_cases_do_not_know_each_others_fields(casework: Casework) -> None:
    mine, other = casework.life.begin(NEW, by="Amina"), casework.life.begin(NEW, by="Amina")
    taken(casework, mine.id, 0, 0)
    assert taken(casework, other.id, 10, 0)[0].already == ()
    assert taken(casework, mine.id, 20, 0)[0].already != ()


def test_a_damaged_picture_of_an_earlier_field_is_told(tmp_path: Path) -> None:
    with casework_in(tmp_path, looker=KnownAgain(Signing())) as casework:
        case = casework.life.begin(NEW, by="Amina")
        row = taken(casework, case.id, 0, 0)[0].recorded.field
        casework.books.record.picture(row.image).write_bytes(b"\xff\xd8\xff not a picture")
        with pytest.raises(BadPicture):
            taken(casework, case.id, 700, 300)


def test_only_the_documents_of_fields_beneath_are_read(casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a case is: reading all of them made each capture slower than the one before."""
    case = casework.life.begin(NEW, by="Amina")
    for x, y in ((0, 0), (760, 0), (760, 460)):
        taken(casework, case.id, x, y)
    read: list[int] = []
    plain = Record.document

    def noted(self: Record, case_id: int, number: int) -> Document:
        read.append(number)
        return plain(self, case_id, number)

    monkeypatch.setattr(Record, "document", noted)
    monkeypatch.setattr(Record, "counted_by_number", lambda *_: pytest.fail("all of them were read"))
    found, _ = taken(casework, case.id, 0, 430)
    assert read == [each.field for each in found.already] == [1]
