"""What a camera over the simulated stage sees, for focus and scans: the endless slide, and a cheap stand-in for it."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.sim.body import Body
from firmware_bridge.sim.camera import blur_px
from firmware_bridge.sim.slide import Slide
from firmware_bridge.sim.stageview import StageView
from firmware_bridge.sources.sim import SimSource, World
from firmware_bridge.transport import FakeClock
from firmware_bridge.uri import SourceUri
from tests.boards import Stand

VIEW = SimOptions(width=320, height=240, cells=3, um_per_px=0.15, slide=True)
GLASS_UM = -1000.0
"""A place of the slide where nothing is."""


@lru_cache(maxsize=8)
def painted_slide(options: SimOptions) -> Slide:
    """One slide for all tests of a process: painting is the dear part."""
    return Slide(options)


class Eye:
    """The simulated camera over this body, in time that needs no waiting."""

    def __init__(self, body: Body, clock: FakeClock, options: SimOptions = VIEW) -> None:
        world = World(options, body, clock)
        world.view = StageView(options, body, painted_slide(replace(options, defocus_um=0.0)))
        self._source = SimSource(SourceUri("sim", "", options), wait=clock.sleep, world=world)
        self.pictures = 0

    def __call__(self) -> Pixels:
        self.pictures += 1
        picture = self._source.read()
        assert picture is not None
        return picture.pixels


def eye(stood: Stand, slide: int = 0, focus_um: float = 0.0) -> Eye:
    """Over this slide, whose plane of focus passes through `focus_um` at the origin."""
    return Eye(stood.body, stood.clock, replace(VIEW, seed=6 + slide, defocus_um=-focus_um))


class SlideEye:
    """A slide of discs on glass with nothing beyond `edge_um`, for scans by the dozen: it paints nothing."""

    def __init__(self, body: Body, edge_um: float = 1e9, tilt: float = 0.0) -> None:
        self._body = body
        self._edge_um = edge_um
        self._tilt = tilt
        self.pictures = 0

    def __call__(self) -> Pixels:
        self.pictures += 1
        pose = self._body.pose
        height, width = 96, 128
        grey = np.full((height, width), 210, np.uint8)
        if pose.x_um < self._edge_um:
            rng = np.random.default_rng([round(pose.x_um), round(pose.y_um) + 10_000])
            for x, y in rng.integers(8, (width - 8, height - 8), (25, 2)):
                cv2.circle(grey, (int(x), int(y)), 6, 120, -1)
        sigma_px = blur_px(pose.z_um - self._tilt * pose.x_um, 0.5)
        blurred = cv2.GaussianBlur(grey, (0, 0), max(sigma_px, 0.3))
        noise = np.random.default_rng(self.pictures).normal(0, 1.0, blurred.shape)
        seen = np.clip(np.rint(blurred + noise), 0, 255).astype(np.uint8)
        return np.repeat(seen[..., None], 3, axis=2)
