"""Corrections: whatever people do in whatever order, log, table, counts and list say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.casework import Casework
from edge.casework.cells import Wish
from edge.casework.history import correction_of, corrections_of, deciders, history
from edge.errors import CaseChanged, CaseFinished, CaseSigned, NothingToDo, NotRecorded, UnknownClass
from tests.casebooks import casework_in, counted_case, redo, undo
from tests.cases import LABELS

Move = tuple[str, int, int, Any]
KEYS = st.tuples(st.integers(1, 2), st.integers(1, 5))
MOVES = st.one_of(
    st.tuples(st.just("class"), KEYS, st.sampled_from(LABELS)),
    st.tuples(st.just("excluded"), KEYS, st.booleans()),
    st.tuples(st.just("restore"), KEYS, st.none()),
    st.tuples(st.sampled_from(["undo", "redo"]), KEYS, st.none()),
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Casework]:
    with casework_in(tmp_path_factory.mktemp("data")) as made:
        yield made


@pytest.fixture
def casework(tmp_path: Path) -> Iterator[Casework]:
    with casework_in(tmp_path) as made:
        yield made


def take(casework: Casework, case_id: int, move: tuple[str, tuple[int, int], Any]) -> None:
    kind, key, value = move
    cells = casework.cells
    if kind == "class":
        cells.change(case_id, key, Wish(label=value), "Amina")
    elif kind == "excluded":
        cells.change(case_id, key, Wish(excluded=value, reason="smudge"), "Amina")
    elif kind == "restore":
        cells.restore(case_id, key, "Amina")
    else:
        try:
            {"undo": undo, "redo": redo}[kind](casework, case_id)
        except NothingToDo:
            assert not getattr(history(casework.books.steps.of(case_id), 1), {"undo": "done", "redo": "undone"}[kind])


@settings(max_examples=40)
@given(moves=st.lists(MOVES, max_size=14))
def test_log_table_counts_and_list_agree(shared: Casework, moves: list[Any]) -> None:
    casework = shared
    case_id = counted_case(casework).id
    for move in moves:
        take(casework, case_id, move)
    assert corrections_of(casework.books.steps.of(case_id)) == casework.books.corrections.of(case_id)
    figures = casework.results.of(case_id).figures
    sums = casework.books.listing.sums([case_id], ["blast"])[case_id]
    assert (sums.counts, sums.doubtful, sums.corrected) == (figures.counts, figures.doubtful, figures.corrected)
    assert sum(each.cells for each in figures.classes) == figures.counts.countable
    assert sum(each.cells for each in figures.classes if each.blast) == figures.counts.blast
    assert sum(figures.excluded.values()) == figures.counts.excluded


@settings(max_examples=30)
@given(moves=st.lists(MOVES, max_size=10))
def test_undoing_everything_leads_back_and_redoing_everything_forth(shared: Casework, moves: list[Any]) -> None:
    casework = shared
    case_id = counted_case(casework).id
    found = casework.results.of(case_id).figures
    for move in moves:
        take(casework, case_id, move)
    there = casework.books.corrections.of(case_id)
    steps = len(history(casework.books.steps.of(case_id), 1).done)
    for _ in range(steps):
        undo(casework, case_id)
    assert casework.books.corrections.of(case_id) == {}
    assert casework.results.of(case_id).figures == found
    for _ in range(steps):
        redo(casework, case_id)
    assert casework.books.corrections.of(case_id) == there


@settings(max_examples=40)
@given(moves=st.lists(MOVES, max_size=14))
def test_every_word_that_a_person_has_on_a_cell_is_somebodys(shared: Casework, moves: list[Any]) -> None:
    """The step that holds says what the table of corrections says, whatever was taken back and done again."""
    case_id = counted_case(shared).id
    for move in moves:
        take(shared, case_id, move)
    steps = shared.books.steps.of(case_id)
    held = {key: correction_of(step.after) for key, step in deciders(steps).items()}
    assert held == shared.books.corrections.of(case_id)


def test_whose_word_it_is_outlasts_that_another_tried(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    key = cell(casework, case_id)
    casework.cells.change(case_id, key, Wish(label="granulocyte"), "Amina")
    casework.cells.change(case_id, key, Wish(label="lymphocyte"), "Bo")
    assert deciders(casework.books.steps.of(case_id))[key].operator == "Bo"
    undo(casework, case_id, "Chen")
    assert deciders(casework.books.steps.of(case_id))[key].operator == "Amina"
    redo(casework, case_id, "Chen")
    assert deciders(casework.books.steps.of(case_id))[key].operator == "Bo"


def cell(casework: Casework, case_id: int, countable: bool = True) -> tuple[int, int]:
    cells = casework.books.record.document(case_id, 1)["cells"]
    return 1, next(each["id"] for each in cells if each["countable"] == countable)


def test_a_corrected_class_counts_in_cell_field_case_and_decision(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    before = casework.results.of(case_id)
    for each in before.model.labels:
        casework.cells.change(case_id, cell(casework, case_id), Wish(label=each), "Amina")
        now = casework.results.of(case_id)
        blasts = now.figures.counts.blast
        assert now.figures.decision["score"] == pytest.approx(100 * blasts / now.figures.counts.countable, rel=1e-4)
        assert now.fields[0].counts == now.figures.counts
    changed = casework.results.document(case_id, 1)["cells"][cell(casework, case_id)[1] - 1]
    assert (changed["class"], changed["settled"], changed["doubtful"]) == ("granulocyte", True, False)


def test_an_excluded_cell_says_why_and_by_whom(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    key = cell(casework, case_id)
    casework.cells.change(case_id, key, Wish(excluded=True, reason="two cells in one"), "Amina")
    (shown,) = (each for each in casework.results.document(case_id, 1)["cells"] if each["id"] == key[1])
    assert (shown["countable"], shown["codes"][-1]) == (
        False,
        {"code": "cell.person", "values": {"reason": "two cells in one"}},
    )
    assert casework.results.of(case_id).figures.excluded["cell.person"] == 1


def test_a_cell_that_the_kit_left_out_can_be_counted(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    before = casework.results.of(case_id).figures.counts
    casework.cells.change(case_id, cell(casework, case_id, countable=False), Wish(excluded=False), "Amina")
    assert casework.results.of(case_id).figures.counts.countable == before.countable + 1


@pytest.mark.parametrize("wish", [Wish(), Wish(excluded=False)])
def test_what_holds_already_is_no_step(casework: Casework, wish: Wish) -> None:
    case_id = counted_case(casework, (1,)).id
    steps = casework.books.steps.of(case_id)
    casework.cells.change(case_id, cell(casework, case_id), wish, "Amina")
    casework.cells.restore(case_id, cell(casework, case_id), "Amina")
    assert casework.books.steps.of(case_id) == steps


def test_a_new_step_ends_what_could_be_redone(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    key = cell(casework, case_id)
    casework.cells.change(case_id, key, Wish(label="granulocyte"), "Amina")
    undo(casework, case_id)
    casework.cells.change(case_id, key, Wish(excluded=True), "Bo")
    with pytest.raises(NothingToDo, match="redo"):
        redo(casework, case_id)


def test_a_step_is_taken_back_by_whoever_has_seen_it(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    key = cell(casework, case_id)
    casework.cells.change(case_id, key, Wish(label="granulocyte"), "Amina")
    seen = casework.books.steps.last(case_id)
    casework.cells.change(case_id, key, Wish(excluded=True), "Bo")
    before = casework.books.steps.of(case_id)
    with pytest.raises(CaseChanged):
        casework.cells.undo(case_id, seen, "Amina")
    assert casework.books.steps.of(case_id) == before
    assert casework.cells.undo(case_id, seen + 1, "Bo").operator == "Bo"
    assert casework.cells.undo(case_id, seen, "Amina").operator == "Amina"
    with pytest.raises(CaseChanged):
        casework.cells.redo(case_id, seen + 1, "Bo")
    assert casework.cells.redo(case_id, seen, "Bo").number == seen


def test_a_class_that_nobody_knows_is_refused_and_the_known_ones_named(casework: Casework) -> None:
    case_id = counted_case(casework, (1,)).id
    with pytest.raises(UnknownClass) as told:
        casework.cells.change(case_id, cell(casework, case_id), Wish(label="unicorn"), "Amina")
    assert "granulocyte" in told.value.remedy


@pytest.mark.parametrize("key", [(1, 99), (9, 1)])
def test_a_cell_that_is_not_there_is_refused(casework: Casework, key: tuple[int, int]) -> None:
    case_id = counted_case(casework, (1,)).id
    with pytest.raises(NotRecorded):
        casework.cells.change(case_id, key, Wish(excluded=True), "Amina")


@pytest.mark.parametrize(("state", "fault"), [("finished", CaseFinished), ("signed", CaseSigned)])
def test_only_a_case_that_is_counted_is_corrected(casework: Casework, state: str, fault: type[Exception]) -> None:
    case_id = counted_case(casework, (1,)).id
    key = cell(casework, case_id)
    casework.cells.change(case_id, key, Wish(label="granulocyte"), "Amina")
    casework.books.life.change(case_id, state=state)
    before = casework.books.steps.of(case_id)
    for act in (
        lambda: casework.cells.change(case_id, key, Wish(excluded=True), "Amina"),
        lambda: casework.cells.restore(case_id, key, "Amina"),
        lambda: undo(casework, case_id),
        lambda: redo(casework, case_id),
    ):
        with pytest.raises(fault):
            act()
    assert casework.books.steps.of(case_id) == before
