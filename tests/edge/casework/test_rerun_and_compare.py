"""A case looked at again with another bundle keeps its old result; two cases side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from edge.casework import Casework
from edge.casework.cells import Wish
from edge.casework.compare import compared
from edge.casework.content import seal
from edge.casework.life import Hand
from edge.casework.newcombe import Difference
from edge.casework.rerun import UNKNOWN, OpenExaminer
from edge.casework.seen_before import Already, Earlier
from edge.errors import BadSetting, BundleMissing, CaseAgain, CaseEmpty, NotRecorded, RunBusy, RunUnfinished
from edge.types import Examination, Frame
from tests.casebooks import NEW, PIN, capture, casework_in, counted_case, field
from tests.newer import NEWER, Newer


class Slow(Newer):
    """One that waits until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go_on, self.began = threading.Event(), threading.Event()

    def examine(self, frame: Frame) -> Examination:
        self.began.set()
        self.may_go_on.wait(10)
        return super().examine(frame)


@pytest.fixture
def newer() -> Newer:
    return Newer()


@pytest.fixture
def casework(tmp_path: Path, newer: Newer) -> Iterator[Casework]:
    with casework_in(tmp_path, open_examiner=lambda _: newer) as made:
        yield made


def again(casework: Casework, case_id: int) -> int:
    made = casework.reanalysis.begin(case_id, "painted", "Amina")
    casework.reanalysis.wait()
    return made.id


def test_the_old_result_stays_and_the_new_one_stands_beside_it(casework: Casework, newer: Newer) -> None:
    case_id = counted_case(casework).id
    casework.cells.change(case_id, (1, 4), Wish(label="granulocyte"), "Amina")
    before = casework.results.of(case_id)
    new_id = again(casework, case_id)
    after, rerun = casework.results.of(case_id), casework.results.of(new_id)
    assert (after.figures, after.fields) == (before.figures, before.fields)
    assert rerun.figures.counts.blast == rerun.figures.counts.countable > 0
    assert [field.frame_digest for field in rerun.fields] == [field.frame_digest for field in before.fields]
    assert (rerun.model, rerun.case.of_case, rerun.case.state) == (NEWER, case_id, "finished")
    assert newer.closed


def test_runs_tell_the_case_and_each_re_analysis(casework: Casework) -> None:
    case_id = counted_case(casework).id
    ids = [again(casework, case_id) for _ in range(2)]
    runs = casework.reanalysis.runs(case_id)
    assert [(run.case.id, run.rerun and run.rerun.state) for run in runs] == [
        (case_id, None),
        *((k, "done") for k in ids),
    ]
    assert [case.id for case in casework.books.record.cases()] == [case_id], "re-analyses are not listed as cases"
    with pytest.raises(NotRecorded):
        casework.reanalysis.runs(99)


def test_pictures_are_those_that_were_recorded(casework: Casework, newer: Newer) -> None:
    case_id = counted_case(casework, (1,)).id
    names = {path.name for path in casework.books.record.picture("").glob("*.jpg")}
    again(casework, case_id)
    assert {path.name for path in casework.books.record.picture("").glob("*.jpg")} == names
    assert newer.frames[0].um_per_px == pytest.approx(0.1), "a given scale is given again"


