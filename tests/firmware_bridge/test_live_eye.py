"""What a scan looks through: a picture that began before the stage came to rest is never taken for what is there."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from firmware_bridge.commands import eyes
from firmware_bridge.commands.eyes import LiveEye
from firmware_bridge.errors import SourceUnavailable
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Picture, Source
from firmware_bridge.supervision import Supervised, watch_of
from firmware_bridge.uri import parse_uri

WATCH = watch_of(parse_uri("sim:"))


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
    with Newest(supervised, lambda: supervised.link) as live:
        look = LiveEye(live)
        look()
        for stage in range(1, 100):
            time.sleep(0.0007 * (stage % 10))  # the stage is on its way while pictures come
            camera.stage = stage
            assert look()[0, 0, 0] == stage


def test_a_camera_that_does_not_come_is_told_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eyes, "WAIT_S", 0.05)

    def absent() -> Source:
        raise SourceUnavailable("There is no camera.", "Plug it in.")

    supervised = Supervised("test:", absent, WATCH)
    with (
        Newest(supervised, lambda: supervised.link) as live,
        pytest.raises(SourceUnavailable, match="There is no camera"),
    ):
        LiveEye(live)()
