"""A slow consumer never makes the picture late; whatever happens to the source is seen from outside."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_bridge import newest
from firmware_bridge.errors import BadPicture, Fault, SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.pacing import LONGEST_PAUSE_S, Pacer
from firmware_bridge.picture import Picture
from firmware_bridge.supervision.feed import Delivered, Take
from firmware_bridge.supervision.vigil import LIVE

PIXELS = np.zeros((2, 2, 3), np.uint8)


class Scripted:
    """A feed that plays a list: a number is a picture of that number, a fault is raised; then it waits or ends."""

    uri, link = "scripted:", LIVE

    def __init__(self, script: Iterable[int | Exception], stay_open: bool = False, recorded: bool = False) -> None:
        self.script = iter(script)
        self.stay_open = stay_open
        self.recorded = recorded
        self.closed = threading.Event()
        self.exhausted = threading.Event()

    def run(self, take: Take) -> None:
        while (step := next(self.script, None)) is not None and take(self._delivered(step)):
            pass
        self.exhausted.set()
        if self.stay_open:
            self.closed.wait(5)

    def _delivered(self, step: int | Exception) -> Delivered:
        if isinstance(step, int):
            return Picture(PIXELS, step, 0.0, self.uri, recorded=self.recorded)
        if isinstance(step, BadPicture):
            return step
        raise step

    def close(self) -> None:
        self.closed.set()


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "PAUSE_AFTER_BAD_PICTURE_S", 0.0)
    monkeypatch.setattr(newest, "UNREADABLE_SHOWN_S", 0.0)


def test_a_slow_consumer_gets_the_newest_and_the_rest_is_counted() -> None:
    source = Scripted(range(100), stay_open=True)
    with Newest(source) as live:
        assert source.exhausted.wait(5)
        picture = live.wait_newer(-1, 5)
        assert picture is not None
        assert picture.sequence == 99
        assert (live.state.pictures, live.state.dropped, live.state.phase) == (100, 99, "running")
        assert live.wait_newer(99, 0.01) is None


def test_a_quick_consumer_drops_nothing() -> None:
    gate = threading.Semaphore(0)

    def gated() -> Iterable[int]:
        for number in range(20):
            gate.acquire(timeout=5)
            yield number

    with Newest(Scripted(gated())) as live:
        seen = -1
        while seen < 19:
            gate.release()
            picture = live.wait_newer(seen, 5)
            assert picture is not None
            assert picture.sequence == seen + 1
            seen = picture.sequence
        assert live.state.dropped == 0


def finished(script: list[int | Exception]) -> Newest:
    live = Newest(Scripted(script))
    live.wait_newer(10**9, 5)
    return live


def test_the_last_picture_stays_when_the_source_ends() -> None:
    live = finished([1, 2, 3])
    assert live.state.phase == "ended"
    assert live.latest() is not None
    age_s = live.state.age_s
    assert age_s is not None
    assert age_s >= 0
    live.close()


def test_an_unreadable_picture_is_counted_and_forgiven() -> None:
    bad = BadPicture("One is bad.", "Go on.")
    live = finished([1, bad, 2])
    assert (live.state.unreadable, live.state.fault, live.state.pictures) == (1, None, 2)
    live = finished([1, bad])
    assert (live.state.phase, live.state.fault) == ("ended", bad)


@pytest.mark.parametrize(("later_s", "shown"), [(0.5, True), (1.5, False)])
def test_an_unreadable_picture_is_told_for_a_while_though_others_follow(
    monkeypatch: pytest.MonkeyPatch, later_s: float, shown: bool
) -> None:
    monkeypatch.setattr(newest, "UNREADABLE_SHOWN_S", 1.0)
    now_s, bad = [100.0], BadPicture("One is bad.", "Go on.")

    def coming() -> Iterable[int | Exception]:
        yield 1
        yield bad
        now_s[0] += later_s
        yield 2

    live = Newest(Scripted(coming()), clock=lambda: now_s[0])
    live._reader.join(5)
    assert live.state.pictures == 2
    assert live.state.fault is (bad if shown else None)


@pytest.mark.parametrize(("recorded", "pauses"), [(False, 1), (True, 3)])
def test_only_recorded_pictures_pause_where_one_is_bad(
    monkeypatch: pytest.MonkeyPatch, recorded: bool, pauses: int
) -> None:
    """A camera whose pictures come torn went on to be read at five a second, and was seconds late. One whose very first
    picture is bad is not yet known to be one.
    """
    waited: list[float | None] = []
    monkeypatch.setattr(newest, "PAUSE_AFTER_BAD_PICTURE_S", 0.5)

    class Noting(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout)
            return False

    monkeypatch.setattr(newest, "threading", SimpleNamespace(Event=Noting, Condition=threading.Condition))
    bad = BadPicture("One is bad.", "Go on.")
    live = Newest(Scripted([bad, 1, bad, 2, bad, 3], recorded=recorded), paced=False)
    live._reader.join(5)
    assert live.state.unreadable == 3
    assert waited.count(0.5) == pauses


@pytest.mark.parametrize("error", [SourceLost("Gone.", "Plug it in."), RuntimeError("driver")])
def test_a_lost_source_says_why(error: Exception) -> None:
    live = finished([1, error])
    state = live.state
    assert state.phase == "lost"
    assert isinstance(state.fault, Fault)
    assert state.fault.remedy
    assert live.latest() is not None


def test_nothing_came_yet() -> None:
    with Newest(Scripted([], stay_open=True)) as live:
        assert live.latest() is None
        assert live.state.age_s is None
        assert live.wait_newer(-1, 0.01) is None


def test_closing_closes_the_source_and_twice_is_once() -> None:
    source = Scripted([1], stay_open=True)
    live = Newest(source)
    live.close()
    live.close()
    assert source.closed.is_set()
    assert live.state.phase == "ended"


@pytest.mark.parametrize(("recorded", "paced"), [(False, True), (True, True), (True, False)])
def test_only_recorded_pictures_are_held_up(monkeypatch: pytest.MonkeyPatch, recorded: bool, paced: bool) -> None:
    """Where live ones were paced too, a picture that came late held up all that followed."""
    asked: list[float] = []

    class Noting(Pacer):
        def delay_s(self, taken_ms: float, now_s: float) -> float:
            asked.append(taken_ms)
            return 0.0

    monkeypatch.setattr(newest, "Pacer", Noting)
    live = Newest(Scripted([1, 2], recorded=recorded), paced)
    live.wait_newer(10**9, 5)
    live.close()
    assert live.state.pictures == 2
    assert bool(asked) == (recorded and paced)


TIMES = st.lists(st.tuples(st.floats(0, 1e7), st.floats(0, 100)), min_size=1, max_size=30)


@given(TIMES)
def test_the_wait_is_never_negative_nor_long(steps: list[tuple[float, float]]) -> None:
    pacer, now_s = Pacer(), 0.0
    for taken_ms, work_s in steps:
        delay = pacer.delay_s(taken_ms, now_s)
        assert 0.0 <= delay <= LONGEST_PAUSE_S
        now_s += delay + work_s


@given(st.floats(1, 1000), st.integers(1, 50), st.floats(0, 0.9))
def test_recorded_pictures_keep_their_rate(interval_ms: float, count: int, busy: float) -> None:
    pacer, now_s = Pacer(), 5.0
    for number in range(count):
        now_s += pacer.delay_s(number * interval_ms, now_s)
        assert now_s - 5.0 == pytest.approx(number * interval_ms / 1000, abs=1e-6)
        now_s += busy * interval_ms / 1000


def test_who_is_late_does_not_hurry() -> None:
    pacer = Pacer()
    assert pacer.delay_s(0, 0.0) == 0.0
    assert pacer.delay_s(100, 7.0) == 0.0
    assert pacer.delay_s(200, 7.0) == pytest.approx(0.1)
