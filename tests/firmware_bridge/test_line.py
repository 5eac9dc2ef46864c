"""One connection in a thread of its own: everything is handed on in order, and what hangs is left behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadPicture, SourceFault, SourceFrozen, SourceLost, SourceUnavailable
from firmware_bridge.numbering import Numbers
from firmware_bridge.picture import Picture, Source
from firmware_bridge.supervision.feed import Delivered
from firmware_bridge.supervision.line import Line

PIXELS = np.zeros((2, 2, 3), np.uint8)
BAD = BadPicture("Half.", "Go on.")


class Film:
    """Plays its steps, then ends, or holds the line."""

    uri = "film:"

    def __init__(self, steps: list[int | SourceFault], holds: bool = False) -> None:
        self._steps: Iterator[int | SourceFault] = iter(steps)
        self._holds = holds
        self.closed = threading.Event()
        self.closings = 0

    def read(self) -> Picture | None:
        step = next(self._steps, None)
        if isinstance(step, SourceFault):
            raise step
        if step is None and self._holds:
            self.closed.wait(5)
        return None if step is None else Picture(PIXELS, step, 10.0 * step, self.uri)

    def close(self) -> None:
        self.closings += 1
        self.closed.set()


class Heard:
    """What a line hands on, until it brings `last`."""

    def __init__(self, last: int | None = None) -> None:
        self.came: list[int | str] = []
        self._last = last

    def __call__(self, _line: Line, each: Delivered) -> bool:
        self.came.append(each.code if isinstance(each, BadPicture) else each.sequence)
        return self.came[-1] != self._last


@given(st.lists(st.integers(0, 99) | st.just(BAD), max_size=20))
def test_everything_is_handed_on_in_order_and_then_the_end(steps: list[int | SourceFault]) -> None:
    film, heard = Film(steps), Heard()
    line = Line(lambda: film, "film", heard)
    assert line.is_over(5)
    assert heard.came == [BAD.code if isinstance(step, SourceFault) else step for step in steps]
    assert line.fault is None
    assert film.closed.wait(5)


def fails() -> Source:
    raise SourceUnavailable("Not there.", "Plug it in.")


def surprises() -> Source:
    raise RuntimeError("driver")


@pytest.mark.parametrize(
    ("open_", "came", "code"),
    [
        (lambda: Film([1, SourceLost("Gone.", "Plug it in."), 2]), [1], "source.lost"),
        (fails, [], "source.unavailable"),
        (surprises, [], "source.lost"),
    ],
)
def test_a_fault_ends_the_line(open_: Callable[[], Source], came: list[int], code: str) -> None:
    heard = Heard()
    line = Line(open_, "film", heard)
    assert line.is_over(5)
    assert heard.came == came
    assert line.fault is not None
    assert line.fault.code == code
    assert (line.source is None) == (not came)


def test_what_whoever_hears_it_raises_ends_the_line_too() -> None:
    def frozen(_line: Line, _each: Delivered) -> bool:
        raise SourceFrozen("The same.", "Unplug it.")

    film = Film([1, 2])
    line = Line(lambda: film, "film", frozen)
    assert line.is_over(5)
    assert isinstance(line.fault, SourceFrozen)
    assert film.closed.wait(5)


def test_who_wants_no_more_ends_it_without_a_fault() -> None:
    film, heard = Film([1, 2, 3]), Heard(last=2)
    line = Line(lambda: film, "film", heard)
    assert line.is_over(5)
    assert (heard.came, line.fault) == ([1, 2], None)
    assert film.closed.wait(5)


def test_one_that_hangs_goes_on_until_it_is_abandoned_and_is_then_over_at_once() -> None:
    film, heard = Film([1], holds=True), Heard()
    line = Line(lambda: film, "film", heard)
    assert not line.is_over(0.01)
    woken = threading.Thread(target=line.is_over, args=(None,))
    woken.start()
    line.abandon()
    woken.join(5)
    assert not woken.is_alive()
    assert film.closed.wait(5)


def test_nothing_is_read_before_what_came_has_been_taken() -> None:
    """Pictures that wait grow old."""
    film, held = Film(list(range(100)), holds=True), threading.Event()
    line = Line(lambda: film, "film", lambda _line, _each: held.wait(5))
    assert not line.is_over(0.02)
    assert next(film._steps) == 1
    line.abandon()
    held.set()
    line.leave()


CONNECTIONS = st.lists(st.lists(st.integers(1, 5), min_size=1, max_size=6), min_size=1, max_size=5)


@given(CONNECTIONS, st.floats(-1e6, 1e6))
def test_numbers_and_times_only_grow_across_connections(connections: list[list[int]], start_ms: float) -> None:
    """Each connection counts from 0, leaving out some, from whatever time its clock has."""
    numbers, out = Numbers(), []
    for connection, steps in enumerate(connections):
        numbers.begin_again()
        at = np.cumsum([0, *steps])
        begin_ms = start_ms if connection % 2 else 0.0
        out += [numbers.on(Picture(PIXELS, int(n), begin_ms + 10.0 * n, "x")) for n in at]
    sequences, times = [each.sequence for each in out], [each.taken_ms for each in out]
    assert (np.diff(sequences) > 0).all()
    assert (np.diff(times) > 0).all()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_a_first_connection_is_numbered_as_it_comes(steps: list[int]) -> None:
    numbers = Numbers()
    for n in np.cumsum(steps):
        picture = Picture(PIXELS, int(n), 7.0 * n, "x")
        assert numbers.on(picture) is picture
