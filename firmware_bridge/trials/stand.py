"""A simulated microscope for trials: a Sangaboard with play in its drives, over one field of the endless slide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.scope.autofocus import FocusResult, Look, autofocus
from firmware_bridge.scope.scope import Scope
from firmware_bridge.scope.simulated import simulated_settings
from firmware_bridge.sim.boards.make import OPENFLEXURE, make_board
from firmware_bridge.sim.body import Body, Pose
from firmware_bridge.sim.slide import EDGE_UM, Terrain
from firmware_bridge.transport import LoopTransport

PLAY_UM = 3.0
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


class Stand:
    """Stands over a field of its own.

    Args:
        options: of the slide and its camera.
        field: which of the fields that the slide's seed gives.
        bare: over bare glass instead of cells.
        clock, sleep: seconds, and how to let them pass.
    """

    def __init__(
        self, options: SimOptions, field: int, bare: bool, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._clock = clock
        gear = replace(OPENFLEXURE, play_um=(PLAY_UM, PLAY_UM, PLAY_UM))
        rng = np.random.default_rng([options.seed, field, 78])
        here = Pose(float(rng.uniform(*(GLASS_UM if bare else SMEAR_UM))), float(rng.uniform(-4500, 4500)))
        board = make_board("sangaboard", Body(here, clock), gear, clock)
        self._scope = Scope(simulated_settings("sangaboard"), lambda: LoopTransport(board, clock, sleep), clock)
        self.body = board.mechanics.body
        self._terrain = Terrain(options.seed)

    def tried(self, began_um: float, look: Look) -> Start:
        """Begin so far from focus, and look for it."""
        self._scope.move_to(z_um=self.body.pose.z_um - self._off_um() + began_um)
        began_s = self._clock()
        result = autofocus(self._scope, look, clock=self._clock)
        return Start(began_um, self._off_um(), result, self._clock() - began_s)

    def _off_um(self) -> float:
        """How far the slide is from the plane of focus."""
        pose = self.body.pose
        return pose.z_um - self._terrain.height_um(pose.x_um, pose.y_um)
