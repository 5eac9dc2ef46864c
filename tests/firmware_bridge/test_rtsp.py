"""A network camera: what it shows is what comes, and a camera that is unplugged or falls silent is told."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from firmware_bridge.errors import SourceLost
from firmware_bridge.newest import Newest
from firmware_bridge.picture import Pixels, Source
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


def test_a_camera_that_comes_back_is_opened_again(camera: FakeCamera) -> None:
    at = [f"{camera.address}#timeout=10"]
    feed = Supervised("rtsp://eye", lambda: open_source(at[0]), Watch(ends=False, silent_s=20.0, frozen_s=20.0))
    with Newest(feed) as newest:
        first = newest.wait_newer(-1, 20.0)
        assert first is not None
        with network_camera(FakeCamera([plain(SHADES[2])])) as other:
            at[0] = f"{other.address}#timeout=10"
            camera.unplug()
            picture = first
            while shade_of(picture.pixels) != 2 or newest.state.link.counts.recoveries == 0:
                later = newest.wait_newer(picture.sequence, 20.0)
                assert later is not None
                picture = later
