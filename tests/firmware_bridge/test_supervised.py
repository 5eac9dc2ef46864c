"""A source that hangs, freezes, breaks, ends and comes back: its reader sees pictures, in order, or nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from firmware_bridge.errors import BadPicture, PartMissing, SourceFrozen, SourceLost, SourceSilent, SourceUnavailable
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture, Source
from firmware_bridge.sources.folder import FolderSource
from firmware_bridge.supervision import Supervised, Watch, watch_of
from firmware_bridge.supervision.feed import Delivered
from firmware_bridge.supervision.supervised import Timing
from firmware_bridge.uri import parse_uri
from tests.feeds import delivered

CAMERA = Watch(ends=False, silent_s=0.3, frozen_s=1.0, open_s=0.3)
INTERVAL_S = 0.2
FOLDER = Watch(ends=True, silent_s=None, frozen_s=None)
GONE = SourceLost("Gone.", "Plug it in.")
ABSENT = SourceUnavailable("Not there.", "Plug it in.")
HANGS = "hangs"


def pixels(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)


class Scripted:
    """A device that plays a list: a number is the picture of that number, a fault is raised, HANGS hangs."""

    def __init__(
        self,
        script: Iterable[object],
        again: Callable[[], Source] | None = None,
        passes: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self.uri, self.complaints, self._passes = "scripted:", (), passes
        self._script, self._sequence, self._again = iter(script), -1, again
        self.closed = threading.Event()

    def read(self) -> Picture | None:
        step = next(self._script, None)
        if isinstance(step, Exception):
            raise step
        if step == HANGS:
            self.closed.wait(5)
            return None
        if not isinstance(step, int):
            return None
        self._sequence += 1
        self._passes(INTERVAL_S)
        return Picture(pixels(step), self._sequence, 10.0 * self._sequence, self.uri)

    def again(self) -> Source:
        if self._again is None:
            raise ABSENT
        return self._again()

    def close(self) -> None:
        self.closed.set()


class Fleet:
    """What each opening in turn gives: a script to play or a fault; and a clock that runs, and which waiting and
    pictures advance.
    """

    def __init__(self, *openings: list[object] | Exception) -> None:
        self.openings = list(openings)
        self.opened: list[Scripted] = []
        self.pauses_s: list[float] = []
        self.now_s = 0.0

    def open(self) -> Source:
        step = self.openings.pop(0) if self.openings else ABSENT
        if isinstance(step, Exception):
            raise step
        self.opened.append(Scripted(step, self.open, self.passes))
        return self.opened[-1]

    def wait(self, closing: threading.Event, seconds: float) -> bool:
        self.pauses_s.append(seconds)
        self.passes(seconds)
        return closing.is_set()

    def passes(self, seconds: float) -> None:
        self.now_s += seconds

    def clock(self) -> float:
        return self.now_s + time.monotonic()

    def supervised(self, watch: Watch = CAMERA) -> Supervised:
        return Supervised("scripted:", self.open, watch, Timing(self.clock, self.wait))


def read(source: Supervised, count: int) -> list[Picture]:
    pictures = [each for each in delivered(source, count) if isinstance(each, Picture)]
    source.close()
    return pictures


@pytest.mark.parametrize("trouble", [[GONE], [RuntimeError("driver")], [HANGS], [None], [1] * 30, []])
def test_after_any_trouble_pictures_go_on_in_number_and_time(trouble: list[object]) -> None:
    fleet = Fleet([0, 1, *trouble], [2, 3])
    pictures = read(fleet.supervised(), 4)
    assert [picture.sequence for picture in pictures] == [0, 1, 2, 3]
    assert (np.diff([picture.taken_ms for picture in pictures]) > 0).all()
    assert all(np.array_equal(picture.pixels, pixels(k)) for k, picture in enumerate(pictures))
    assert fleet.opened[0].closed.is_set()


def test_it_is_opened_again_and_again_with_growing_pauses() -> None:
    fleet = Fleet(ABSENT, ABSENT, ABSENT, [0])
    source = fleet.supervised()
    assert len(read(source, 1)) == 1
    assert fleet.pauses_s == [0.5, 1.0, 2.0]
    assert source.link.counts.openings == 4


@pytest.mark.parametrize(
    ("trouble", "fault"), [([HANGS], SourceSilent), ([1] * 30, SourceFrozen), ([], SourceLost), ([GONE], SourceLost)]
)
def test_each_trouble_is_told_by_its_name_while_it_lasts(trouble: list[object], fault: type[SourceLost]) -> None:
    told: list[tuple[str, object]] = []

    class Watching(Fleet):
        def wait(self, closing: threading.Event, seconds: float) -> bool:
            told.append((source.link.phase, type(source.link.fault)))
            return super().wait(closing, seconds)

    source = Watching([0, 1, *trouble], [2]).supervised()
    read(source, 3)
    assert told == [("waiting", fault)]
    assert (source.link.phase, source.link.fault) == ("live", None)


def test_repeats_are_left_out_of_a_camera_and_kept_of_a_recording() -> None:
    script: list[object] = [0, 0, 1, 1, 1, 2]
    assert len(read(Fleet([*script, HANGS]).supervised(), 3)) == 3
    assert [picture.sequence for picture in read(Fleet(script).supervised(FOLDER), 9)] == [0, 1, 2, 3, 4, 5]


def test_a_recording_ends_once_and_for_all() -> None:
    source = Fleet([0]).supervised(FOLDER)
    assert [len(delivered(source, 9)) for _ in range(2)] == [1, 0]
    assert source.link.phase == "ended"


def test_one_unreadable_picture_is_passed_on_and_reading_goes_on() -> None:
    bad = BadPicture("Half a JPEG.", "Go on.")
    source = Fleet([0, bad, 1]).supervised()
    first, fault, after = delivered(source, 3)
    source.close()
    assert isinstance(first, Picture)
    assert fault is bad
    assert isinstance(after, Picture)
    assert after.sequence == 1


def test_an_opening_that_hangs_is_given_up_and_what_it_opens_late_is_closed() -> None:
    late, go_on = Scripted([]), threading.Event()

    def hangs() -> Source:
        go_on.wait(5)
        return late

    openings = [hangs, Fleet([0]).open]
    source = Supervised("scripted:", lambda: openings.pop(0)(), CAMERA, Timing(wait=lambda *_: False))
    assert len(delivered(source, 1)) == 1
    assert source.link.counts.openings == 2
    go_on.set()
    assert late.closed.wait(5)
    source.close()


def test_what_can_never_open_is_said_and_not_tried_again() -> None:
    fleet = Fleet(PartMissing("linuxpy is not installed.", "Install it."), [0])
    with pytest.raises(PartMissing):
        delivered(fleet.supervised(), 1)
    assert fleet.pauses_s == []


def test_a_file_that_is_none_is_waited_for() -> None:
    fleet = Fleet(BadPicture("No picture.", "Copy it again."), [0])
    source = fleet.supervised(FOLDER)
    assert len(read(source, 1)) == 1
    assert source.link.counts.openings == 2


def test_closing_ends_a_wait_and_a_pause() -> None:
    for fleet in (Fleet([HANGS]), Fleet()):
        source = Supervised("scripted:", fleet.open, Watch(False, None, None))
        reader = threading.Thread(target=delivered, args=(source, 1))
        reader.start()
        source.close()
        reader.join(5)
        assert not reader.is_alive()


class Holding(Fleet):
    """Waits in its first pause, so that what is told meanwhile can be looked at."""

    def __init__(self, *openings: list[object] | Exception) -> None:
        super().__init__(*openings)
        self.holds = threading.Event()

    def wait(self, closing: threading.Event, _seconds: float) -> bool:
        self.holds.set()
        return closing.wait(5)


@pytest.mark.parametrize(("script", "phase"), [([0, GONE], "reconnecting"), ([0] * 40, "frozen")])
def test_the_newest_picture_stays_and_its_state_says_what_happens(script: list[object], phase: str) -> None:
    fleet = Holding(script)
    source = fleet.supervised()
    with Newest(source) as live:
        assert fleet.holds.wait(5)
        state = live.state
        assert (state.phase, state.pictures, state.link.attempt, state.usable) == (phase, 1, 1, False)
        assert state.fault is not None
        assert live.latest() is not None


def test_an_empty_folder_is_watched_for_ever(tmp_path: Path) -> None:
    """It has opened, so that the time limit of an opening is not for it."""
    where = parse_uri(f"folder://{tmp_path}?watch=1")
    source = Supervised(str(where), lambda: FolderSource(where), replace(watch_of(where), open_s=0.02))
    waiting = threading.Thread(target=delivered, args=(source, 1))
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    assert source.link.counts.openings == 1
    source.close()
    waiting.join(5)
    assert not waiting.is_alive()


def test_the_first_picture_may_take_as_long_as_the_opening_and_the_next_ones_not() -> None:
    """Cameras that need seconds to begin, and one that hangs soon after it has begun."""

    class Slow(Scripted):
        def read(self) -> Picture | None:
            if self._sequence < 0:
                self.closed.wait(0.1)
            return super().read()

    camera = Slow([0, HANGS], lambda: Scripted([1]))
    source = Supervised("slow:", lambda: camera, replace(CAMERA, silent_s=0.03, open_s=60.0))
    assert len(delivered(source, 2)) == 2
    assert source.link.counts.openings == 2
    source.close()


def test_time_that_its_taker_needs_is_no_silence() -> None:
    fleet = Fleet([0, 1, 2])
    held = threading.Event()

    def slow(each: Delivered) -> bool:
        held.wait(0.4)
        return isinstance(each, Picture) and each.sequence < 1

    source = Supervised("scripted:", fleet.open, CAMERA)
    source.run(slow)
    assert source.link.counts.openings == 1
    source.close()


def test_what_a_line_brings_that_was_left_behind_is_refused() -> None:
    """It hangs, is given up, and comes back with a picture after its successor's first."""
    go_on = threading.Event()

    class Late(Scripted):
        def read(self) -> Picture | None:
            go_on.wait(5)
            return super().read()

        def close(self) -> None:
            if go_on.is_set():  # by its own thread, once it has come back
                super().close()

    late = Late([0, 1], lambda: Scripted([7, HANGS]))
    source = Supervised("scripted:", lambda: late, CAMERA)
    with Newest(source) as live:
        assert live.wait_newer(-1, 5) is not None
        go_on.set()
        assert late.closed.wait(5)
        seen = live.latest()
        assert seen is not None
        assert np.array_equal(seen.pixels, pixels(7))
        assert live.state.pictures == 1
