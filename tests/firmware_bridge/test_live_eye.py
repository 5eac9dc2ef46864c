"""What a scan looks through: no picture that began before the stage came to rest is taken for what is there now, and a
camera in trouble is waited for.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from firmware_bridge import eyes
from firmware_bridge.errors import SourceFault, SourceFrozen, SourceUnavailable
from firmware_bridge.eyes import LiveEye
from firmware_bridge.newest import Newest, Phase, PumpState
from firmware_bridge.picture import Picture, Source
from firmware_bridge.supervision import LinkState, Supervised, watch_of
from firmware_bridge.uri import parse_uri

WATCH = watch_of(parse_uri("sim:"))
LATER_MS = 1e15


class SlowCamera:
    """Looks when its exposure begins, and delivers a little later; shows where the stage was in its first pixel."""

    uri = "test:"

    def __init__(self) -> None:
        self.stage = 0
        self._made = 0
        self._closed = threading.Event()

    def read(self) -> Picture | None:
        pixels = np.full((8, 8, 3), self._made % 251, np.uint8)
        pixels[0, 0] = self.stage
        time.sleep(0.002)
        self._made += 1
        if self._closed.is_set():
            return None
        return Picture(pixels, self._made, 1000.0 * time.monotonic(), self.uri)

    def close(self) -> None:
        self._closed.set()


def test_what_is_seen_began_after_the_look() -> None:
    camera = SlowCamera()
    supervised = Supervised("test:", lambda: camera, WATCH)
    with Newest(supervised) as live:
        look = LiveEye(live)
        look()
        for stage in range(1, 100):
            time.sleep(0.0007 * (stage % 10))  # the stage is on its way while pictures come
            camera.stage = stage
            assert look()[0, 0, 0] == stage


class NetworkCamera(SlowCamera):
    """Its pictures are on their way while the next ones are taken already."""

    def __init__(self, on_the_way: int) -> None:
        super().__init__()
        self._sent: deque[Picture] = deque()
        self._on_the_way = on_the_way

    def read(self) -> Picture | None:
        while (picture := super().read()) is not None:
            self._sent.append(picture)
            if len(self._sent) > self._on_the_way:
                return replace(self._sent.popleft(), taken_ms=1000.0 * time.monotonic())
        return None


def earlier_places_seen(late_s: float) -> int:
    """Of ten looks through a camera whose pictures are a tenth of a second late or a little more."""
    camera = NetworkCamera(on_the_way=40)
    supervised = Supervised("test:", lambda: camera, replace(WATCH, late_s=late_s))
    seen = 0
    with Newest(supervised) as live:
        look = LiveEye(live)
        look()
        for stage in range(1, 11):
            camera.stage = stage
            seen += int(look()[0, 0, 0] != stage)
    return seen


def test_a_late_camera_is_waited_for_as_long_as_it_may_be_late() -> None:
    assert earlier_places_seen(0.0) == 10
    assert earlier_places_seen(0.5) == 0


@pytest.mark.parametrize(
    ("address", "late_s"),
    [
        ("camera:0", 0.2),
        ("camera:0?exposure_ms=500", 0.7),
        ("v4l2:///dev/video0?late_s=0", 0.0),
        ("csi://0?exposure_ms=100", 0.4),
        ("http://host/stream", 1.0),
        ("https://host/stream#late_s=0.5", 0.5),
        ("rtsp://host/stream", 2.0),
        ("sim:", 0.0),
    ],
)
def test_every_kind_of_source_says_how_late_it_may_be(address: str, late_s: float) -> None:
    assert watch_of(parse_uri(address)).late_s == pytest.approx(late_s)


def frozen() -> SourceFault:
    return SourceFrozen("The camera has sent the same picture for 3 s.", "Unplug it.")


class Troubled:
    """A source between its pictures: an event a look, each a picture's number, a state, or nothing new."""

    uri = "test:"

    def __init__(self, *events: int | PumpState) -> None:
        self._events = list(events)
        self.state = PumpState("running", None, None, 0, 0, 0)

    def latest(self) -> Picture | None:
        return None

    def wait_newer(self, sequence: int, timeout_s: float) -> Picture | None:
        event = self._events.pop(0) if self._events else self.state
        if isinstance(event, PumpState):
            self.state = event
            return None
        return Picture(np.full((2, 2, 3), event, np.uint8), event, LATER_MS, self.uri) if event > sequence else None


def away(fault: SourceFault, attempt: int) -> PumpState:
    return PumpState("reconnecting", fault, 1.0, 3, 0, 0, LinkState("waiting", fault, attempt, 0.5))


BACK = PumpState("running", None, 1.0, 3, 0, 0)
LOST = SourceUnavailable("There is no camera.", "Plug it in.")


def looking(live: Troubled, patience_s: float = 60.0) -> tuple[LiveEye, list[tuple[str, int]]]:
    heard: list[tuple[str, int]] = []
    return LiveEye(cast(Newest, live), lambda fault, tries: heard.append((fault.code, tries)), patience_s), heard


def test_a_look_waits_for_a_camera_in_trouble_and_tells_each_try_once() -> None:
    still = frozen()
    live = Troubled(away(still, 1), away(still, 1), away(LOST, 2), away(LOST, 3), away(LOST, 3), BACK, 7)
    look, heard = looking(live)
    assert look()[0, 0, 0] == 7
    assert heard == [("source.frozen", 1), ("source.unavailable", 2), ("source.unavailable", 3)]


def test_only_waiting_for_a_camera_in_trouble_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look begins, waits and ends at these seconds."""
    seconds = iter([10.0, 10.1, 20.0, 20.2, 27.5])
    monkeypatch.setattr(eyes, "time", SimpleNamespace(monotonic=lambda: next(seconds)))
    look, _ = looking(Troubled(BACK, 4, away(LOST, 1), 7))
    look()
    assert look.waited_s == 0.0
    look()
    assert look.waited_s == 7.5


@pytest.mark.parametrize("after", [away(LOST, 5), BACK])
def test_the_end_of_patience_gives_the_fault_that_it_was(after: PumpState) -> None:
    look, _ = looking(Troubled(away(LOST, 1), after, BACK), patience_s=0.05)
    with pytest.raises(SourceUnavailable, match="There is no camera"):
        look()


@pytest.mark.parametrize(("phase", "words"), [("ended", "test: has ended"), ("lost", "There is no camera")])
def test_what_will_never_come_is_not_waited_for(phase: Phase, words: str) -> None:
    fault = LOST if phase == "lost" else None
    look, _ = looking(Troubled(PumpState(phase, fault, None, 0, 0, 0)))
    with pytest.raises(SourceFault, match=words):
        look()


def test_who_hurries_waits_for_a_slow_camera_but_for_none_that_is_away() -> None:
    look, _ = looking(Troubled(BACK, 4, away(LOST, 1)))
    look.hurry()
    assert look()[0, 0, 0] == 4
    with pytest.raises(SourceUnavailable):
        look()


def test_a_camera_that_does_not_come_is_told_in_its_own_words() -> None:

    def absent() -> Source:
        raise SourceUnavailable("There is no camera.", "Plug it in.")

    supervised = Supervised("test:", absent, WATCH)
    with (
        Newest(supervised) as live,
        pytest.raises(SourceUnavailable, match="There is no camera"),
    ):
        LiveEye(live, patience_s=0.5)()
