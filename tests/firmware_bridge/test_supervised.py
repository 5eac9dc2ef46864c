"""A source that hangs, freezes, breaks, ends and comes back: its reader sees pictures, in order, or nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from firmware_bridge.errors import BadPicture, PartMissing, SourceFrozen, SourceLost, SourceSilent, SourceUnavailable
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture, Source
from firmware_bridge.supervision import Supervised, Watch
from firmware_bridge.supervision.supervised import Timing

CAMERA = Watch(ends=False, silent_s=0.05, frozen_s=1.0, open_s=0.05)
FOLDER = Watch(ends=True, silent_s=None, frozen_s=None)
GONE = SourceLost("Gone.", "Plug it in.")
ABSENT = SourceUnavailable("Not there.", "Plug it in.")
HANGS = "hangs"


def pixels(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (8, 8, 3), np.uint8)


class Scripted:
    """A device that plays a list: a number is the picture of that number, a fault is raised, HANGS hangs."""

    def __init__(self, script: Iterable[object], again: Callable[[], Source] | None = None) -> None:
        self.uri, self.complaints = "scripted:", ()
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
        return Picture(pixels(step), self._sequence, 10.0 * self._sequence, self.uri)

    def again(self) -> Source:
        if self._again is None:
            raise ABSENT
        return self._again()

    def close(self) -> None:
        self.closed.set()


class Fleet:
    """What each opening in turn gives: a script to play or a fault; and a clock that waiting advances."""

    def __init__(self, *openings: list[object] | Exception) -> None:
        self.openings = list(openings)
        self.opened: list[Scripted] = []
        self.pauses_s: list[float] = []
        self.now_s = 0.0

    def open(self) -> Source:
        step = self.openings.pop(0) if self.openings else ABSENT
        if isinstance(step, Exception):
            raise step
        self.opened.append(Scripted(step, self.open))
        return self.opened[-1]

    def wait(self, closing: threading.Event, seconds: float) -> bool:
        self.pauses_s.append(seconds)
        self.now_s += seconds
        return closing.is_set()

    def tick(self) -> float:
        self.now_s += 0.2
        return self.now_s

    def supervised(self, watch: Watch = CAMERA) -> Supervised:
        return Supervised("scripted:", self.open, watch, Timing(self.tick, self.wait))


def read(source: Supervised, count: int) -> list[Picture]:
    pictures = [source.read() for _ in range(count)]
    source.close()
    return [picture for picture in pictures if picture is not None]


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
    assert [source.read() is None for _ in range(3)] == [False, True, True]
    assert source.link.phase == "ended"


def test_one_unreadable_picture_is_passed_on_and_reading_goes_on() -> None:
    source = Fleet([0, BadPicture("Half a JPEG.", "Go on."), 1]).supervised()
    assert source.read() is not None
    with pytest.raises(BadPicture):
        source.read()
    after = source.read()
    assert after is not None
    assert after.sequence == 1
    source.close()


def test_an_opening_that_hangs_is_given_up_and_what_it_opens_late_is_closed() -> None:
    late, go_on = Scripted([]), threading.Event()

    def hangs() -> Source:
        go_on.wait(5)
        return late

    openings = [hangs, Fleet([0]).open]
    source = Supervised("scripted:", lambda: openings.pop(0)(), CAMERA, Timing(wait=lambda *_: False))
    assert source.read() is not None
    assert source.link.counts.openings == 2
    go_on.set()
    assert late.closed.wait(5)
    source.close()


def test_what_can_never_open_is_said_and_not_tried_again() -> None:
    fleet = Fleet(PartMissing("linuxpy is not installed.", "Install it."), [0])
    with pytest.raises(PartMissing):
        fleet.supervised().read()
    assert fleet.pauses_s == []


def test_a_file_that_is_none_is_waited_for() -> None:
    fleet = Fleet(BadPicture("No picture.", "Copy it again."), [0])
    source = fleet.supervised(FOLDER)
    assert len(read(source, 1)) == 1
    assert source.link.counts.openings == 2


def test_closing_ends_a_read_that_waits_and_a_pause() -> None:
    for fleet in (Fleet([HANGS]), Fleet()):
        source = Supervised("scripted:", fleet.open, Watch(False, None, None))
        reader = threading.Thread(target=source.read)
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
    with Newest(source, lambda: source.link) as live:
        assert fleet.holds.wait(5)
        state = live.state
        assert (state.phase, state.pictures, state.link.attempt, state.usable) == (phase, 1, 1, False)
        assert state.fault is not None
        assert live.latest() is not None
