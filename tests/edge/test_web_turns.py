"""Captures before questions, and of questions the newest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future

import pytest

from edge.errors import Overtaken
from edge.web.turns import MOST_QUESTIONS, Turns


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns()
    yield made
    made.close()


def occupied(turns: Turns) -> threading.Event:
    """At work until this is set."""
    free, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        free.wait(10.0)

    turns.question(work)
    assert begun.wait(10.0)
    return free


@pytest.fixture
def busy(turns: Turns) -> Iterator[threading.Event]:
    """The station is at work until this is set."""
    free = occupied(turns)
    yield free
    free.set()


def test_captures_go_first_in_order_and_the_newest_question_next(turns: Turns, busy: threading.Event) -> None:
    done: list[str] = []
    waiting: list[Future[None]] = []
    for name in ("q1", "c1", "q2", "c2"):
        ask = turns.capture if name.startswith("c") else turns.question
        waiting.append(ask(done.append, name))
    busy.set()
    for each in waiting:
        each.result(10.0)
    assert done == ["c1", "c2", "q2", "q1"]


def test_an_old_question_gives_way_and_says_so(turns: Turns, busy: threading.Event) -> None:
    asked = [turns.question(int, number) for number in range(MOST_QUESTIONS + 2)]
    busy.set()
    for passed in asked[:2]:
        with pytest.raises(Overtaken):
            passed.result(10.0)
    assert [each.result(10.0) for each in asked[2:]] == list(range(2, MOST_QUESTIONS + 2))


def test_a_capture_never_gives_way(turns: Turns, busy: threading.Event) -> None:
    captures = [turns.capture(int, number) for number in range(3 * MOST_QUESTIONS)]
    for number in range(3 * MOST_QUESTIONS):
        turns.question(int, number)
    busy.set()
    assert [each.result(10.0) for each in captures] == list(range(3 * MOST_QUESTIONS))


def test_what_goes_wrong_is_told_to_whoever_asked_and_the_next_is_served(turns: Turns) -> None:
    with pytest.raises(ZeroDivisionError):
        turns.capture(divmod, 1, 0).result(10.0)
    assert turns.question(divmod, 7, 2).result(10.0) == (3, 1)


def test_whoever_waits_no_more_is_not_served(turns: Turns, busy: threading.Event) -> None:
    done: list[str] = []
    gone = turns.question(done.append, "gone")
    assert gone.cancel()
    for number in range(MOST_QUESTIONS):
        turns.question(int, number)
    busy.set()
    turns.capture(done.append, "here").result(10.0)
    assert done == ["here"]


def test_at_the_end_captures_are_finished_and_questions_are_not() -> None:
    turns = Turns()
    free = occupied(turns)
    capture, question = turns.capture(int, 1), turns.question(int, 2)
    closing = threading.Thread(target=turns.close)
    closing.start()
    with pytest.raises(CancelledError):
        question.result(10.0)
    free.set()
    closing.join(10.0)
    assert capture.result(0.0) == 1
