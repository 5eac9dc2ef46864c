"""Simulated boards by name."""

from __future__ import annotations

import time
from collections.abc import Callable

from firmware_bridge.sim.boards.arduino import Arduino
from firmware_bridge.sim.boards.board import SimBoard
from firmware_bridge.sim.boards.grbl import Grbl
from firmware_bridge.sim.boards.marlin import Marlin
from firmware_bridge.sim.boards.mechanics import Gear, Mechanics
from firmware_bridge.sim.boards.sangaboard import Sangaboard
from firmware_bridge.sim.body import Body

Clock = Callable[[], float]

OPENFLEXURE = Gear(
    um_per_unit=(0.088, 0.088, 0.05),
    low_um=(-6000.0, -6000.0, -2000.0),
    high_um=(6000.0, 6000.0, 2000.0),
)
"""The OpenFlexure microscope with the optics that it has for 100× oil: 88 nm and 50 nm per step."""

MILLIMETRES = Gear()
"""A stage whose board counts in millimetres."""

GEARS: dict[str, Gear] = {"sangaboard": OPENFLEXURE, "marlin": MILLIMETRES, "grbl": MILLIMETRES}

_MAKERS: dict[str, Callable[[Mechanics, Clock], SimBoard]] = {
    "sangaboard": lambda mechanics, clock: Sangaboard(mechanics),
    "sangaboard-0.5": lambda mechanics, clock: Sangaboard(mechanics, (0, 5, 1)),
    "sangaboard-0.4": lambda mechanics, clock: Sangaboard(mechanics, (0, 4, 0)),
    "marlin": Marlin,
    "marlin-plain": lambda mechanics, clock: Marlin(mechanics, clock, emergency_parser=False),
    "marlin-mega": lambda mechanics, clock: Arduino(Marlin(mechanics, clock), clock),
    "grbl": Grbl,
    "grbl-uno": lambda mechanics, clock: Arduino(Grbl(mechanics, clock), clock),
}

BOARDS: tuple[str, ...] = tuple(_MAKERS)
"""Every simulated board."""


def make_board(
    name: str, body: Body | None = None, gear: Gear | None = None, clock: Clock = time.monotonic
) -> SimBoard:
    """A simulated board that moves this body.

    Args:
        name: one of `BOARDS`.
        gear: how the stage is built; the family's usual one if left out.
    """
    built = gear or GEARS[name.partition("-")[0]]
    return _MAKERS[name](Mechanics(body or Body(clock=clock), built, clock), clock)
