"""Several phones at one kit: whatever comes in whatever order, each act is whole, and all that is told agrees."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from edge.casework import Casework
from edge.casework.cells import Wish
from edge.casework.history import corrections_of
from edge.casework.seen_before import Already, Earlier
from edge.errors import CaseFault
from edge.types import Examination, Frame
from tests.casebooks import capture, casework_in, counted_case, undo
from tests.cases import LABELS

HANDS, ACTS = 8, 25
MEETS_S = 0.2


class Meeting:
    """A looker that waits for a second one to look at the same time, and notes how many fields each was shown."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2)
        self.shown: list[int] = []

    def __call__(self, frame: Frame, examination: Examination, earlier: Sequence[Earlier]) -> tuple[Already, ...]:
        self.shown.append(len(earlier))
        with suppress(threading.BrokenBarrierError):
            self.both.wait(MEETS_S)
        return ()


def test_of_two_pictures_taken_at_once_the_second_is_compared_with_the_first(tmp_path: Path) -> None:
    meeting = Meeting()
    with casework_in(tmp_path, looker=meeting) as casework:
        case_id = counted_case(casework, seeds=()).id
        with ThreadPoolExecutor(2) as people:
            numbers = list(people.map(lambda seed: capture(casework, case_id, seed), (1, 2)))
    assert (sorted(meeting.shown), sorted(numbers)) == ([0, 1], [1, 2])


def work(casework: Casework, case_id: int, hand: int) -> int:
    """What one person does; how often the kit said no."""
    chance, refused = random.Random(hand), 0  # noqa: S311 no secret
    for _ in range(ACTS):
        key = (chance.randint(1, 2), chance.randint(1, 5))
        acts = (
            lambda key=key: casework.cells.change(case_id, key, Wish(label=chance.choice(LABELS)), f"hand {hand}"),
            lambda key=key: casework.cells.change(case_id, key, Wish(excluded=chance.random() < 0.5), f"hand {hand}"),
            lambda: undo(casework, case_id, f"hand {hand}"),
            lambda: casework.results.of(case_id),
            lambda: casework.life.count_by_hand(case_id, {"blast": chance.randint(1, 9)}, f"hand {hand}"),
        )
        try:
            chance.choice(acts)()
        except CaseFault:
            refused += 1
    capture(casework, case_id, 10 + hand)
    return refused


def test_many_hands_on_one_case(tmp_path: Path) -> None:
    with casework_in(tmp_path) as casework:
        case_id = counted_case(casework).id
        with ThreadPoolExecutor(HANDS) as people:
            refused = sum(people.map(lambda hand: work(casework, case_id, hand), range(HANDS)))
        steps = casework.books.steps.of(case_id)
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        assert corrections_of(steps) == casework.books.corrections.of(case_id)
        assert [row.number for row in casework.books.record.fields(case_id)] == list(range(1, HANDS + 3))
        figures = casework.results.of(case_id).figures
        assert casework.results.sums([case_id])[case_id].counts == figures.counts
        assert refused < HANDS * ACTS / 2
