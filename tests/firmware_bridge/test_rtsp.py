"""A network camera: what it shows is what comes, and a camera that is unplugged or falls silent is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import numpy as np
import pytest

from firmware_bridge import light, steady
from firmware_bridge.errors import SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Device, Pixels, Source
from firmware_bridge.sources import open_source
from firmware_bridge.supervision import Supervised, Watch
from tests.rtsp import FakeCamera, network_camera

SIDES = (96, 128)
SHADES = ((200, 60, 90), (70, 180, 60), (60, 80, 210))
APART = 6
"""Grey levels that JPEG and colour conversion may take from a plain picture."""


def plain(colour: tuple[int, int, int]) -> Pixels:
    return np.full((*SIDES, 3), colour, np.uint8)


@pytest.fixture
def camera() -> Iterator[FakeCamera]:
    with network_camera(FakeCamera([plain(each) for each in SHADES])) as started:
        yield started


def shade_of(pixels: Pixels) -> int:
    """Which of the shades it is; fails where it is none."""
    mean = pixels.reshape(-1, 3).mean(0)
    apart = [float(np.abs(mean - each).max()) for each in SHADES]
    assert min(apart) < APART
    return apart.index(min(apart))


def read_on(source: Source) -> None:
    """What is still on its way, and what would come after it."""
    for _ in range(50):
        source.read()


def test_pictures_come_in_order_in_colour_with_numbers_and_times(camera: FakeCamera) -> None:
    source = open_source(f"{camera.address}#timeout=10")
    pictures = [picture for _ in range(6) if (picture := source.read()) is not None]
    source.close()
    assert {picture.pixels.shape for picture in pictures} == {(*SIDES, 3)}
    assert [picture.sequence for picture in pictures] == list(range(6))
    shades = [shade_of(picture.pixels) for picture in pictures]
    assert shades == [(shades[0] + k) % len(SHADES) for k in range(6)]
    times = [picture.taken_ms for picture in pictures]
    assert times == sorted(times)
    assert source.read() is None


def test_a_camera_that_is_unplugged_is_lost(camera: FakeCamera) -> None:
    source = open_source(f"{camera.address}#timeout=10")
    assert source.read() is not None
    camera.unplug()
    with pytest.raises(SourceLost, match="stopped sending"):
        read_on(source)
    source.close()


def test_a_camera_that_falls_silent_is_lost_after_its_time(camera: FakeCamera) -> None:
    source = open_source(f"{camera.address}#timeout=1")
    assert source.read() is not None
    camera.silent.set()
    with pytest.raises(SourceLost, match="stopped sending"):
        read_on(source)
    source.close()


def test_a_camera_that_comes_back_is_opened_again() -> None:
    with ExitStack() as plugs:
        first_plug = plugs.enter_context(ExitStack())
        camera = first_plug.enter_context(network_camera(FakeCamera([plain(SHADES[0]), plain(SHADES[1])])))
        feed = Supervised(
            "rtsp://eye",
            lambda: open_source(f"{camera.address}#timeout=10"),
            Watch(ends=False, silent_s=20.0, frozen_s=20.0),
        )
        with Newest(feed) as newest:
            picture = newest.wait_newer(-1, 20.0)
            first_plug.close()
            port = int(camera.address.split(":")[2].split("/")[0])
            plugs.enter_context(network_camera(FakeCamera([plain(SHADES[2])]), port))
            while picture is not None and (shade_of(picture.pixels) != 2 or not newest.state.link.counts.recoveries):
                picture = newest.wait_newer(picture.sequence, 20.0)
            assert picture is not None


def test_light_that_drifts_is_told_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "SETTLE_S", 0.1)
    monkeypatch.setattr(light, "PATIENCE_S", 0.3)
    monkeypatch.setattr(light, "LOOK_EVERY_S", 0.05)
    pictures = [np.full((*SIDES, 3), 200, np.uint8)] * 25 + [np.full((*SIDES, 3), 120, np.uint8)] * 100
    with network_camera(FakeCamera(pictures)) as camera:
        source = open_source(f"{camera.address}#timeout=10&lock=1")
        assert isinstance(source, Device)
        while source.read() is not None and not source.complaints:
            pass
        assert "darker" in source.complaints[0].what
        source.close()