def test_cells_that_two_fields_share_are_not_counted_twice_then_either(tmp_path: Path) -> None:
    def seen(frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> Sequence[Already]:
        return [Already(earlier[-1].number, 0.4, (3, 4))] if earlier else []

    with casework_in(tmp_path, looker=seen, open_examiner=lambda _: Newer()) as casework:
        case_id = counted_case(casework).id
        both = [casework.results.of(each) for each in (case_id, again(casework, case_id))]
        assert [each.figures.excluded["cell.again"] for each in both] == [2, 2]
        assert both[0].figures.counts.countable == both[1].figures.counts.countable


def test_a_bundle_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    def missing(name: str) -> Newer:
        raise BundleMissing(f"There is no bundle {name!r}.", "Install it.")

    with casework_in(tmp_path, open_examiner=missing) as casework:
        case_id = counted_case(casework, (1,)).id
        again(casework, case_id)
        _, run = casework.reanalysis.runs(case_id)
        assert run.rerun is not None
        assert (run.rerun.state, run.rerun.fault["code"], run.rerun.fault["remedy"]) == (
            "failed",
            "bundle.missing",
            "Install it.",
        )


def test_a_bug_in_the_new_one_ends_its_run(tmp_path: Path) -> None:
    class Broken(Newer):
        def examine(self, frame: Frame) -> Examination:
            raise ZeroDivisionError

    with casework_in(tmp_path, open_examiner=lambda _: Broken()) as casework:
        case_id = counted_case(casework, (1,)).id
        casework.reanalysis.begin(case_id, "x", "")
        with pytest.raises(ZeroDivisionError):
            casework.reanalysis.wait()
        rerun = casework.reanalysis.runs(case_id)[1].rerun
        assert rerun is not None
        assert (rerun.state, rerun.fault) == ("failed", UNKNOWN)


def test_there_is_one_at_a_time_and_closing_ends_it(tmp_path: Path) -> None:
    slow = Slow()
    with casework_in(tmp_path, open_examiner=lambda _: slow) as casework:
        case_id = counted_case(casework, (1, 2, 3)).id
        casework.reanalysis.begin(case_id, "x", "")
        slow.began.wait(10)
        with pytest.raises(RunBusy):
            casework.reanalysis.begin(case_id, "x", "")
        closing = threading.Thread(target=casework.reanalysis.close)
        closing.start()
        slow.may_go_on.set()
        closing.join(10)
        (_, run) = casework.reanalysis.runs(case_id)
        assert run.rerun is not None
        assert run.rerun.state == "stopped"
        assert len(casework.books.record.fields(run.case.id)) < 3


def test_one_that_a_power_cut_ended_is_told_after_the_start(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        case_id = counted_case(casework, (1,)).id
        copy = casework.books.record.begin_case(replace(NEW, purpose="again", of_case=case_id))
        casework.books.reruns.begin(copy.id, "x")
    with casework_in(tmp_path) as casework:
        assert [run.rerun and run.rerun.state for run in casework.reanalysis.runs(case_id)] == [None, "stopped"]


@pytest.mark.parametrize(("opener", "seeds", "fault"), [(None, (1,), BadSetting), (lambda _: Newer(), (), CaseEmpty)])
def test_what_cannot_be_looked_at_again_is_refused(
    tmp_path: Path, opener: OpenExaminer | None, seeds: tuple[int, ...], fault: type[Exception]
) -> None:
    with casework_in(tmp_path, open_examiner=opener) as casework:
        case_id = counted_case(casework, seeds).id
        with pytest.raises(fault):
            casework.reanalysis.begin(case_id, "x", "")
        assert len(casework.reanalysis.runs(case_id)) == 1


def test_two_cases_side_by_side_with_the_interval_of_their_difference(casework: Casework) -> None:
    left, right = (casework.results.of(counted_case(casework, seeds).id) for seeds in ((1, 2), (3, 5)))
    both = compared(left, right)
    counts = left.figures.counts, right.figures.counts
    assert not both.same_pictures
    expected = 100 * (counts[1].blast / counts[1].countable - counts[0].blast / counts[0].countable)
    assert both.difference.points == pytest.approx(expected)
    assert both.difference.interval[0] < expected < both.difference.interval[1]
    for pair in both.classes:
        cells = {each.label: each.cells for each in left.figures.classes}
        assert pair.left is not None
        assert pair.left[0] == cells[pair.label]


def test_two_looks_at_the_same_pictures_say_so(casework: Casework) -> None:
    case_id = counted_case(casework).id
    both = compared(casework.results.of(case_id), casework.results.of(again(casework, case_id)))
    assert both.same_pictures
    assert both.difference.points > 0


def test_a_field_that_is_captured_meanwhile_is_looked_at_as_well(tmp_path: Path) -> None:
    """It was done without it, and could be signed as having seen every field."""
    slow = Slow()
    with casework_in(tmp_path, open_examiner=lambda _: slow) as casework:
        case_id = counted_case(casework).id
        new = casework.reanalysis.begin(case_id, "painted", "Amina")
        assert slow.began.wait(10)
        capture(casework, case_id, 9)
        slow.may_go_on.set()
        casework.reanalysis.wait()
        assert len(casework.results.of(new.id).fields) == 3


def test_a_case_that_went_on_since_has_other_fields_than_its_re_analysis(casework: Casework) -> None:
    """They were called the same pictures, and the difference the bundle's alone."""
    case_id = counted_case(casework).id
    new_id = again(casework, case_id)
    capture(casework, case_id, 9)
    both = compared(casework.results.of(case_id), casework.results.of(new_id))
    assert both.same_pictures, "in part: chance tells nothing of it"
    assert both.unlike == ("fields", "bundle")


def test_a_re_analysis_takes_no_pictures_of_its_own(casework: Casework) -> None:
    new_id = again(casework, counted_case(casework, (1,)).id)
    casework.life.resume(new_id, "Amina")
    frame, _ = field(7)
    with pytest.raises(CaseAgain):
        casework.captures.prepared(new_id, frame, is_live=True)
    assert len(casework.books.record.fields(new_id)) == 1


def test_nobody_signs_a_re_analysis_that_has_not_seen_every_field(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        case_id = counted_case(casework, (1,)).id
        copy = casework.books.record.begin_case(replace(NEW, purpose="again", of_case=case_id))
        casework.books.reruns.begin(copy.id, "x")
        frame, examination = field(1)
        casework.books.record.add_field(copy.id, frame, examination)
        amina = casework.staff.add("Amina", PIN, lead=True, by=None)
        result = casework.results.of(copy.id)
        assert not result.whole
        hand = Hand(amina.id, PIN, seal(casework.books, result))
        refused: list[Callable[[], object]] = [
            lambda: casework.life.finish(copy.id, "Amina"),
            lambda: casework.life.sign(copy.id, hand),
            lambda: casework.cells.change(copy.id, (1, 1), Wish(label="granulocyte"), "Amina"),
        ]
        for way in refused:
            with pytest.raises(RunUnfinished):
                way()
        casework.books.reruns.end(copy.id, "stopped")
        with pytest.raises(RunUnfinished):
            casework.life.finish(copy.id, "Amina")
        casework.books.reruns.end(copy.id, "done")
        casework.life.finish(copy.id, "Amina")
        assert casework.results.of(copy.id).whole


def test_what_is_not_alike_is_told_and_other_specimens_never_agree(casework: Casework) -> None:
    marrow = casework.results.of(counted_case(casework).id)
    blood, thick = (replace(marrow.case, specimen="blood"), replace(marrow.case, stain="other", objective="40x"))
    apart = [replace(marrow, case=case, fields=()) for case in (blood, thick, marrow.case)]
    both = [compared(marrow, each) for each in apart]
    assert [each.unlike for each in both] == [("specimen",), ("stain", "objective"), ()]
    assert [each.agree is each.difference.agree for each in both[1:]] == [True, True]
    many = replace(both[0], difference=Difference(0.0, (-1.0, 1.0)))
    assert many.difference.agree
    assert many.agree is None
    assert replace(both[2], same_pictures=True).agree is None


def test_a_class_that_a_bundle_does_not_know_is_not_a_class_without_cells(casework: Casework) -> None:
    left = casework.results.of(counted_case(casework).id)
    known = left.figures.classes
    newer = replace(left.model, ref=replace(left.model.ref, digest="beef" * 16))
    fewer = replace(left, figures=replace(left.figures, classes=known[:-1]), model=newer)
    both = compared(fewer, left)
    assert both.unlike == ("bundle",)
    assert both.classes[-1].left is None
    assert both.classes[-1].right == (known[-1].cells, known[-1].percent)
    assert compared(left, fewer).classes[-1].right is None
