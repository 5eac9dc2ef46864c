"""Fields into cases: nothing is counted twice, with another bundle, or into a case that is closed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge.casework import Casework
from edge.casework.cells import Wish
from edge.casework.history import corrections_of
from edge.casework.seen_before import Already, Earlier
from edge.errors import CaseFinished, OtherBundle
from edge.types import Examination, Frame
from tests.casebooks import NEW, capture, casework_in, counted_case, field, undo
from tests.cases import MODEL


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        yield made


class Seer:
    """Says that cells 1 and 4 of each new field are counted in the field before."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> Sequence[Already]:
        self.asked.append([each.number for each in earlier])
        assert all(each.image.exists() and each.read()["cells"] for each in earlier)
        return [Already(earlier[-1].number, 0.4, (1, 4))] if earlier else []


def test_cells_seen_before_are_kept_and_shown_but_not_counted_again(tmp_path: Path) -> None:
    seer = Seer()
    with casework_in(tmp_path, looker=seer) as casework:
        case = counted_case(casework, (1, 2))
        assert seer.asked == [[], [1]]
        result = casework.results.of(case.id)
        whole = sum((field(seed)[1].counts.countable for seed in (1, 2)), 0)
        again = sum(each.cell.countable for each in field(2)[1].cells if each.cell.id in (1, 4))
        assert result.figures.counts.countable == whole - again
        assert result.figures.excluded["cell.again"] + result.figures.excluded.get("cell.cut", 0) >= 2
        assert result.figures.corrected == 0
        assert corrections_of(casework.books.steps.of(case.id)) == casework.books.corrections.of(case.id)


def test_a_person_may_count_such_a_cell_nevertheless_and_think_again(tmp_path: Path) -> None:
    with casework_in(tmp_path, looker=Seer()) as casework:
        case = counted_case(casework, (1, 2))
        before = casework.results.of(case.id).figures.counts.countable
        casework.cells.change(case.id, (2, 4), Wish(excluded=False), "Amina")
        assert casework.results.of(case.id).figures.counts.countable == before + 1
        undo(casework, case.id)
        assert casework.results.of(case.id).figures.counts.countable == before


def test_a_refused_field_is_not_looked_for(tmp_path: Path) -> None:
    seer = Seer()
    with casework_in(tmp_path, looker=seer) as casework:
        case = casework.life.begin(NEW, by="")
        frame, examination = field(1)
        refused = replace(examination, verdict=replace(examination.verdict, ok=False), cells=())
        casework.captures.take(case.id, frame, lambda _: refused, "")
        assert seer.asked == []


def test_the_same_picture_is_answered_and_not_examined(casework: Casework) -> None:
    case = counted_case(casework, (1,))
    steps = casework.books.steps.of(case.id)
    frame, _ = field(1)
    taken = casework.captures.take(case.id, frame, lambda _: pytest.fail("it was examined again"), "")
    assert not taken.recorded.is_new
    assert casework.books.steps.of(case.id) == steps


def test_who_captured_what_is_in_the_log(casework: Casework) -> None:
    case = casework.life.begin(NEW, by="Amina")
    capture(casework, case.id, 1, by="Bo")
    assert [(step.kind, step.operator, step.field) for step in casework.books.steps.of(case.id)] == [
        ("begin", "Amina", None),
        ("field", "Bo", 1),
    ]


def test_a_case_that_is_finished_while_a_picture_is_examined_takes_no_half_of_it(casework: Casework) -> None:
    case = counted_case(casework, (1,))
    pictures = set(casework.books.record.picture("").iterdir())
    frame, examination = field(2)

    def examine(_: Frame) -> Examination:
        casework.life.finish(case.id, "Bo")
        return examination

    with pytest.raises(CaseFinished):
        casework.captures.take(case.id, frame, examine, "Amina")
    assert len(casework.books.record.fields(case.id)) == 1
    assert set(casework.books.record.picture("").iterdir()) == pictures
    assert casework.books.steps.of(case.id)[-1].kind == "finish"


def test_a_case_is_counted_with_one_bundle(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        case = counted_case(casework, (1,))
        newer = replace(MODEL, ref=replace(MODEL.ref, version=4, digest="beef" * 16))
        casework.models.current = newer
        with pytest.raises(OtherBundle, match="painted 4"):
            capture(casework, case.id, 2)
        assert casework.results.of(case.id).model == MODEL, "and is decided by the one it was counted with"
