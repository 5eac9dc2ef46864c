"""How well autofocus finds focus, from many simulated starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.picture import Pixels
from firmware_bridge.scope.autofocus import FocusResult, autofocus
from firmware_bridge.scope.optics import Optics
from firmware_bridge.scope.scope import Scope
from firmware_bridge.scope.simulated import simulated_settings
from firmware_bridge.sim.boards.make import OPENFLEXURE, make_board
from firmware_bridge.sim.slide import EDGE_UM, Terrain
from firmware_bridge.sources.sim import SimSource
from firmware_bridge.transport import FakeClock, LoopTransport
from firmware_bridge.uri import SourceUri

START_UM = 20.0
"""Starts lie this far from focus at most, evenly spread."""

PLAY_UM = 3.0
STARTS_PER_FIELD = 25
VIEW = SimOptions(width=640, height=480, cells=4, slide=True)
"""70 × 53 µm of smear, at 0.11 µm per pixel."""

SMEAR_UM, GLASS_UM = (-300.0, 4500.0), (-4500.0, EDGE_UM - 200.0)
"""Where on the slide, along x, fields of cells and of bare glass are tried."""


@dataclass(frozen=True, slots=True)
class Start:
    """One try: how far it began from focus, where it ended, and what autofocus said."""

    began_um: float
    ended_um: float
    result: FocusResult
    took_s: float


@dataclass(frozen=True, slots=True)
class FocusFigures:
    """What came of all starts. Distances are of the slide from the plane of focus."""

    starts: int
    depth_of_field_um: float
    within: int
    images_mean: float
    images_most: int
    median_um: float
    worst_um: float
    seconds_mean: float


def starts(count: int, seed: int, bare: bool = False) -> Iterator[Start]:
    """So many starts over one new field for every `STARTS_PER_FIELD`; the same seed gives the same ones."""
    rng = np.random.default_rng([seed, 77])
    for begun in range(0, count, STARTS_PER_FIELD):
        stand = _Stand(replace(VIEW, seed=seed), begun // STARTS_PER_FIELD, bare)
        for _ in range(min(STARTS_PER_FIELD, count - begun)):
            yield stand.tried(float(rng.uniform(-START_UM, START_UM)))


def figures(tried: list[Start], optics: Optics | None = None) -> FocusFigures:
    """The figures of these starts."""
    depth_um = (optics or Optics()).depth_of_field_um
    off_um = np.array([abs(each.ended_um) for each in tried])
    found = np.array([each.result.found for each in tried])
    images = np.array([each.result.images for each in tried])
    return FocusFigures(
        starts=len(tried),
        depth_of_field_um=depth_um,
        within=int(np.sum(found & (off_um <= depth_um))),
        images_mean=float(images.mean()),
        images_most=int(images.max()),
        median_um=float(np.median(off_um)),
        worst_um=float(off_um.max()),
        seconds_mean=float(np.mean([each.took_s for each in tried])),
    )


class _Stand:
    """A microscope with play in its drives and the simulated camera, over one field of the endless slide."""

    def __init__(self, options: SimOptions, field: int, bare: bool) -> None:
        self._clock = FakeClock()
        gear = replace(OPENFLEXURE, play_um=(PLAY_UM, PLAY_UM, PLAY_UM))
        board = make_board("sangaboard", gear=gear, clock=self._clock)
        self._scope = Scope(simulated_settings("sangaboard"), lambda: LoopTransport(board, self._clock, self._clock.sleep), self._clock)
        self._body = board.mechanics.body
        self._camera = SimSource(SourceUri("sim", "", options), self._body, self._clock, self._clock.sleep)
        self._terrain = Terrain(options.seed)
        rng = np.random.default_rng([options.seed, field, 78])
        self._scope.move_to(float(rng.uniform(*(GLASS_UM if bare else SMEAR_UM))), float(rng.uniform(-4500, 4500)))

    def tried(self, began_um: float) -> Start:
        self._scope.move_to(z_um=self._body.pose.z_um - self._off_um() + began_um)
        began_s = self._clock()
        result = autofocus(self._scope, self._look, clock=self._clock)
        return Start(began_um, self._off_um(), result, self._clock() - began_s)

    def _look(self) -> Pixels:
        picture = self._camera.read()
        if picture is None:
            raise RuntimeError("the simulated camera has no end")
        return picture.pixels

    def _off_um(self) -> float:
        """How far the slide is from the plane of focus."""
        pose = self._body.pose
        return pose.z_um - self._terrain.height_um(pose.x_um, pose.y_um)

