"""How well autofocus finds focus through a live camera: in real time, supervised, the newest picture first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.eyes import LiveEye
from firmware_bridge.newest import Newest
from firmware_bridge.sim.slide import Slide
from firmware_bridge.sim.stageview import StageView
from firmware_bridge.sources.sim import SimSource, World
from firmware_bridge.supervision import Supervised, watch_of
from firmware_bridge.trials.focus import START_UM, STARTS_PER_FIELD
from firmware_bridge.trials.stand import VIEW, Stand, Start
from firmware_bridge.uri import SourceUri

FPS = 15.0
"""Pictures that are asked of the simulated camera in a second."""


@dataclass(frozen=True, slots=True)
class LiveStart:
    """A start, and how many pictures a second the camera made meanwhile, which is less where the machine is busy."""

    start: Start
    camera_fps: float


def live_starts(count: int, seed: int) -> Iterator[LiveStart]:
    """So many starts, each with a camera that has just been opened, as a command does; the same seed gives the same
    places, and the machine the same results only where it keeps time.
    """
    rng = np.random.default_rng([seed, 79])
    options = replace(VIEW, seed=seed, fps=FPS)
    slide = Slide(options)
    for number in range(count):
        stand = Stand(options, number // STARTS_PER_FIELD, False, time.monotonic, time.sleep)
        world = World(options, stand.body, time.monotonic)
        world.view = StageView(options, stand.body, slide)  # painted once
        yield _tried(stand, world, float(rng.uniform(-START_UM, START_UM)))


def _tried(stand: Stand, world: World, began_um: float) -> LiveStart:
    address = SourceUri("sim", "", world.options)
    camera = Supervised(str(address), lambda: SimSource(address, world=world), watch_of(address))
    began_s = time.monotonic()
    with Newest(camera) as live:
        start = stand.tried(began_um, LiveEye(live))
        return LiveStart(start, live.state.pictures / (time.monotonic() - began_s))
