"""One connection in a thread of its own: everything is handed over in order, and what hangs is left behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge.errors import BadPicture, SourceFault, SourceLost, SourceUnavailable
from firmware_bridge.numbering import Numbers
from firmware_bridge.picture import Picture, Source
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


def played(line: Line, most: int) -> list[int | str | None]:
    def one() -> int | str | None:
        try:
            picture = line.next(5.0)
        except SourceFault as fault:
            return fault.code
        return None if picture is None else picture.sequence

    return [one() for _ in range(most)]


@given(st.lists(st.integers(0, 99) | st.just(BAD), max_size=20))
def test_everything_is_handed_over_in_order_and_then_the_end(steps: list[int | SourceFault]) -> None:
    film = Film(steps)
    expected = [BAD.code if isinstance(step, SourceFault) else step for step in steps]
    assert played(Line(lambda: film, "film"), len(steps) + 1) == [*expected, None]
    assert film.closed.wait(5)


def test_a_loss_ends_the_line_and_closes_the_source() -> None:
    film = Film([1, SourceLost("Gone.", "Plug it in."), 2])
    line = Line(lambda: film, "film")
    assert played(line, 2) == [1, "source.lost"]
    assert film.closed.wait(5)
    with pytest.raises(TimeoutError):
        line.next(0.01)


def test_what_cannot_be_opened_is_told_and_there_is_no_source() -> None:
    def absent() -> Source:
        raise SourceUnavailable("Not there.", "Plug it in.")

    line = Line(absent, "absent")
    assert played(line, 1) == ["source.unavailable"]
    assert line.source is None


def test_waiting_too_long_leaves_the_line_as_it_is() -> None:
    film = Film([1], holds=True)
    line = Line(lambda: film, "film")
    assert played(line, 1) == [1]
    with pytest.raises(TimeoutError):
        line.next(0.01)
    line.abandon()
    assert line.next(5.0) is None
    assert film.closed.wait(5)


def test_abandoning_wakes_whoever_waits() -> None:
    line = Line(lambda: Film([], holds=True), "film")
    woken: list[Picture | None] = []
    waiter = threading.Thread(target=lambda: woken.append(line.next(None)))
    waiter.start()
    line.abandon()
    waiter.join(5)
    assert woken == [None]


def test_no_more_than_one_picture_is_read_ahead() -> None:
    """Pictures that wait in the line grow old: there is one under way, and one in the reader's hand."""
    film = Film(list(range(100)))
    line = Line(lambda: film, "film")
    assert played(line, 1) == [0]
    threading.Event().wait(0.05)
    assert next(film._steps) in (2, 3)
    line.abandon()


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
