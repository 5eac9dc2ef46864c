"""How well autofocus finds focus, from many simulated starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from firmware_bridge.options import SimOptions
from firmware_bridge.scope.autofocus import FocusResult, autofocus
from firmware_bridge.scope.optics import Optics
from firmware_bridge.scope.scope import Scope
from firmware_bridge.scope.settings import ScopeSettings
from firmware_bridge.sim.boards.eye import Eye
from firmware_bridge.sim.boards.make import OPENFLEXURE, make_board
from firmware_bridge.transport import FakeClock, LoopTransport

START_UM = 20.0
"""Starts lie this far from focus at most, evenly spread."""

PLAY_UM = 3.0
STARTS_PER_FIELD = 25
VIEW = SimOptions(width=640, height=480, cells=4)
"""70 × 53 µm of smear, at 0.11 µm per pixel."""


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
    """A microscope with play in its focus drive, over one field whose focus lies somewhere."""

    def __init__(self, options: SimOptions, field: int, bare: bool) -> None:
        self._clock = FakeClock()
        gear = replace(OPENFLEXURE, play_um=(PLAY_UM, PLAY_UM, PLAY_UM))
        board = make_board("sangaboard", gear=gear, clock=self._clock)
        self._scope = Scope(_settings(), lambda: LoopTransport(board, self._clock, self._clock.sleep), self._clock)
        self._body = board.mechanics.body
        focus_um = float(np.random.default_rng([options.seed, field, 78]).uniform(-50, 50))
        self._eye = Eye(options, field, self._body, focus_um, bare)

    def tried(self, began_um: float) -> Start:
        self._scope.move_to(z_um=self._eye.focus_um + began_um)
        began_s = self._clock()
        result = autofocus(self._scope, self._eye, clock=self._clock)
        return Start(began_um, self._body.pose.z_um - self._eye.focus_um, result, self._clock() - began_s)


def _settings() -> ScopeSettings:
    axes = {
        name: {"units_per_um": 1 / per, "low_um": -500, "high_um": 500, "backlash_um": 5}
        for name, per in zip("xyz", OPENFLEXURE.um_per_unit, strict=True)
    }
    return ScopeSettings.model_validate({"board": "sangaboard", "port": "sim:sangaboard", **axes})
